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
import { checkMetricsRequestJson } from './check-metrics-request-json.js';
import { checkMetricsRequest } from './check-metrics-request.js';

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

describe('a metrics request in protobuf', () => {
  it('is accepted as the SDK exports it', () => {
    expect(protobuf.length).toBeGreaterThan(500);
    checkMetricsRequest(protobuf);
    checkMetricsRequest(new Uint8Array());
  });

  it('is accepted or rejected as malformed with any damage, and rejected when it is truncated', () => {
    let rejected = 0;
    fc.assert(
      fc.property(
        fc.constant(undefined).chain(() => anyDamaged(fc.constant(protobuf))),
        (damaged) => {
          try {
            checkMetricsRequest(damaged);
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
      expect(() => checkMetricsRequest(protobuf.subarray(0, length))).toThrow(MalformedOtlpError);
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
  ])('is rejected with %s', (_fault, metric, message) => {
    const scope = [0x12, metric.length, ...metric];
    expect(() => checkMetricsRequest(Uint8Array.from([0x0a, scope.length, ...scope]))).toThrow(message);
  });

  it('is rejected when it holds more messages than allowed', () => {
    expect(() => checkMetricsRequest(protobuf, 10)).toThrow(
      'exceeds the maximum number of messages per request',
    );
  });
});

describe('a metrics request in JSON', () => {
  it('is accepted as the SDK exports it', () => {
    expect(json).toContain('"exponentialHistogram"');
    checkMetricsRequestJson(json);
    checkMetricsRequestJson('{}');
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
  ])('%j is rejected', (text, message) => {
    expect(() => checkMetricsRequestJson(text)).toThrow(message);
  });
});
