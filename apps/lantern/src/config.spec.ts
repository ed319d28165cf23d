import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from './config.js';
import { SETTINGS, type Setting } from './settings/settings.js';

const errorOf = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    return error instanceof ConfigError ? error.message : `not a ConfigError: ${String(error)}`;
  }
  return 'no error';
};

describe('readConfig', () => {
  it('Lantern listens on loopback, on the ports of Jaeger, Loki and Prometheus, by default', () => {
    expect(readConfig({})).toEqual({
      host: 'localhost',
      allowedHosts: [],
      corsOrigins: [],
      otlpPort: 4318,
      otlpGrpcPort: 4317,
      jaegerPort: 16686,
      lokiPort: 3100,
      prometheusPort: 9090,
      zipkinPort: undefined,
      forwardUrl: undefined,
      forwardHeaders: {},
      maxForwardBytes: 64 * 1024 ** 2,
      samplingPort: 5778,
      samplingFile: undefined,
      scrape: undefined,
      rules: undefined,
      alertWebhook: undefined,
      alertmanagerUrl: undefined,
      token: undefined,
      allowReset: false,
      dataDir: undefined,
      retentionMillis: undefined,
      durability: 'process',
      maxTraceBytes: 268_435_456,
      maxLogBytes: 134_217_728,
      maxMetricBytes: 67_108_864,
      maxGrpcMessageBytes: 4_194_304,
      maxInFlightBytes: 134_217_728,
      maxAnswerBytes: 256 * 1024 * 1024,
      maxClockSkewNano: 0n,
    });
  });

  it('Every setting can be set in the environment', () => {
    expect(
      readConfig({
        LANTERN_HOST: '0.0.0.0',
        LANTERN_ALLOWED_HOSTS: 'Lantern, .example.com',
        LANTERN_CORS_ORIGINS: 'https://shop.example.com/, http://10.0.0.7:8080',
        LANTERN_OTLP_PORT: '0',
        LANTERN_OTLP_GRPC_PORT: '1',
        LANTERN_JAEGER_PORT: '65535',
        LANTERN_LOKI_PORT: '3101',
        LANTERN_ZIPKIN_PORT: '9411',
        LANTERN_FORWARD_OTLP: 'http://collector:4318',
        LANTERN_FORWARD_HEADERS: 'authorization=Bearer%20secret, x-scope-orgid=team-a',
        LANTERN_MAX_FORWARD_BYTES: '2GiB',
        LANTERN_SAMPLING_PORT: '2',
        LANTERN_SAMPLING_FILE: 'strategies.json',
        LANTERN_TOKEN: 'a-long-secret-1234',
        LANTERN_DATA_DIR: 'data',
        LANTERN_RETENTION: '30d',
        LANTERN_DURABILITY: 'power',
        LANTERN_MAX_TRACE_BYTES: '1.5GiB',
        LANTERN_MAX_LOG_BYTES: '20000000',
        LANTERN_MAX_METRIC_BYTES: '3MiB',
        LANTERN_PROMETHEUS_PORT: '9091',
        LANTERN_MAX_GRPC_MESSAGE_BYTES: '16MiB',
        LANTERN_MAX_IN_FLIGHT_BYTES: '64MiB',
        LANTERN_MAX_ANSWER_BYTES: '96MiB',
        LANTERN_ALLOW_RESET: '1',
        LANTERN_MAX_CLOCK_SKEW: '1m30s',
      }),
    ).toEqual({
      host: '0.0.0.0',
      allowedHosts: ['lantern', '.example.com'],
      corsOrigins: ['https://shop.example.com', 'http://10.0.0.7:8080'],
      otlpPort: 0,
      otlpGrpcPort: 1,
      jaegerPort: 65535,
      lokiPort: 3101,
      prometheusPort: 9091,
      zipkinPort: 9411,
      forwardUrl: 'http://collector:4318',
      forwardHeaders: { authorization: 'Bearer secret', 'x-scope-orgid': 'team-a' },
      maxForwardBytes: 2 * 1024 ** 3,
      samplingPort: 2,
      samplingFile: 'strategies.json',
      token: 'a-long-secret-1234',
      allowReset: true,
      dataDir: 'data',
      retentionMillis: 2_592_000_000,
      durability: 'power',
      maxTraceBytes: 1_610_612_736,
      maxLogBytes: 20_000_000,
      maxMetricBytes: 3_145_728,
      maxGrpcMessageBytes: 16_777_216,
      maxInFlightBytes: 67_108_864,
      maxAnswerBytes: 96 * 1024 * 1024,
      maxClockSkewNano: 90_000_000_000n,
    });
  });

  it('The limits of size are larger with a data folder than in memory', () => {
    expect(readConfig({ LANTERN_DATA_DIR: 'data', LANTERN_RETENTION: '72h' })).toMatchObject({
      maxTraceBytes: 10_737_418_240,
      retentionMillis: 259_200_000,
    });
  });

  it('A retention applies to data in memory too', () => {
    expect(readConfig({ LANTERN_RETENTION: '1h' })).toMatchObject({
      dataDir: undefined,
      retentionMillis: 3_600_000,
    });
  });

  it('Authentication is disabled on a reachable address only by LANTERN_ALLOW_ANONYMOUS', () => {
    expect(readConfig({ LANTERN_HOST: '::', LANTERN_ALLOW_ANONYMOUS: '1' }).token).toBeUndefined();
    expect(readConfig({ LANTERN_HOST: '127.0.0.2' }).token).toBeUndefined();
  });

  it('An empty variable counts as unset', () => {
    expect(readConfig({ LANTERN_OTLP_PORT: '' }).otlpPort).toBe(4318);
  });

  it.each([
    [
      { LANTERN_CORS_ORIGINS: 'shop.example.com' },
      'LANTERN_CORS_ORIGINS is "shop.example.com": it must be origins of pages separated by commas, for example https://shop.example.com,https://admin.example.com, or *.',
    ],
    [
      { LANTERN_OTLP_PORT: 'http' },
      'LANTERN_OTLP_PORT is "http": it must be a whole number from 0 to 65535, where 0 takes any free port.',
    ],
    [
      { LANTERN_LOKI_PORT: '65536' },
      'LANTERN_LOKI_PORT is "65536": it must be a whole number from 0 to 65535, where 0 takes any free port.',
    ],
    [
      { LANTERN_MAX_LOG_BYTES: '12 parsecs' },
      'LANTERN_MAX_LOG_BYTES is "12 parsecs": it must be a size of at least 1 MiB, for example 256MiB, 1GB or 100000000.',
    ],
    [
      { LANTERN_MAX_TRACE_BYTES: '10KB' },
      'LANTERN_MAX_TRACE_BYTES is "10KB": it must be a size of at least 1 MiB, for example 256MiB, 1GB or 100000000.',
    ],
    [
      { LANTERN_DURABILITY: 'forever', LANTERN_DATA_DIR: 'data' },
      'LANTERN_DURABILITY is "forever": it must be process or power.',
    ],
    [
      { LANTERN_DURABILITY: 'power' },
      'LANTERN_DURABILITY needs LANTERN_DATA_DIR: data in memory does not survive the process.',
    ],
    [
      { LANTERN_MAX_CLOCK_SKEW: '-1s' },
      'LANTERN_MAX_CLOCK_SKEW is "-1s": it must be a duration, for example 500ms, 30s, 24h or 0.',
    ],
    [
      { LANTERN_TOKEN: 'short secret' },
      'LANTERN_TOKEN is set: it must be at least 16 characters without spaces.',
    ],
    [
      { LANTERN_ALLOW_ANONYMOUS: 'yes' },
      'LANTERN_ALLOW_ANONYMOUS is "yes": it must be 1 or true, 0 or false.',
    ],
    [
      { LANTERN_HOST: '0.0.0.0' },
      'LANTERN_HOST is "0.0.0.0", which other machines can reach: set LANTERN_TOKEN to require a bearer token from ' +
        'clients, or LANTERN_ALLOW_ANONYMOUS=1 to disable authentication.',
    ],
    [
      { LANTERN_RETENTION: 'forever' },
      'LANTERN_RETENTION is "forever": it must be an age above 0, for example 30d, 72h or 90m.',
    ],
    [{ LANTERN_HOST: 'a b' }, 'LANTERN_HOST is "a b": it must be a host name or an IP address.'],
  ])(
    'The configuration %j is rejected with the variable, the value and the allowed form',
    (env: Record<string, string>, message) => {
      expect(errorOf(env)).toBe(message);
    },
  );

  it('An error names every invalid variable', () => {
    expect(errorOf({ LANTERN_OTLP_PORT: '-1', LANTERN_LOKI_PORT: '1.5' }).split('\n')).toHaveLength(2);
  });

  it('The README lists every setting with its default and meaning', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| `(LANTERN_\w+)` +\| (.*?) +\| (.*?) +\|$/gm)].map((row) =>
      row.slice(1),
    );
    const textOf = ({ default: value }: Setting): string =>
      typeof value === 'object' ? `${value.inMemory}, ${value.inFolder} in a folder` : (value ?? '–');
    expect(rows).toEqual(
      Object.entries<Setting>(SETTINGS).map(([variable, setting]) => [
        variable,
        textOf(setting),
        setting.meaning,
      ]),
    );
  });
});
