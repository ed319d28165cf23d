import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resourceAttributes, serviceIdentity } from './service-identity.js';

const folder = mkdtempSync(join(tmpdir(), 'identity-'));
mkdirSync(join(folder, 'dist/deep'), { recursive: true });
writeFileSync(join(folder, 'package.json'), '{"name": "@shop/order-service", "version": "1.2.3"}');
// Only sets the module type of the build's folder.
writeFileSync(join(folder, 'dist/package.json'), '{"type": "module"}');
const program = join(folder, 'dist/deep/main.js');
afterAll(() => rmSync(folder, { recursive: true }));

describe('the identity of a service', () => {
  it('The service name and version default to those of the program’s package', () => {
    expect(serviceIdentity({}, program)).toEqual({
      name: 'order-service',
      version: '1.2.3',
      environment: 'development',
    });
  });

  it('OTEL_RESOURCE_ATTRIBUTES overrides the program’s package', () => {
    const env = {
      OTEL_RESOURCE_ATTRIBUTES:
        'service.name=shop%20orders, service.version=2 ,deployment.environment.name=prod',
    };
    expect(serviceIdentity(env, program)).toEqual({ name: 'shop orders', version: '2', environment: 'prod' });
  });

  it('OTEL_SERVICE_NAME overrides all other sources of the service name', () => {
    const env = {
      OTEL_SERVICE_NAME: 'orders',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other',
      NODE_ENV: 'staging',
    };
    expect(serviceIdentity(env, program)).toMatchObject({ name: 'orders', environment: 'staging' });
  });

  it('Without a source the service name is the specification’s unknown_service', () => {
    expect(serviceIdentity({ OTEL_SERVICE_NAME: ' ' }, '/nowhere/main.js').name).toBe('unknown_service:node');
    expect(serviceIdentity({}, undefined)).toMatchObject({ environment: 'development' });
  });
});

describe('OTEL_RESOURCE_ATTRIBUTES', () => {
  it('Pairs of OTEL_RESOURCE_ATTRIBUTES that cannot be parsed are skipped', () => {
    const env = { OTEL_RESOURCE_ATTRIBUTES: 'a=1,,=x,b,c=%E0%A4%A,d=2=3' };
    expect(resourceAttributes(env)).toEqual({ a: '1', d: '2=3' });
  });

  it('Reading OTEL_RESOURCE_ATTRIBUTES never throws', () => {
    fc.assert(
      fc.property(fc.string(), (OTEL_RESOURCE_ATTRIBUTES) => {
        expect(resourceAttributes({ OTEL_RESOURCE_ATTRIBUTES })).toBeDefined();
      }),
    );
  });
});
