import { describe, expect, it } from '@jest/globals';
import { detectLevel, withDetectedLevel } from './detected-level.js';
import { withServiceName } from './service-name.js';

const levelOf = (line: string, labels = {}, structuredMetadata = {}) =>
  detectLevel(labels, { timeUnixNano: 0n, line, structuredMetadata });

describe('detected_level', () => {
  it.each([
    ['{"level":"warn","message":"an error was avoided"}', 'warn'],
    ['{"time":1, "severity": "ERROR"}', 'error'],
    ['ts=1 level=dbg msg="fatal attraction"', 'debug'],
    ['lvl="information"', 'info'],
    ['2026-01-01 WARNING disk is nearly full', 'warn'],
    ['request failed with an error, see trace', 'error'],
    ['terror and errors are other words', 'unknown'],
    ['{"level":30}', 'unknown'],
    ['', 'unknown'],
  ])('of the line %j is %s', (line, level) => {
    expect(levelOf(line)).toBe(level);
  });

  it('is taken from a label first, then from structured metadata', () => {
    expect(levelOf('error', { level: 'info' }, { level: 'debug' })).toBe('info');
    expect(levelOf('error', { service: 'a' }, { severity: 'Debug' })).toBe('debug');
    expect(levelOf('error', { level: 'verbose' })).toBe('error');
  });

  it('is kept when the client sends it', () => {
    const entry = { timeUnixNano: 0n, line: 'error', structuredMetadata: { detected_level: 'info' } };
    expect(withDetectedLevel({ labels: {}, entries: [entry] }).entries).toEqual([entry]);
  });
});

describe('service_name', () => {
  const nameOf = (labels: Record<string, string>) => withServiceName({ labels, entries: [] }).labels;

  it('is copied from the first label that names a service', () => {
    expect(nameOf({ job: 'j', service: 's' })).toEqual({ job: 'j', service: 's', service_name: 's' });
    expect(nameOf({ job: 'j', container: 'c' })).toMatchObject({ service_name: 'c' });
  });

  it('is kept when the client sends it', () => {
    expect(nameOf({ service: 's', service_name: 'own' })).toMatchObject({ service_name: 'own' });
  });

  it('is "unknown_service" when no label names a service', () => {
    expect(nameOf({ env: 'dev', app: '' })).toMatchObject({ service_name: 'unknown_service' });
  });
});
