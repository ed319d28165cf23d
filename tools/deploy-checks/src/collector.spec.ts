import { describe, expect, it } from '@jest/globals';
import type { CollectorConfig } from './names.js';
import { readYaml } from './workspace.js';

const config = readYaml<CollectorConfig>('docker/collector/config.yaml');
const pipelines = Object.entries(config.service.pipelines);

/** Returns the pipelines that receive the spans of a pipeline through its exporters, transitively. */
const reachedFrom = (name: string): string[] =>
  (config.service.pipelines[name]?.exporters ?? []).flatMap((exporter) => {
    const next = pipelines
      .filter(([, { receivers }]) => receivers.includes(exporter))
      .map(([other]) => other);
    return next.length === 0 ? [exporter] : next.flatMap(reachedFrom);
  });

describe('docker/collector/config.yaml', () => {
  it('uses every component that it defines, and defines every component that it uses', () => {
    const used = new Set([
      ...pipelines.flatMap(([, p]) => [...p.receivers, ...(p.processors ?? []), ...p.exporters]),
      ...config.service.extensions,
    ]);
    const defined = [
      config.receivers,
      config.processors,
      config.connectors,
      config.exporters,
      config.extensions,
    ];
    expect([...used].sort()).toEqual(defined.flatMap((section) => Object.keys(section)).sort());
  });

  it('connects each connector from one pipeline to another', () => {
    for (const connector of Object.keys(config.connectors)) {
      expect(pipelines.filter(([, { exporters }]) => exporters.includes(connector))).toHaveLength(1);
      expect(pipelines.filter(([, { receivers }]) => receivers.includes(connector))).toHaveLength(1);
    }
  });

  it('limits memory first, redacts before it exports, and batches last', () => {
    expect(config.service.pipelines['traces/in']?.processors).toEqual(['memory_limiter', 'redaction']);
    expect(config.service.pipelines['traces/kept']?.processors?.at(-1)).toBe('batch');
  });

  it('computes metrics before it samples', () => {
    expect(
      pipelines.filter(([, { processors }]) => processors?.includes('tail_sampling')).map(([n]) => n),
    ).toEqual(['traces/kept']);
    expect(config.service.pipelines['traces/in']?.exporters).toEqual(
      expect.arrayContaining(['span_metrics', 'service_graph', 'forward/sampling']),
    );
    expect([...new Set(reachedFrom('traces/in'))].sort()).toEqual(['otlp_http/jaeger', 'prometheus']);
  });

  it('keeps errors and slow traces, and by default one in a hundred of the rest', () => {
    expect(config.processors.tail_sampling).toMatchObject({
      policies: [
        { type: 'status_code', status_code: { status_codes: ['ERROR'] } },
        { type: 'latency', latency: { threshold_ms: 1000 } },
        { type: 'probabilistic', probabilistic: { sampling_percentage: '${env:TRACE_SAMPLE_PERCENT:-1}' } },
      ],
    });
  });

  it('queues on disk the spans that Jaeger has not accepted, and retries without limit', () => {
    expect(config.exporters['otlp_http/jaeger']).toMatchObject({
      retry_on_failure: { max_elapsed_time: '0s' },
      sending_queue: { storage: 'file_storage/queue' },
    });
  });

  it.each([
    ['card number', '4111111111111111'],
    ['bearer token', 'Authorization: Bearer abcdefghijklmnop1234'],
    ['JSON Web Token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl'],
    ['URL with a password', 'postgres://shop:secret@postgres:5432/shop'],
  ])('masks a %s', (_what, value) => {
    const { blocked_values } = config.processors.redaction as { blocked_values: string[] };
    expect(blocked_values.some((pattern) => goRegExp(pattern).test(value))).toBe(true);
  });

  it.each([
    'id 4bf92f3577b34da6a3ce929d0e0e4736',
    'http://order-service:8002/orders',
    '2026-11-22T10:00:00.000Z',
    '1706678909209712',
  ])('leaves %s alone', (value) => {
    const { blocked_values } = config.processors.redaction as { blocked_values: string[] };
    expect(blocked_values.filter((pattern) => goRegExp(pattern).test(value))).toEqual([]);
  });

  it.each([
    ['http.request.header.authorization', true],
    ['password', true],
    ['db.password', true],
    ['x-api-key', true],
    ['http.request.method', false],
    ['token.count', false],
  ])('of the attribute %s masks the value: %s', (key, masked) => {
    const { blocked_key_patterns } = config.processors.redaction as { blocked_key_patterns: string[] };
    expect(blocked_key_patterns.some((pattern) => goRegExp(pattern).test(key))).toBe(masked);
  });
});

/** Converts a Go pattern, which has its flags at the start, to a RegExp. */
const goRegExp = (pattern: string): RegExp =>
  pattern.startsWith('(?i)') ? new RegExp(pattern.slice(4), 'i') : new RegExp(pattern);
