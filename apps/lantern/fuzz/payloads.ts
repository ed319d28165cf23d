import { encodeTraceRequest } from '@lantern/otlp';
import type { ResourceSpans, SpanId, TraceId } from '@lantern/telemetry-model';
import { attributes, resource, scope, span } from '@lantern/telemetry-model/testing';
import { writeRequest } from '../src/testing/remote-write.ts';
import { longText } from './extremes.ts';
import type { Random } from './random.ts';

const NANOS_PER_MILLI = 1_000_000n;

/** Number of traces that grow with each request that has spans of one trace. */
const SHARED_TRACES = 4;

/** Returns the ID of a trace to which many requests add spans. */
export const sharedTraceId = (random: Random): TraceId =>
  String(1 + random.below(SHARED_TRACES)).padStart(32, '0') as TraceId;

/** Extreme property of a request of spans. */
const SPAN_SHAPES = [
  'ordinary',
  'services',
  'operations',
  'attribute keys',
  'attribute values',
  'long names',
  'long services',
  'long keys',
  'one trace',
  'callers',
  'times',
  'deep',
] as const;

/** Returns an `ExportTraceServiceRequest` and what it is. */
export const extremeSpans = (random: Random): { readonly name: string; readonly body: Uint8Array } => {
  const shape = random.pick(SPAN_SHAPES);
  const isLong = shape.startsWith('long');
  const count = isLong ? 200 : 200 + random.below(1_800);
  const now = BigInt(Date.now()) * NANOS_PER_MILLI;
  const sharedTrace = sharedTraceId(random);
  const run = random.hex(8);
  const groups: ResourceSpans[] = [];
  const perGroup = ['services', 'long services', 'callers'].includes(shape) ? 1 : 50;
  let parent: SpanId | undefined;
  for (let at = 0; at < count; at += perGroup) {
    const service =
      shape === 'services' || shape === 'callers'
        ? `service-${run}-${at}`
        : shape === 'long services'
          ? longText(random)
          : `shop-${random.below(5)}`;
    groups.push({
      resource: resource(service),
      schemaUrl: '',
      scopeSpans: [
        {
          scope: scope('fuzz'),
          schemaUrl: '',
          spans: Array.from({ length: perGroup }, (_, index) => {
            const spanId = random.hex(16) as SpanId;
            const isOneTrace = ['one trace', 'callers', 'deep'].includes(shape);
            const startUnixNano =
              shape === 'times' ? random.pick([0n, 1n, now, 2n ** 63n, 2n ** 64n - 2n]) : now;
            const made = span({
              traceId: isOneTrace ? sharedTrace : (random.hex(32) as TraceId),
              spanId,
              ...(isOneTrace && parent ? { parentSpanId: parent } : {}),
              name:
                shape === 'operations'
                  ? `GET /${run}/${at + index}`
                  : shape === 'long names'
                    ? longText(random)
                    : `GET /${index % 7}`,
              kind: random.below(6),
              startUnixNano,
              endUnixNano: startUnixNano + 1n,
              attributes: attributes({
                [shape === 'attribute keys'
                  ? `key-${run}-${at + index}`
                  : shape === 'long keys'
                    ? longText(random)
                    : 'user.id']:
                  shape === 'attribute values' ? longText(random, 2_000) : `value-${random.below(100)}`,
              }),
            });
            parent = spanId;
            return made;
          }),
        },
      ],
    });
  }
  return { name: `${count} spans: ${shape}`, body: encodeTraceRequest(groups) };
};

const PUSH_SHAPES = [
  'ordinary',
  'streams',
  'label values',
  'metadata keys',
  'long metadata',
  'long metadata names',
  'control characters',
  'one nanosecond',
  'json keys',
  'long json keys',
  'nested json',
] as const;

/** Returns a push of log lines in JSON and what it is. */
export const extremePush = (random: Random): { readonly name: string; readonly body: string } => {
  const shape = random.pick(PUSH_SHAPES);
  const isLarge = ['long metadata', 'long metadata names', 'control characters', 'long json keys'].includes(
    shape,
  );
  const count = isLarge ? 40 : 200 + random.below(1_800);
  const now = BigInt(Date.now()) * NANOS_PER_MILLI;
  const run = random.hex(8);
  const entries = Array.from({ length: count }, (_, index) => {
    const time = String(shape === 'one nanosecond' ? now : now + BigInt(index));
    switch (shape) {
      case 'metadata keys':
        return [time, `line ${index}`, { [`key_${run}_${index}`]: 'x' }];
      case 'long metadata':
        return [time, `line ${index}`, { user: longText(random) }];
      case 'long metadata names':
        return [time, `line ${index}`, { [longText(random)]: 'x' }];
      case 'control characters':
        return [time, '\u0001'.repeat(250 * 1024)];
      case 'json keys':
        return [time, JSON.stringify({ [`field_${run}_${index}`]: index, level: 'error' })];
      case 'long json keys':
        return [time, JSON.stringify(Object.fromEntries([1, 2, 3].map(() => [longText(random), 1])))];
      case 'nested json':
        return [time, '{"a":'.repeat(2_000)];
      default:
        return [time, `level=info msg="line ${random.hex(6)}" status=${200 + random.below(300)}`];
    }
  });
  const streams =
    shape === 'streams'
      ? entries.map((entry, index) => ({
          stream: { service: 'fuzz', id: `${run}-${index}` },
          values: [entry],
        }))
      : [
          {
            stream: {
              service: `shop-${random.below(3)}`,
              ...(shape === 'label values' ? { path: longText(random, 2_000) } : {}),
            },
            values: entries,
          },
        ];
  return { name: `${count} log lines: ${shape}`, body: JSON.stringify({ streams }) };
};

/** Extreme property of a request of samples. */
const SAMPLE_SHAPES = [
  'ordinary',
  'series',
  'metrics',
  'long labels',
  'times',
  'values',
  'late',
  'many labels',
  'damaged',
] as const;

/** Returns a snappy request of remote write, and what it is. */
export const extremeSamples = (random: Random): { readonly name: string; readonly body: Uint8Array } => {
  const shape = random.pick(SAMPLE_SHAPES);
  const run = random.hex(6);
  const now = Date.now();
  const body = Buffer.from(
    writeRequest(
      ...Array.from({ length: shape === 'long labels' ? 50 : 500 }, (_, i) => ({
        labels: {
          __name__: shape === 'metrics' ? `fuzz_${run}_${i}` : i % 5 === 0 ? 'fuzz_bucket' : 'fuzz_metric',
          label:
            shape === 'series'
              ? `${run}-${i}`
              : shape === 'long labels'
                ? longText(random)
                : `value-${i % 20}`,
          le: String(i % 10),
          ...(shape === 'many labels'
            ? Object.fromEntries(Array.from({ length: 200 }, (__, n) => [`label_${n}`, run]))
            : undefined),
        },
        points: [
          [
            shape === 'times'
              ? random.pick([0, -1, 1, now * 1_000, 2 ** 53, now + 86_400_000])
              : shape === 'late'
                ? now - random.below(1e9)
                : now + i,
            shape === 'values' ? random.pick([Number.NaN, Infinity, -Infinity, -0, 5e-324, 1e308]) : i,
          ] as const,
        ],
      })),
    ),
  );
  if (shape === 'damaged')
    for (let flips = 0; flips < 20; flips++) body[random.below(body.length)] = random.below(256);
  return { name: shape, body };
};
