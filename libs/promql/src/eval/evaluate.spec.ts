import { describe, expect, it } from '@jest/globals';
import { NO_BUCKETS, NO_CUSTOM_VALUES, type NativeHistogram } from '@lantern/telemetry-model';
import { MemorySource, seriesOf, type TestSample } from '../testing/memory-source.js';
import { instant, linesOf, range } from '../testing/run-query.js';
import { PromqlEvaluationError } from './evaluation-error.js';

const MINUTE = 60;

/** Returns `count` numbers that begin with `first` and differ by `step`. */
const rising = (first: number, step: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index * step);

const histogram = (
  counts: readonly number[],
  { sum = 0, offset = 1, ...rest }: Partial<NativeHistogram> & { offset?: number } = {},
): NativeHistogram => ({
  counterResetHint: 'unknown',
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: counts.reduce((total, each) => total + each, rest.zeroCount ?? 0),
  sum,
  positive: {
    indexes: Int32Array.from(counts, (_, index) => index + offset),
    counts: Float64Array.from(counts),
  },
  negative: NO_BUCKETS,
  customValues: NO_CUSTOM_VALUES,
  ...rest,
});

const custom = (bounds: readonly number[], counts: readonly number[], sum = 0): NativeHistogram =>
  histogram(counts, { schema: -53, offset: 0, sum, customValues: Float64Array.from(bounds) });

const HTTP = new MemorySource([
  seriesOf('http_requests_total{job="api",instance="0"}', rising(0, 60, 11)),
  seriesOf('http_requests_total{job="api",instance="1"}', rising(0, 120, 11)),
  seriesOf('http_requests_total{job="web",instance="0"}', rising(0, 30, 11)),
  seriesOf('capacity{job="api"}', rising(100, 0, 11)),
  seriesOf('capacity{job="web"}', rising(50, 0, 11)),
  seriesOf('owner{job="api",team="orders"}', rising(1, 0, 11)),
  seriesOf('owner{job="web",team="shop"}', rising(1, 0, 11)),
  seriesOf('falling{job="api"}', [10, 8, 8, Number.NaN, Number.NaN, 3, 1, 12, 12, 12, 0]),
]);

/** Queries at 10 minutes, and the lines of their results. */
type Cases = readonly (readonly [query: string, ...lines: string[]])[];

const testCases = (title: string, source: MemorySource, cases: Cases) =>
  describe(title, () => {
    it.each(cases.map(([query, ...lines]) => ({ query, lines })))('$query', async ({ query, lines }) => {
      expect(linesOf(await instant(query, 10 * MINUTE, source))).toEqual(lines);
    });
  });

testCases('The result of a selector at ten minutes is right for', HTTP, [
  ['capacity', '{__name__="capacity", job="api"} 100', '{__name__="capacity", job="web"} 50'],
  ['capacity{job=~"a.*"}', '{__name__="capacity", job="api"} 100'],
  ['capacity{job!~"a.*"}', '{__name__="capacity", job="web"} 50'],
  ['{__name__="capacity",job!="web"}', '{__name__="capacity", job="api"} 100'],
  ['nothing'],
  [
    'http_requests_total{job="web"} offset 1m',
    '{__name__="http_requests_total", instance="0", job="web"} 270',
  ],
  ['http_requests_total{job="web"} @ 60', '{__name__="http_requests_total", instance="0", job="web"} 30'],
  [
    'http_requests_total{job="web"} @ 0 offset -2m',
    '{__name__="http_requests_total", instance="0", job="web"} 60',
  ],
  [
    'http_requests_total{job="web"}[2m]',
    '{__name__="http_requests_total", instance="0", job="web"} 270@540 300@600',
  ],
  ['capacity{job="web"}[2m:1m]', '{__name__="capacity", job="web"} 50@540 50@600'],
]);

testCases('The result of an operator at ten minutes is right for', HTTP, [
  ['1 + 2 * 3 ^ 2 % 5', '4'],
  ['-7 % 5', '-2'],
  ['1 / 0', '+Inf'],
  ['2 atan2 0', '1.5707963267948966'],
  ['1 > bool 2', '0'],
  ['1 ^ NaN', '1'],
  ['"text"', 'text'],
  ['-capacity{job="web"}', '{job="web"} -50'],
  ['+capacity{job="web"}', '{__name__="capacity", job="web"} 50'],
  ['2 - capacity', '{job="api"} -98', '{job="web"} -48'],
  ['capacity > 60', '{__name__="capacity", job="api"} 100'],
  ['60 < capacity', '{__name__="capacity", job="api"} 100'],
  ['capacity >= bool 100', '{job="api"} 1', '{job="web"} 0'],
  ['capacity - ignoring (team) owner', '{job="api"} 99', '{job="web"} 49'],
  [
    'capacity * on (job) group_left (team) owner',
    '{job="api", team="orders"} 100',
    '{job="web", team="shop"} 50',
  ],
  [
    'owner * on (job) group_right () http_requests_total',
    '{instance="0", job="api"} 600',
    '{instance="1", job="api"} 1200',
    '{instance="0", job="web"} 300',
  ],
  ['capacity > on (job) group_left () owner * 60', '{__name__="capacity", job="api"} 100'],
  ['capacity == bool on (job) owner', '{job="api"} 0', '{job="web"} 0'],
  ['capacity and on (job) owner{team="shop"}', '{__name__="capacity", job="web"} 50'],
  ['capacity unless on (job) owner{team="shop"}', '{__name__="capacity", job="api"} 100'],
  [
    'capacity{job="web"} or on (job) owner',
    '{__name__="capacity", job="web"} 50',
    '{__name__="owner", job="api", team="orders"} 1',
  ],
]);

testCases('The result of an aggregation at ten minutes is right for', HTTP, [
  ['sum(http_requests_total)', '{} 2100'],
  ['sum by (job) (http_requests_total)', '{job="api"} 1800', '{job="web"} 300'],
  ['sum without (instance) (http_requests_total)', '{job="api"} 1800', '{job="web"} 300'],
  ['avg by (job) (http_requests_total)', '{job="api"} 900', '{job="web"} 300'],
  ['min by (__name__) (http_requests_total)', '{__name__="http_requests_total"} 300'],
  ['max(http_requests_total)', '{} 1200'],
  ['count by (instance) (http_requests_total)', '{instance="0"} 2', '{instance="1"} 1'],
  ['group by (job) (http_requests_total)', '{job="api"} 1', '{job="web"} 1'],
  ['stddev by (job) (http_requests_total)', '{job="api"} 300', '{job="web"} 0'],
  ['stdvar by (job) (http_requests_total)', '{job="api"} 90000', '{job="web"} 0'],
  ['quantile(0.5, http_requests_total)', '{} 600'],
  ['quantile by (job) (2, http_requests_total)', '{job="api"} +Inf', '{job="web"} +Inf'],
  [
    'topk(2, http_requests_total)',
    '{__name__="http_requests_total", instance="1", job="api"} 1200',
    '{__name__="http_requests_total", instance="0", job="api"} 600',
  ],
  ['bottomk(1, http_requests_total)', '{__name__="http_requests_total", instance="0", job="web"} 300'],
  ['topk(0, http_requests_total)'],
  ['count_values("value", capacity)', '{value="100"} 1', '{value="50"} 1'],
  ['count_values by (job) ("value", owner)', '{job="api", value="1"} 1', '{job="web", value="1"} 1'],
  ['limitk(1, capacity)', '{__name__="capacity", job="api"} 100'],
  ['count(limit_ratio(0.5, http_requests_total) or limit_ratio(-0.5, http_requests_total))', '{} 3'],
  ['sum(capacity * 0) by (job)', '{job="api"} 0', '{job="web"} 0'],
]);

testCases('The result of a function over a range at ten minutes is right for', HTTP, [
  ['rate(http_requests_total{job="web"}[5m])', '{instance="0", job="web"} 0.5'],
  ['increase(http_requests_total{job="web"}[5m])', '{instance="0", job="web"} 150'],
  ['delta(capacity{job="api"}[5m])', '{job="api"} 0'],
  ['irate(http_requests_total{job="web"}[5m])', '{instance="0", job="web"} 0.5'],
  ['idelta(http_requests_total{job="web"}[5m])', '{instance="0", job="web"} 30'],
  // 1, 12, 12, 12, 0: the counter lost 12 at the reset, and is not extrapolated below 0.
  ['increase(falling[5m])', '{job="api"} 12'],
  ['resets(falling[20m])', '{job="api"} 3'],
  ['changes(falling[20m])', '{job="api"} 6'],
  ['deriv(http_requests_total{job="web"}[5m])', '{instance="0", job="web"} 0.5'],
  ['predict_linear(http_requests_total{job="web"}[5m], 60)', '{instance="0", job="web"} 330'],
  ['sum_over_time(capacity{job="api"}[5m])', '{job="api"} 500'],
  ['avg_over_time(http_requests_total{job="web"}[5m])', '{instance="0", job="web"} 240'],
  ['min_over_time(falling[20m])', '{job="api"} 0'],
  ['max_over_time(falling[20m])', '{job="api"} 12'],
  ['count_over_time(falling[20m])', '{job="api"} 11'],
  ['first_over_time(falling[20m])', '{__name__="falling", job="api"} 10'],
  ['last_over_time(falling[20m])', '{__name__="falling", job="api"} 0'],
  ['present_over_time(falling[20m])', '{job="api"} 1'],
  ['quantile_over_time(0.5, http_requests_total{job="web"}[5m])', '{instance="0", job="web"} 240'],
  ['stddev_over_time(http_requests_total{job="web"}[2m])', '{instance="0", job="web"} 15'],
  ['stdvar_over_time(http_requests_total{job="web"}[2m])', '{instance="0", job="web"} 225'],
  ['mad_over_time(http_requests_total{job="web"}[5m])', '{instance="0", job="web"} 30'],
  [
    'double_exponential_smoothing(http_requests_total{job="web"}[5m], 0.5, 0.5)',
    '{instance="0", job="web"} 300',
  ],
  ['ts_of_first_over_time(falling[20m])', '{job="api"} 0'],
  ['ts_of_last_over_time(falling[20m])', '{job="api"} 600'],
  ['ts_of_max_over_time(falling[20m])', '{job="api"} 540'],
  ['ts_of_min_over_time(falling[20m])', '{job="api"} 600'],
  ['absent_over_time(nothing{job="api",x=~"y"}[5m])', '{job="api"} 1'],
  ['absent_over_time(capacity[5m])'],
  ['max_over_time(rate(http_requests_total{job="web"}[2m])[5m:1m])', '{instance="0", job="web"} 0.5'],
]);

testCases('The result of a function at ten minutes is right for', HTTP, [
  ['abs(-capacity{job="web"})', '{job="web"} 50'],
  ['ceil(capacity{job="web"} / 40)', '{job="web"} 2'],
  ['floor(capacity{job="web"} / 40)', '{job="web"} 1'],
  ['round(capacity{job="web"} / 40)', '{job="web"} 1'],
  ['round(capacity{job="web"}, 20)', '{job="web"} 60'],
  ['exp(owner{team="shop"} * 0)', '{job="web", team="shop"} 1'],
  ['sqrt(capacity{job="api"})', '{job="api"} 10'],
  ['ln(owner{team="shop"})', '{job="web", team="shop"} 0'],
  ['log2(capacity{job="web"} - 18)', '{job="web"} 5'],
  ['log10(capacity{job="api"})', '{job="api"} 2'],
  ['sgn(-capacity{job="api"})', '{job="api"} -1'],
  ['clamp(capacity, 60, 80)', '{job="api"} 80', '{job="web"} 60'],
  ['clamp(capacity, 80, 60)'],
  ['clamp_min(capacity, 60)', '{job="api"} 100', '{job="web"} 60'],
  ['clamp_max(capacity, 60)', '{job="api"} 60', '{job="web"} 50'],
  ['deg(vector(pi()))', '{} 180'],
  ['rad(vector(180)) - pi()', '{} 0'],
  ['sin(vector(0)) + cos(vector(0)) + tan(vector(0))', '{} 1'],
  ['asin(vector(1)) + acos(vector(1)) - atan(vector(0)) - pi() / 2', '{} 0'],
  ['sinh(vector(0)) + cosh(vector(0)) + tanh(vector(0))', '{} 1'],
  ['asinh(vector(0)) + acosh(vector(1)) + atanh(vector(0))', '{} 0'],
  ['scalar(capacity{job="web"})', '50'],
  ['scalar(capacity)', 'NaN'],
  ['vector(time())', '{} 600'],
  ['timestamp(capacity{job="web"} offset 30s)', '{job="web"} 540'],
  ['timestamp(capacity{job="web"} * 1)', '{job="web"} 600'],
  ['minute()', '{} 10'],
  ['hour(vector(90061)) + minute(vector(90061))', '{} 2'],
  ['day_of_week(vector(0)) * 1000 + day_of_month(vector(0)) * 100 + day_of_year(vector(0))', '{} 4101'],
  [
    'days_in_month(vector(951782400)) * 10000 + month(vector(951782400)) * 1000 + year(vector(951782400))',
    '{} 294000',
  ],
  ['absent(nothing{job="api"})', '{job="api"} 1'],
  ['absent(capacity)'],
  ['absent(sum(nothing))', '{} 1'],
  [
    'label_replace(capacity, "host", "$1-x", "job", "(a.*)")',
    '{__name__="capacity", host="api-x", job="api"} 100',
    '{__name__="capacity", job="web"} 50',
  ],
  ['label_replace(-capacity{job="api"}, "__name__", "c", "job", ".*")', '{__name__="c", job="api"} -100'],
  [
    'label_join(owner, "id", "/", "job", "team")',
    '{__name__="owner", id="api/orders", job="api", team="orders"} 1',
    '{__name__="owner", id="web/shop", job="web", team="shop"} 1',
  ],
  ['sort(capacity)', '{__name__="capacity", job="web"} 50', '{__name__="capacity", job="api"} 100'],
  ['sort_desc(capacity)', '{__name__="capacity", job="api"} 100', '{__name__="capacity", job="web"} 50'],
  [
    'sort_by_label(owner, "team")',
    '{__name__="owner", job="api", team="orders"} 1',
    '{__name__="owner", job="web", team="shop"} 1',
  ],
  [
    'sort_by_label_desc(owner, "team")',
    '{__name__="owner", job="web", team="shop"} 1',
    '{__name__="owner", job="api", team="orders"} 1',
  ],
  ['max_of(1, 2) + min_of(1, 2)', '3'],
  ['start() + end() + range() + step()', '1200'],
]);

describe('A range query', () => {
  it('counts its steps from the start, and includes the end only where a step hits it', async () => {
    const result = await range('http_requests_total{job="web"}', [30, 170, 60], HTTP);
    expect(linesOf(result)).toEqual([
      '{__name__="http_requests_total", instance="0", job="web"} 0@30 30@90 60@150',
    ]);
  });

  it('orders series by their labels, and leaves out those without a sample', async () => {
    const result = await range('sort_desc(capacity) > 60 or owner', [0, 60, 60], HTTP);
    expect(linesOf(result)).toEqual([
      '{__name__="capacity", job="api"} 100@0 100@60',
      '{__name__="owner", job="api", team="orders"} 1@0 1@60',
      '{__name__="owner", job="web", team="shop"} 1@0 1@60',
    ]);
    expect(result.annotations.texts('q').warnings).toHaveLength(1);
  });

  it('of a scalar is one series without labels', async () => {
    expect(linesOf(await range('time()', [0, 120, 60], HTTP))).toEqual(['{} 0@0 60@60 120@120']);
  });

  it('of a range vector or a string is rejected', async () => {
    await expect(range('capacity[5m]', [0, 60, 60], HTTP)).rejects.toMatchObject({
      kind: 'bad_data',
      message: 'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    });
  });

  it('evaluates what @ fixes once, and repeats it', async () => {
    const source = new MemorySource([seriesOf('a', [1, 2, 3])]);
    expect(linesOf(await range('sum(a @ end()) + 0 * time()', [0, 120, 60], source))).toEqual([
      '{} 3@0 3@60 3@120',
    ]);
    expect(source.ranges).toEqual([{ startMillis: 120_000 - 300_000 + 1, endMillis: 120_000 }]);
  });

  it('evaluates a subquery at multiples of its step, whatever its start', async () => {
    const result = await range('count_over_time(vector(1)[2m:50s])', [7, 7, 60], HTTP);
    expect(linesOf(result)).toEqual(['{} 3@7']);
  });
});

describe('Staleness', () => {
  const STALE = new MemorySource([
    seriesOf('a', [1, 2, 'stale', 4]),
    seriesOf('old', [1]),
    seriesOf('undefined_value', [Number.NaN]),
    seriesOf('h', [histogram([1]), 'stale']),
  ]);

  it('ends a series at the marker, which is in no range', async () => {
    expect(linesOf(await range('a', [0, 180, 60], STALE))).toEqual(['{__name__="a"} 1@0 2@60 4@180']);
    expect(linesOf(await instant('a[10m]', 180, STALE))).toEqual(['{__name__="a"} 1@0 2@60 4@180']);
    expect(linesOf(await instant('h', 90, STALE))).toEqual([]);
  });

  it('hides a sample that is as old as the lookback', async () => {
    expect(linesOf(await instant('old', 299.999, STALE))).toHaveLength(1);
    expect(linesOf(await instant('old', 300, STALE))).toHaveLength(0);
    expect(linesOf(await instant('old', 300, STALE, { lookbackMillis: 301_000 }))).toHaveLength(1);
  });

  it('is not an ordinary NaN', async () => {
    expect(linesOf(await instant('undefined_value', 1, STALE))).toEqual(['{__name__="undefined_value"} NaN']);
  });
});

describe('Sums and means', () => {
  const source = new MemorySource([
    seriesOf('big{i="1"}', [9.98e307, 1e100, 1]),
    seriesOf('big{i="2"}', [9.98e307, 1, 1e100]),
    seriesOf('big{i="3"}', [9.98e307, -1e100, -1e100]),
    seriesOf('big{i="4"}', [9.98e307, 1, 1]),
  ]);

  it('do not overflow, and do not lose small numbers between large ones', async () => {
    expect(linesOf(await instant('avg(big)', 0, source))).toEqual([`{} 998${'0'.repeat(305)}`]);
    expect(linesOf(await instant('sum(big)', 60, source))).toEqual(['{} 2']);
    expect(linesOf(await instant('sum_over_time(big{i="3"}[2m] @ 120) + 2e100', 180, source))).toEqual([
      '{i="3"} 0',
    ]);
  });

  it('over long windows, which are folded in parts, are those of the same samples', async () => {
    const values = Array.from({ length: 500 }, (_, index): TestSample =>
      index === 100 ? Infinity : (index * 37) % 91,
    );
    const long = new MemorySource([seriesOf('a', values, 1_000)]);
    for (const name of ['sum_over_time', 'avg_over_time', 'min_over_time', 'max_over_time']) {
      const ranged = await range(`${name}(a[2m])`, [90, 499, 7], long);
      const [series] = ranged.value.type === 'matrix' ? ranged.value.series : [];
      for (const [index, value] of (series?.values ?? []).entries()) {
        const at = (series?.timestamps[index] ?? 0) / 1_000;
        const window = values.slice(Math.max(0, at - 119), at + 1) as number[];
        const sum = window.reduce((total, each) => total + each, 0);
        const expected = {
          sum,
          avg: sum / window.length,
          min: Math.min(...window),
          max: Math.max(...window),
        };
        const wanted = expected[name.slice(0, 3) as keyof typeof expected];
        if (Number.isFinite(wanted)) expect(value).toBeCloseTo(wanted, 9);
        else expect(value).toBe(wanted);
      }
    }
  });
});

describe('The name of a metric', () => {
  const source = new MemorySource([seriesOf('a', [-1]), seriesOf('b', [2])]);

  it('is removed at the end, so that functions in between still see it', async () => {
    const byName = await instant(
      'label_replace(abs({__name__=~"a|b"}), "was", "$1", "__name__", "(.*)")',
      0,
      source,
    );
    expect(linesOf(byName)).toEqual(['{was="a"} 1', '{was="b"} 2']);
    expect(linesOf(await instant('sum(abs({__name__=~"a|b"}))', 0, source))).toEqual(['{} 3']);
    await expect(instant('abs({__name__=~"a|b"})', 0, source)).rejects.toThrow('same labelset');
  });
});

describe('Errors', () => {
  it.each([
    [
      'capacity * on () http_requests_total',
      'found duplicate series for the match group {} on the right hand-side of the operation: [{__name__="http_requests_total", instance="0", job="api"}, {__name__="http_requests_total", instance="1", job="api"}];many-to-many matching not allowed: matching labels must be unique on one side',
    ],
    [
      'http_requests_total * on (job) capacity',
      'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
    ],
    [
      'label_replace(http_requests_total, "instance", "", "", "") * on (job) group_left () capacity',
      'vector cannot contain metrics with the same labelset',
    ],
    ['label_replace(capacity, "job", "x", "", "")', 'vector cannot contain metrics with the same labelset'],
    ['abs({__name__=~"capacity|falling"})', 'vector cannot contain metrics with the same labelset'],
    ['label_replace(capacity, "", "", "", "")', 'invalid destination label name in label_replace(): '],
    ['label_replace(capacity, "a", "", "", "(")', 'invalid regular expression in label_replace(): ('],
    ['label_join(capacity, "a", "", "")', 'invalid source label name in label_join(): '],
    ['count_values("", capacity)', 'invalid label name ""'],
    ['topk(NaN, capacity)', 'Parameter value is NaN'],
    ['topk(1e30, capacity)', 'Scalar value 1000000000000000000000000000000 overflows int64'],
    [
      'double_exponential_smoothing(capacity[5m], 1, 0.5)',
      'invalid smoothing factor. Expected: 0 < sf < 1, got: 1.000000',
    ],
  ])('%s fails with: %s', async (query, message) => {
    await expect(instant(query, 600, HTTP)).rejects.toMatchObject({ kind: 'execution', message });
  });

  it('of a source fail the query', async () => {
    const broken = {
      // eslint-disable-next-line require-yield
      async *select() {
        throw new Error('the disk is gone');
      },
    };
    await expect(instant('up', 0, broken)).rejects.toThrow('the disk is gone');
  });
});

describe('Limits', () => {
  it('on samples in memory stop a query', async () => {
    const tooMany = 'query processing would load too many samples into memory in query execution';
    await expect(range('http_requests_total', [0, 600, 1], HTTP, { maxSamples: 1_000 })).rejects.toThrow(
      tooMany,
    );
    await expect(
      range('sum(http_requests_total)', [0, 600, 60], HTTP, { maxSamples: 60 }),
    ).resolves.toBeDefined();
  });

  it('on memory of the process stop a query with the error of the caller', async () => {
    const held: number[] = [];
    await range('http_requests_total', [0, 600, 0.1], HTTP, { hold: (bytes) => held.push(bytes) });
    expect(held.reduce((total, bytes) => total + bytes, 0)).toBeGreaterThan(3 * 6_000 * 16 - 65_536);
    const hold = () => {
      throw new RangeError('no memory is left');
    };
    await expect(range('http_requests_total', [0, 600, 0.1], HTTP, { hold })).rejects.toThrow(
      'no memory is left',
    );
  });

  it('on steps reject a subquery before it takes memory', async () => {
    await expect(instant('max_over_time(vector(1)[100y:1ms])', 600, HTTP)).rejects.toThrow(
      'exceeded maximum resolution of 1000000 steps in a query or subquery',
    );
  });

  it('on time stop a query also between two looks at the source', async () => {
    const query = 'sum_over_time(rate(http_requests_total[5m])[10d:1s])';
    await expect(instant(query, 600, HTTP, { timeoutMillis: 1 })).rejects.toMatchObject({
      kind: 'timeout',
      message: 'query timed out in expression evaluation',
    });
  });

  it('let a client that has gone cancel its query', async () => {
    const gone = new AbortController();
    const running = instant('quantile_over_time(0.5, (http_requests_total)[10d:1s])', 864_000, HTTP, {
      signal: gone.signal,
      turnMillis: 0,
    });
    gone.abort();
    const error = await running.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PromqlEvaluationError);
    expect(error).toMatchObject({ kind: 'canceled', message: 'query was canceled in expression evaluation' });
  });

  it('let other work run while a query is evaluated', async () => {
    let turns = 0;
    let isDone = false;
    const work = () => {
      turns++;
      if (!isDone) setImmediate(work);
    };
    setImmediate(work);
    await range('quantile_over_time(0.5, http_requests_total[10m])', [0, 600, 0.05], HTTP, { turnMillis: 0 });
    isDone = true;
    expect(turns).toBeGreaterThan(5);
  });

  it('are reported as statistics', async () => {
    const { statistics } = await instant('sum(rate(http_requests_total[5m]))', 600, HTTP);
    expect(statistics).toMatchObject({ totalQueryableSamples: 15, samplesRead: 15, seriesTouched: 3 });
    expect(statistics.peakSamples).toBeGreaterThan(0);
  });
});

testCases(
  'A quantile of a classic histogram is right for',
  new MemorySource([
    ...[
      ['0.1', 2],
      ['0.5', 6],
      ['1', 8],
      ['1.0', 2],
      ['+Inf', 12],
    ].map(([le, count]) =>
      seriesOf(
        `t_bucket{le="${le}"}`,
        Array.from({ length: 11 }, () => Number(count)),
      ),
    ),
    seriesOf('half_bucket{le="1"}', rising(1, 0, 11)),
    seriesOf('n_bucket{le="-1"}', rising(4, 0, 11)),
    seriesOf('n_bucket{le="+Inf"}', rising(5, 0, 11)),
  ]),
  [
    ['histogram_quantile(0.5, t_bucket)', '{} 0.5'],
    ['histogram_quantile(0.25, t_bucket)', '{} 0.2'],
    ['histogram_quantile(0, t_bucket)', '{} 0'],
    ['histogram_quantile(1, t_bucket)', '{} 1'],
    ['histogram_quantile(-1, t_bucket)', '{} -Inf'],
    ['histogram_quantile(2, t_bucket)', '{} +Inf'],
    ['histogram_quantile(NaN, t_bucket)', '{} NaN'],
    ['histogram_quantile(0.5, half_bucket)', '{} NaN'],
    ['histogram_quantile(0.5, n_bucket)', '{} -1'],
    ['histogram_fraction(0, 0.5, t_bucket)', '{} 0.5'],
    ['histogram_fraction(0.1, 0.3, t_bucket)', '{} 0.16666666666666666'],
    ['histogram_fraction(1, 0, t_bucket)', '{} 0'],
    ['histogram_quantiles(t_bucket, "q", 0.5, 1)', '{q="0.5"} 0.5', '{q="1.0"} 1'],
  ],
);

describe('Annotations', () => {
  const texts = async (query: string, source: MemorySource, at = 600) => {
    const { warnings, infos } = (await instant(query, at, source)).annotations.texts(query);
    return [...warnings, ...infos];
  };

  it.each([
    [
      'rate(capacity[5m])',
      'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "capacity" (1:6)',
    ],
    ['quantile(2, capacity)', 'PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)'],
    [
      'sum(\n  histogram_quantile(0.9,\n  capacity))',
      'PromQL warning: bucket label "le" is missing or has a malformed value of "" for metric name "capacity" (3:3)',
    ],
    [
      'capacity </ 5',
      'PromQL info: incompatible sample types encountered for binary operator "</": float </ float (1:1)',
    ],
    [
      'limit_ratio(2, capacity)',
      'PromQL warning: ratio value should be between -1 and 1, got 2, capping to 1 (1:13)',
    ],
  ])('of %j are %s', async (query, text) => {
    expect(await texts(query, HTTP)).toEqual([text]);
  });

  it('report buckets that had to be corrected, once for all steps', async () => {
    const source = new MemorySource([
      seriesOf('m_bucket{le="1"}', [3, 4]),
      seriesOf('m_bucket{le="2"}', [2, 2]),
      seriesOf('m_bucket{le="+Inf"}', [4, 4]),
    ]);
    const query = 'histogram_quantile(0.5, m_bucket)';
    const result = await range(query, [0, 60, 60], source);
    expect(result.annotations.texts(query).infos).toEqual([
      'PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) for metric name "m_bucket", from buckets 2 to 2, with a max diff of 2, over 2 samples from 1970-01-01T00:00:00Z to 1970-01-01T00:01:00Z (1:25)',
    ]);
  });

  it('beyond a limit are counted', async () => {
    const source = new MemorySource(rising(0, 1, 12).map((index) => seriesOf(`gauge_${index}`, [1, 2])));
    const query = 'sum by (__name__) (rate({__name__=~"gauge_.*"}[5m]))';
    const { infos } = (await instant(`count(${query})`, 60, source)).annotations.texts(query, 10);
    expect(infos).toHaveLength(11);
    expect(infos.at(-1)).toBe('2 more info annotations omitted');
  });
});

const NATIVE = new MemorySource([
  seriesOf(
    'h{job="a"}',
    rising(0, 1, 11).map((index) => histogram([index, 2 * index], { sum: 5 * index })),
  ),
  seriesOf(
    'h{job="b"}',
    rising(0, 1, 11).map((index) => histogram([index], { sum: index })),
  ),
  seriesOf(
    'g',
    Array.from({ length: 11 }, () => histogram([4], { sum: 6, counterResetHint: 'gauge' })),
  ),
  seriesOf(
    'z',
    Array.from({ length: 11 }, () => histogram([2], { zeroCount: 2, zeroThreshold: 0.5, sum: 3 })),
  ),
  seriesOf(
    'fine',
    Array.from({ length: 11 }, () => histogram([1, 1, 1, 1], { schema: 1, sum: 8 })),
  ),
  seriesOf(
    'c{i="1"}',
    Array.from({ length: 11 }, () => custom([1, 2, 4], [1, 2, 3, 4], 20)),
  ),
  seriesOf(
    'c{i="2"}',
    Array.from({ length: 11 }, () => custom([1, 4], [1, 2, 3], 10)),
  ),
  seriesOf('f', rising(1, 0, 11)),
]);

testCases('The result for native histograms at ten minutes is right for', NATIVE, [
  ['h{job="b"}', '{__name__="h", job="b"} {count:10, sum:10, (1,2]:10}'],
  ['sum(h)', '{} {count:40, sum:60, (1,2]:20, (2,4]:20}'],
  ['avg(h)', '{} {count:20, sum:30, (1,2]:10, (2,4]:10}'],
  ['count(h)', '{} 2'],
  ['h{job="b"} * 2', '{job="b"} {count:20, sum:20, (1,2]:20}'],
  ['h{job="b"} / 2', '{job="b"} {count:5, sum:5, (1,2]:5}'],
  ['-h{job="b"}', '{job="b"} {count:-10, sum:-10, (1,2]:-10}'],
  ['h + h', '{job="a"} {count:60, sum:100, (1,2]:20, (2,4]:40}', '{job="b"} {count:20, sum:20, (1,2]:20}'],
  ['h - h', '{job="a"} {count:0, sum:0}', '{job="b"} {count:0, sum:0}'],
  ['count(h == h)', '{} 2'],
  ['h != bool h', '{job="a"} 0', '{job="b"} 0'],
  ['h{job="b"} > 1'],
  ['max(h)'],
  ['rate(h{job="b"}[5m]) * 60', '{job="b"} {count:1, sum:1, (1,2]:1}'],
  ['increase(h{job="b"}[5m])', '{job="b"} {count:5, sum:5, (1,2]:5}'],
  ['irate(h{job="b"}[5m]) * 60', '{job="b"} {count:1, sum:1, (1,2]:1}'],
  ['delta(g[5m])', '{} {count:0, sum:0}'],
  ['sum_over_time(g[5m])', '{} {count:20, sum:30, (1,2]:20}'],
  ['avg_over_time(g[5m])', '{} {count:4, sum:6, (1,2]:4}'],
  ['last_over_time(g[5m])', '{__name__="g"} {count:4, sum:6, (1,2]:4}'],
  ['count_over_time(g[5m]) + changes(g[5m]) + resets(g[5m])', '{} 5'],
  ['histogram_count(h)', '{job="a"} 30', '{job="b"} 10'],
  ['histogram_sum(h)', '{job="a"} 50', '{job="b"} 10'],
  ['histogram_avg(h{job="b"})', '{job="b"} 1'],
  ['histogram_stdvar(z)', '{} 0.5018398282201788'],
  ['histogram_quantile(0.5, h{job="b"})', '{job="b"} 1.4142135623730951'],
  ['histogram_quantile(0.25, z)', '{} 0.25'],
  ['histogram_quantile(1, h{job="a"})', '{job="a"} 4'],
  ['histogram_quantile(0.5, c{i="1"})', '{i="1"} 3.333333333333333'],
  ['histogram_quantile(1, c{i="1"})', '{i="1"} 4'],
  ['histogram_fraction(1, 2, h{job="a"})', '{job="a"} 0.3333333333333333'],
  ['histogram_fraction(0, 0.25, z)', '{} 0.25'],
  ['sum(c)', '{} {count:16, sum:30, [-Inf,1]:2, (1,4]:7, (4,+Inf]:7}'],
  ['fine + ignoring (job) h{job="b"} * 0', '{} {count:4, sum:8, (1,2]:2, (2,4]:2}'],
  ['c{i="1"} </ 2', '{__name__="c", i="1"} {count:3, sum:3.5, [-Inf,1]:1, (1,2]:2}'],
  ['c{i="1"} >/ 2', '{__name__="c", i="1"} {count:7, sum:25, (2,4]:3, (4,+Inf]:4}'],
  ['count_values("v", g)', '{v="{count:4, sum:6, (1,2]:4}"} 1'],
]);

describe('Annotations about native histograms', () => {
  it('report a sum over a counter reset where only counts are asked for', async () => {
    const source = new MemorySource([
      seriesOf('r', [histogram([3]), histogram([1]), histogram([2])]),
      seriesOf('s', [histogram([1]), histogram([2])]),
    ]);
    const query = 'histogram_count(sum_over_time(r[5m]))';
    expect((await instant(query, 120, source)).annotations.texts(query).warnings).toEqual([
      'PromQL warning: conflicting counter resets during histogram aggregation (1:31)',
    ]);
    const quiet = [
      'sum_over_time(r[5m])',
      'histogram_quantile(0.5, sum_over_time(r[5m]))',
      'histogram_count(sum(s))',
    ];
    for (const each of quiet) expect((await instant(each, 120, source)).annotations.isEmpty).toBe(true);
  });

  it.each([
    [
      'h > 1',
      'PromQL info: incompatible sample types encountered for binary operator ">": histogram > float (1:1)',
    ],
    ['max(h)', 'PromQL info: ignored histogram in max aggregation (1:5)'],
    [
      'sum({__name__=~"f|g"})',
      'PromQL warning: encountered a mix of histograms and floats for aggregation (1:5)',
    ],
    ['rate(g[5m])', 'PromQL warning: this native histogram metric is not a counter: "g" (1:6)'],
    ['delta(h{job="a"}[5m])', 'PromQL warning: this native histogram metric is not a gauge: "h" (1:7)'],
    ['sum(c)', 'PromQL info: mismatched custom buckets were reconciled during aggregation (1:5)'],
    [
      'sum({__name__=~"c|g"})',
      'PromQL warning: vector contains a mix of histograms with exponential and custom buckets schemas for metric name "c" (1:5)',
    ],
    [
      'c{i="1"} + on () g',
      'PromQL warning: incompatible bucket layout encountered for binary operator + (1:1)',
    ],
  ])('of %s are: %s', async (query, text) => {
    const { warnings, infos } = (await instant(query, 600, NATIVE)).annotations.texts(query);
    expect([...warnings, ...infos]).toContain(text);
  });
});
