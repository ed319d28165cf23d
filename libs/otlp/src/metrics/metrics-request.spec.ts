import { beforeAll, describe, expect, it } from '@jest/globals';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { MalformedOtlpError } from '../malformed-otlp-error.js';
import { anyDamaged } from '../testing/damaged-request.js';
import { decodeMetricsRequest } from './decode-metrics-request.js';
import type { MetricsRequest } from './metrics-request.js';
import { parseMetricsRequestJson } from './parse-metrics-request.js';

/** Exports one instrument of every kind from the SDK. */
let protobuf = new Uint8Array();
let json = '';

beforeAll(async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({
    readers: [reader],
    views: [
      {
        instrumentName: 'sizes',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
  });
  const meter = provider.getMeter('shop', '1.0');
  meter
    .createCounter('orders', { unit: '1', description: 'Orders' })
    .add(3, { product: 'laptop', list: ['a'] });
  meter.createUpDownCounter('open').add(-2.5);
  meter.createGauge('temperature').record(-7);
  const durations = meter.createHistogram('durations');
  const sizes = meter.createHistogram('sizes');
  for (const value of [0, 0.5, 12, 3_000]) {
    durations.record(value, { route: '/' });
    sizes.record(value);
  }
  await reader.forceFlush();
  const [metrics] = exporter.getMetrics();
  if (!metrics) throw new Error('The SDK exported nothing');
  protobuf = Uint8Array.from(ProtobufMetricsSerializer.serializeRequest(metrics) ?? []);
  json = Buffer.from(JsonMetricsSerializer.serializeRequest(metrics) ?? []).toString();
  await provider.shutdown();
});

const metricsOf = ({ resourceMetrics }: MetricsRequest) =>
  resourceMetrics?.[0]?.scopeMetrics?.[0]?.metrics ?? [];

describe('a metrics request in protobuf', () => {
  it('is accepted as the SDK exports it', () => {
    expect(decodeMetricsRequest(new Uint8Array())).toEqual({});
    const metrics = new Map(metricsOf(decodeMetricsRequest(protobuf)).map((metric) => [metric.name, metric]));
    expect(metrics.size).toBe(5);
    expect(metrics.get('orders')).toMatchObject({
      unit: '1',
      description: 'Orders',
      sum: {
        aggregationTemporality: 2,
        isMonotonic: true,
        dataPoints: [{ asDouble: 3, attributes: [{ key: 'product', value: 'laptop' }, { key: 'list' }] }],
      },
    });
    expect(metrics.get('temperature')).toMatchObject({ gauge: { dataPoints: [{ asDouble: -7 }] } });
    expect(metrics.get('durations')?.histogram?.dataPoints?.[0]).toMatchObject({ count: 4n, sum: 3012.5 });
    expect(metrics.get('sizes')?.exponentialHistogram?.dataPoints?.[0]).toMatchObject({
      count: 4n,
      zeroCount: 1n,
      sum: 3012.5,
    });
  });

  it('A metrics request has the same content in protobuf and JSON', () => {
    const content = (request: MetricsRequest) =>
      metricsOf(request).map(({ name, histogram, exponentialHistogram, gauge }) => {
        const exponential = exponentialHistogram?.dataPoints?.[0];
        return {
          name,
          buckets: histogram?.dataPoints?.[0]?.bucketCounts,
          bounds: histogram?.dataPoints?.[0]?.explicitBounds,
          scale: exponential?.scale,
          positive: exponential?.positive,
          time: gauge?.dataPoints?.[0]?.timeUnixNano,
        };
      });
    expect(content(decodeMetricsRequest(protobuf))).toEqual(content(parseMetricsRequestJson(json)));
  });

  it('A damaged metrics request is accepted or rejected as malformed, and a truncated one is rejected', () => {
    let rejected = 0;
    fc.assert(
      fc.property(
        fc.constant(undefined).chain(() => anyDamaged(fc.constant(protobuf))),
        (damaged) => {
          try {
            decodeMetricsRequest(damaged);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedOtlpError);
            rejected++;
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(rejected).toBeGreaterThan(100);
    for (let length = 1; length < protobuf.length; length++) {
      expect(() => decodeMetricsRequest(protobuf.subarray(0, length))).toThrow(MalformedOtlpError);
    }
  });

  it.each([
    [
      'a name of the wrong wire type',
      [0x12, 2, 8, 1],
      'resourceMetrics.scopeMetrics.metrics.name has wire type',
    ],
    [
      'a text behind the end of the metric',
      [0x12, 2, 0x0a, 9],
      'metrics.name claims 9 bytes where 0 are left',
    ],
    [
      'packed buckets that are no multiple of 8 bytes',
      [0x12, 7, 0x4a, 5, 0x0a, 3, 0x32, 1, 0],
      'histogram.dataPoints.bucketCounts needs 8 bytes where 1 are left',
    ],
  ])('A metrics request with %s is rejected', (_fault, metric, message) => {
    const scope = [0x12, metric.length, ...metric];
    expect(() => decodeMetricsRequest(Uint8Array.from([0x0a, scope.length, ...scope]))).toThrow(message);
  });

  it('A metrics request with more messages than allowed is rejected', () => {
    expect(() => decodeMetricsRequest(protobuf, 10)).toThrow(
      'exceeds the maximum number of messages per request',
    );
  });
});

describe('a metrics request in JSON', () => {
  it('is accepted as the SDK exports it', () => {
    expect(json).toContain('"exponentialHistogram"');
    parseMetricsRequestJson(json);
    parseMetricsRequestJson('{}');
  });

  const metric = (fields: object): string =>
    JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [fields] }] }] });

  it.each([
    ['{', 'is not JSON'],
    ['{"resourceMetrics":1}', 'resourceMetrics must be an array'],
    [metric({ name: 1 }), 'resourceMetrics[0].scopeMetrics[0].metrics[0].name must be a string'],
    [metric({ sum: { isMonotonic: 1 } }), 'sum.isMonotonic must be true or false'],
    [metric({ sum: { aggregationTemporality: 'x' } }), 'sum.aggregationTemporality must be one of'],
    [metric({ gauge: { dataPoints: [{ asInt: '1.5' }] } }), 'dataPoints[0].asInt must be an integer'],
    [metric({ gauge: { dataPoints: [{ asDouble: 'x' }] } }), 'dataPoints[0].asDouble must be a number'],
    [
      metric({ histogram: { dataPoints: [{ bucketCounts: ['1', -1] }] } }),
      'dataPoints[0].bucketCounts[1].value must be an integer',
    ],
    [metric({ gauge: { dataPoints: [{ exemplars: [{ traceId: 'xyz' }] }] } }), 'traceId must be hex digits'],
  ])('The metrics request %j is rejected', (text, message) => {
    expect(() => parseMetricsRequestJson(text)).toThrow(message);
  });
});
