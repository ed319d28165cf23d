import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { serviceUrl } from './fields.js';
import { ConfigError, readConfig } from './read-config.js';
import { databaseConfig, serviceConfig } from './service-config.js';

const schema = serviceConfig(8001).extend({
  ...databaseConfig.shape,
  USER_SERVICE_URL: serviceUrl('http://127.0.0.1:8001'),
});

const messageOf = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the environment was accepted');
};

describe('readConfig', () => {
  it('readConfig has a default for every variable', () => {
    expect(readConfig(schema, {})).toEqual({
      HOST: '127.0.0.1',
      PORT: 8001,
      MAX_BODY_BYTES: 100_000,
      DRAIN_TIMEOUT_MS: 6_000,
      DATA_DIR: resolve('.lantern'),
      USER_SERVICE_URL: 'http://127.0.0.1:8001',
    });
  });

  it('readConfig treats an empty variable as not set', () => {
    expect(readConfig(schema, { PORT: '', DATABASE_URL: '' })).toMatchObject({ PORT: 8001 });
  });

  it('readConfig reads the variables of its schema, and no others', () => {
    const config = readConfig(schema, {
      HOST: '::1',
      PORT: '0',
      DATABASE_URL: 'postgresql://shop:s3cret@db:5432/shop?sslmode=require',
      USER_SERVICE_URL: 'https://users.shop.internal/v1/',
      HOME: '/root',
    });

    expect(config).toMatchObject({
      HOST: '::1',
      PORT: 0,
      DATABASE_URL: 'postgresql://shop:s3cret@db:5432/shop?sslmode=require',
      USER_SERVICE_URL: 'https://users.shop.internal/v1',
    });
    expect(config).not.toHaveProperty('HOME');
  });

  it.each([
    [{ PORT: '65536' }, 'PORT is "65536", but must be an integer from 0 to 65535 (0: any free port).'],
    [{ PORT: '-1' }, 'PORT is "-1", but must be an integer from 0 to 65535 (0: any free port).'],
    [{ PORT: '0x50' }, 'PORT is "0x50", but must be an integer from 0 to 65535 (0: any free port).'],
    [{ PORT: ' 80' }, 'PORT is " 80", but must be an integer from 0 to 65535 (0: any free port).'],
    [
      { MAX_BODY_BYTES: '100kB' },
      'MAX_BODY_BYTES is "100kB", but must be an integer from 1 to 100000000 bytes.',
    ],
    [
      { HOST: 'http://localhost' },
      'HOST is "http://localhost", but must be a host name or an IP address, such as 127.0.0.1 or 0.0.0.0.',
    ],
    [
      { USER_SERVICE_URL: 'ftp://users/' },
      'USER_SERVICE_URL is "ftp://users/", but must be an http(s) URL without credentials, query or fragment, such as http://127.0.0.1:8001.',
    ],
  ])('readConfig rejects %j with the allowed values', (env, message) => {
    expect(messageOf(env)).toBe(message);
  });

  it('readConfig reports all invalid variables in one error', () => {
    expect(messageOf({ PORT: 'x', HOST: '?' }).split('\n')).toEqual([
      expect.stringMatching(/^HOST is "\?"/),
      expect.stringMatching(/^PORT is "x"/),
    ]);
  });

  it.each(['DATABASE_URL', 'USER_SERVICE_URL'])(
    'readConfig never prints a password that %s contains',
    (name) => {
      const password = fc
        .stringMatching(/^[A-Za-z0-9:/?#@!%. ]{8,20}$/)
        .filter((text) => !/^[:/?#@!%. ]+$/.test(text));
      const shapes: ((secret: string) => string)[] = [
        (secret) => `mysql://root:${secret}@db/shop`,
        (secret) => `mysql://root:${encodeURIComponent(secret)}@db/shop`,
        (secret) => `gopher://db/shop?password=${secret}`,
        (secret) => `host=db password=${secret}`,
        (secret) => `//root:${secret}@db`,
        (secret) => secret,
      ];
      fc.assert(
        fc.property(password, fc.constantFrom(...shapes), (secret, shape) => {
          const message = messageOf({ [name]: shape(`xK${secret}`) });
          expect(message).not.toContain(`xK${secret}`);
          expect(message).not.toContain(encodeURIComponent(`xK${secret}`));
        }),
      );
    },
  );
});
