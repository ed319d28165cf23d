import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PromqlEvaluationError, evaluateInstant, parsePromql } from '@lantern/promql';
import { StaleMarkers, type SeriesSamples } from '@lantern/telemetry-model';
import { openBlockStore, type MetricStore } from '@lantern/telemetry-store';
import fc from 'fast-check';
import { writeQueryData } from '../../query/prometheus/format-samples.js';
import { JsonWriter } from '../../transport/answers/json-writer.js';
import { MetricIngest } from './metric-ingest.js';
import { prometheusLabel, prometheusName } from './prometheus-names.js';

let store: MetricStore;
let ingest: MetricIngest;

beforeEach(() => {
  store = openBlockStore({ sweepMillis: 0 }).metrics;
  ingest = new MetricIngest(store);
});
afterEach(() => store.close());

const ALL = { startMillis: 0, endMillis: 8.64e15 };
const T0 = 1_700_000_000_000;
const nanos = (seconds: number): string => `${T0 + seconds * 1000}000000`;

const read = async (): Promise<SeriesSamples[]> => {
  const series: SeriesSamples[] = [];
  for await (const chunk of store.select([], ALL)) series.push(...chunk);
  return series;
};

/** Series as `{labels} value@seconds …`, without the labels of the resource. */
const readTexts = async (): Promise<string[]> =>
  (await read())
    .map(({ labels, timestamps, values }) => {
      const markers = new StaleMarkers(values);
      const own = labels.filter((name) => !['job', 'instance', '__name__'].includes(name));
      const points = Array.from(timestamps, (time, i) => {
        const value = markers.isAt(i) ? 'stale' : String(values[i]);
        return `${value}@${(time - T0) / 1000}`;
      });
      return `${labels.metricName}${own.size > 0 ? JSON.stringify(own) : ''} ${points.join(' ')}`;
    })
    .sort();

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

const send = (metrics: readonly object[], attributes: readonly object[] = [text('service.name', 'shop')]) =>
  ingest.acceptJson(
    JSON.stringify({ resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }] }),
  );

const sum = (points: readonly object[], fields: object = {}) => ({
  name: 'orders',
  sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: points, ...fields },
});

describe('Names of OTLP metrics', () => {
  it.each([
    ['http.server.request.duration', 's', 'other', 'http_server_request_duration_seconds'],
    ['http.server.duration', 'ms', 'other', 'http_server_duration_milliseconds'],
    ['orders', '{order}', 'counter', 'orders_total'],
    ['orders.total.count', '', 'counter', 'orders_count_total'],
    ['disk.io', 'By/s', 'gauge', 'disk_io_bytes_per_second'],
    ['packets', '{packet}/s', 'gauge', 'packets_per_second'],
    ['cpu.utilization', '1', 'gauge', 'cpu_utilization_ratio'],
    ['cpu.utilization', '1', 'other', 'cpu_utilization'],
    ['temperature', 'Cel', 'gauge', 'temperature_celsius'],
    ['memory', 'MiBy', 'gauge', 'memory_mebibytes'],
    ['load', '%', 'gauge', 'load_percent'],
    ['sent.bytes', 'By', 'counter', 'sent_bytes_total'],
    ['weight', 'stone', 'gauge', 'weight_stone'],
    ['a..b--c', '', 'other', 'a_b_c'],
    ['1st:rule', '', 'other', '_1st:rule'],
  ] as const)('%s in %j as a %s is %s', (name, unit, kind, expected) => {
    expect(prometheusName(name, unit, kind)).toBe(expected);
  });

  it('Labels have letters, digits and underscores, and no digit in front', () => {
    expect(['http.route', '1st', 'a-b', '_x'].map(prometheusLabel)).toEqual([
      'http_route',
      'key_1st',
      'a_b',
      '_x',
    ]);
  });
});

describe('OTLP metrics', () => {
  it('Counters and gauges become series with the labels of the resource and of the point', async () => {
    await send(
      [
        sum([{ timeUnixNano: nanos(0), asInt: '3', attributes: [text('http.route', '/orders')] }]),
        {
          name: 'open',
          sum: { aggregationTemporality: 2, dataPoints: [{ timeUnixNano: nanos(0), asDouble: -2.5 }] },
        },
        { name: 'queue', unit: '1', gauge: { dataPoints: [{ timeUnixNano: nanos(1), asDouble: 0.5 }] } },
      ],
      [text('service.name', 'shop'), text('service.namespace', 'demo'), text('service.instance.id', 'a')],
    );
    const series = await read();
    expect(series.map(({ labels }) => labels.toRecord())).toEqual([
      { __name__: 'orders_total', http_route: '/orders', job: 'demo/shop', instance: 'a' },
      { __name__: 'open', job: 'demo/shop', instance: 'a' },
      { __name__: 'queue_ratio', job: 'demo/shop', instance: 'a' },
    ]);
    expect(await readTexts()).toEqual([
      'open -2.5@0',
      'orders_total{"http_route":"/orders"} 3@0',
      'queue_ratio 0.5@1',
    ]);
    expect(store.metadata().get('orders_total')).toMatchObject({ type: 'counter' });
  });

  it('Attributes become text, and those with the same label are joined in the order of their keys', async () => {
    const attributes = [
      text('b.c', '2'),
      text('b-c', '1'),
      text('empty', ''),
      { key: 'flag', value: { boolValue: true } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } } },
    ];
    await send([sum([{ timeUnixNano: nanos(0), asInt: '1', attributes }])]);
    const [series] = await read();
    expect(series?.labels.toRecord()).toEqual({
      __name__: 'orders_total',
      job: 'shop',
      b_c: '1;2',
      flag: 'true',
      list: '["a",1]',
    });
  });

  it('Other attributes of a resource are the labels of target_info, which is found in between', async () => {
    await send(
      [
        sum([
          { timeUnixNano: nanos(0), asInt: '1' },
          { timeUnixNano: nanos(400), asInt: '2' },
        ]),
      ],
      [text('service.name', 'shop'), text('service.version', '1.2'), text('host.name', 'h')],
    );
    expect(await readTexts()).toContain(
      'target_info{"host_name":"h","service_version":"1.2"} 1@0 1@150 1@300 1@400',
    );
    await send([sum([{ timeUnixNano: nanos(500), asInt: '3' }])], [text('host.name', 'h')]);
    expect(await store.series([], ALL)).toHaveLength(3);
  });

  it('A histogram becomes buckets, sum and count, and each exemplar goes to its bucket', async () => {
    const point = {
      timeUnixNano: nanos(0),
      count: '6',
      sum: 12.5,
      bucketCounts: ['1', '2', '3'],
      explicitBounds: [0.5, 10],
      exemplars: [
        { timeUnixNano: nanos(0), asDouble: 7, traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) },
        { timeUnixNano: nanos(0), asDouble: 70 },
      ],
    };
    await send([{ name: 'd', unit: 's', histogram: { aggregationTemporality: 2, dataPoints: [point] } }]);
    expect(await readTexts()).toEqual([
      'd_seconds_bucket{"le":"+Inf"} 6@0',
      'd_seconds_bucket{"le":"0.5"} 1@0',
      'd_seconds_bucket{"le":"10"} 3@0',
      'd_seconds_count 6@0',
      'd_seconds_sum 12.5@0',
    ]);
    const exemplars = await store.exemplars([], ALL);
    expect(
      exemplars.map(({ labels, exemplars: [first] }) => [labels.get('le'), first?.labels.toRecord()]),
    ).toEqual([
      ['10', { trace_id: 'ab'.repeat(16), span_id: 'cd'.repeat(8) }],
      ['+Inf', {}],
    ]);
  });

  it('An exponential histogram becomes a native one, with a scale of 8 at most', async () => {
    const point = {
      timeUnixNano: nanos(0),
      count: '10',
      sum: 3,
      scale: 9,
      zeroCount: '1',
      positive: { offset: -2, bucketCounts: ['1', '2', '3'] },
      negative: { offset: 3, bucketCounts: ['0', '3'] },
    };
    await send([{ name: 'd', exponentialHistogram: { aggregationTemporality: 2, dataPoints: [point] } }]);
    const [series] = await read();
    expect(series?.histograms?.histograms).toEqual([
      expect.objectContaining({
        schema: 8,
        count: 10,
        zeroCount: 1,
        zeroThreshold: 1e-128,
        positive: { indexes: Int32Array.of(0, 1), counts: Float64Array.of(3, 3) },
        negative: { indexes: Int32Array.of(3), counts: Float64Array.of(3) },
      }),
    ]);
    const partial = await send([
      {
        name: 'd',
        exponentialHistogram: { aggregationTemporality: 2, dataPoints: [{ ...point, scale: -5 }] },
      },
    ]);
    expect(partial).toEqual({
      rejected: 1n,
      errorMessage: 'the scale -5 of the exponential histogram "d" is below -4',
    });
  });

  it('A summary becomes quantiles, sum and count', async () => {
    const point = {
      timeUnixNano: nanos(0),
      count: '2',
      sum: 3,
      quantileValues: [
        { quantile: 0.5, value: 1 },
        { quantile: 0.99, value: 2 },
      ],
    };
    await send([{ name: 's', summary: { dataPoints: [point] } }]);
    expect(await readTexts()).toEqual([
      's_count 2@0',
      's_sum 3@0',
      's{"quantile":"0.5"} 1@0',
      's{"quantile":"0.99"} 2@0',
    ]);
  });

  it('Deltas are added up for each series, and a repeated request adds nothing', async () => {
    const delta = (seconds: number, value: number) =>
      send([sum([{ timeUnixNano: nanos(seconds), asDouble: value }], { aggregationTemporality: 1 })]);
    await delta(0, 2);
    await delta(10, 3);
    await delta(10, 3);
    await delta(20, 0.5);
    expect(await readTexts()).toEqual(['orders_total 2@0 5@10 5.5@20']);
    const exponential = (seconds: number, scale: number) => ({
      name: 'e',
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          {
            timeUnixNano: nanos(seconds),
            count: '2',
            sum: 1,
            scale,
            positive: { offset: 0, bucketCounts: ['1', '1'] },
          },
        ],
      },
    });
    await send([exponential(0, 1)]);
    await send([exponential(10, 0)]);
    const histograms = (await read()).find(({ labels }) => labels.metricName === 'e')?.histograms?.histograms;
    expect(histograms?.[1]).toMatchObject({
      schema: 0,
      count: 4,
      sum: 2,
      positive: { indexes: Int32Array.of(1, 2), counts: Float64Array.of(3, 1) },
    });
  });

  it('A point without a recorded value ends its series', async () => {
    await send([
      sum([
        { timeUnixNano: nanos(0), asInt: '1' },
        { timeUnixNano: nanos(15), flags: 1 },
      ]),
    ]);
    expect(await readTexts()).toEqual(['orders_total 1@0 stale@15']);
  });

  it('Points without a temporality are rejected, and the others of the request are kept', async () => {
    const partial = await send([
      sum([{ timeUnixNano: nanos(0), asInt: '1' }], { aggregationTemporality: 0 }),
      { name: 'g', gauge: { dataPoints: [{ timeUnixNano: nanos(0), asInt: '4' }] } },
    ]);
    expect(partial).toEqual({
      rejected: 1n,
      errorMessage: 'invalid temporality and type combination for metric "orders"',
    });
    expect(await readTexts()).toEqual(['g 4@0']);
  });
});

describe('Any OTLP metrics', () => {
  const anyNumber = fc.constantFrom<number | string>(
    0,
    -0,
    1,
    -1.5,
    5e-324,
    1.7e308,
    'NaN',
    'Infinity',
    '-Infinity',
  );
  const anyInteger = fc.constantFrom('0', '1', '7', '9223372036854775807', '18446744073709551615');
  const anyAttributes = fc.array(
    fc.record({
      key: fc.constantFrom('a', 'a.b', '__name__', 'le', '', '1'),
      value: fc.constant({ stringValue: 'x' }),
    }),
    { maxLength: 3 },
  );
  const anyBuckets = fc.record({
    offset: fc.constantFrom(0, -3, 100_000, 2 ** 31 - 1, -(2 ** 31)),
    bucketCounts: fc.array(anyInteger, { maxLength: 6 }),
  });
  const anyPoint = fc.record({
    timeUnixNano: fc.constantFrom(nanos(0), nanos(15), '0', '18446744073709551615'),
    attributes: anyAttributes,
    asDouble: anyNumber,
    flags: fc.constantFrom(0, 0, 0, 1),
    count: anyInteger,
    sum: anyNumber,
    scale: fc.constantFrom(0, 8, 20, -4, -11, 2 ** 31 - 1),
    zeroCount: anyInteger,
    zeroThreshold: anyNumber,
    positive: anyBuckets,
    negative: anyBuckets,
    explicitBounds: fc.array(anyNumber, { maxLength: 4 }),
    bucketCounts: fc.array(anyInteger, { maxLength: 5 }),
    quantileValues: fc.array(fc.record({ quantile: anyNumber, value: anyNumber }), { maxLength: 2 }),
  });
  const anyMetric = fc
    .record({
      name: fc.constantFrom('m', 'm.total', '', '1'),
      unit: fc.constantFrom('', 's', '{x}/s'),
      kind: fc.constantFrom('gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'),
      aggregationTemporality: fc.constantFrom(0, 1, 2),
      isMonotonic: fc.boolean(),
      dataPoints: fc.array(anyPoint, { minLength: 1, maxLength: 3 }),
    })
    .map(({ name, unit, kind, ...data }) => ({ name, unit, [kind]: data }));

  it('Any OTLP metrics are stored or rejected, and every query of them has an answer', async () => {
    const queries = [
      '{__name__=~".+"}',
      'rate({__name__=~".+"}[5m])',
      'histogram_quantile(0.9, {__name__=~".+"})',
      'histogram_stddev(sum({__name__=~".+"}))',
      'max_over_time({__name__=~".+"}[5m:15s])',
    ].map((query) => parsePromql(query));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyMetric, { maxLength: 3 }), { maxLength: 3 }),
        async (requests) => {
          const fresh = openBlockStore({ sweepMillis: 0, samplesPerBlock: 5 }).metrics;
          const target = new MetricIngest(fresh);
          for (const metrics of requests)
            await target.acceptJson(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }));
          for (const query of queries) {
            const { value } = await evaluateInstant(query, T0 + 15_000, fresh).catch((error: unknown) => {
              // Two metrics may become the same series once their name is gone.
              if (!(error instanceof PromqlEvaluationError)) throw error;
              return { value: { type: 'vector', timeMillis: 0, samples: [] } as const };
            });
            const out = new JsonWriter();
            for (const _ of writeQueryData(out, value, undefined));
            JSON.parse(out.take().toString());
          }
          await fresh.close();
        },
      ),
      { numRuns: 50 * Number(process.env.LANTERN_FUZZ ?? 1) },
    );
  });
});
