import { describe, expect, it } from '@jest/globals';
import type { LogExpr, MetricExpr } from '../ast.js';
import { parseLogql } from '../parser.js';
import { FREE_RUN, LineSource, row } from '../testing/line-source.js';
import { evaluateLog } from './evaluate-log.js';
import { evaluateMetric } from './evaluate-metric.js';
import { formatSelector } from '../format.js';

const ROWS = [
  row(1, 'a 1', { app: 'x', env: 'p' }, { level: 'info' }),
  row(2, 'b 22', { app: 'x', env: 'p' }, { level: 'error' }),
  row(3, 'c', { app: 'y', env: 'p' }, { level: 'info' }),
  row(10, '{"n":1.5,"took":"250ms","size":"2KB"}', { app: 'j' }),
  row(11, '{"n":2.5,"took":"1s","size":"1KB"}', { app: 'j' }),
  row(12, '{"n":0,"took":"2s","size":"1MB"}', { app: 'j' }),
  row(13, '{"other":1}', { app: 'j' }),
  row(20, 'broken', { app: 'k' }),
  row(21, '{"level":"warn"}', { app: 'k' }),
];

const at = async (
  query: string,
  seconds: number,
  rows = ROWS,
): Promise<[labels: string, value: number][]> => {
  const steps = { startUnixNano: BigInt(seconds) * 1_000_000_000n, stepNanos: 1n, count: 1 };
  const series = await evaluateMetric(parseLogql(query) as MetricExpr, steps, new LineSource(rows), FREE_RUN);
  return series.map(({ labels, points }) => [
    formatSelector(Object.entries(labels).map(([name, value]) => ({ name, operator: '=', value }))),
    points[0]?.value ?? Number.NaN,
  ]);
};

const over = async (
  query: string,
  from: number,
  step: number,
  count: number,
): Promise<Record<string, number[][]>> => {
  const second = 1_000_000_000n;
  const steps = { startUnixNano: BigInt(from) * second, stepNanos: BigInt(step) * second, count };
  const series = await evaluateMetric(parseLogql(query) as MetricExpr, steps, new LineSource(ROWS), FREE_RUN);
  return Object.fromEntries(
    series.map(({ labels, points }) => [
      Object.values(labels).join(),
      points.map(({ timeUnixNano, value }) => [Number(timeUnixNano / second), value]),
    ]),
  );
};

describe('counts and sizes', () => {
  it.each<[string, number, [string, number][]]>([
    [
      'count_over_time({app="x"}[5s])',
      3,
      [
        ['{app="x", env="p", level="error"}', 1],
        ['{app="x", env="p", level="info"}', 1],
      ],
    ],
    ['sum(count_over_time({app="x"}[5s]))', 3, [['{}', 2]]],
    [
      'sum by (level) (count_over_time({env="p"}[5s]))',
      3,
      [
        ['{level="error"}', 1],
        ['{level="info"}', 2],
      ],
    ],
    [
      'sum without (level, env) (count_over_time({env="p"}[5s]))',
      3,
      [
        ['{app="x"}', 2],
        ['{app="y"}', 1],
      ],
    ],
    ['sum by (nothing) (count_over_time({env="p"}[5s]))', 3, [['{}', 3]]],
    ['sum(rate({app="x"}[4s]))', 3, [['{}', 0.5]]],
    ['sum(bytes_over_time({app="x"}[5s]))', 3, [['{}', 7]]],
    ['sum(bytes_rate({app="x"}[2s]))', 2, [['{}', 3.5]]],
    ['sum(count_over_time({app="x"} |= "b" [5s]))', 3, [['{}', 1]]],
    ['sum(count_over_time({app="x"}[5s] |= "b"))', 3, [['{}', 1]]],
    ['sum(count_over_time({env="p"}[1s]))', 2, [['{}', 1]]],
    ['sum(count_over_time({env="p"}[5s] offset 2s))', 4, [['{}', 2]]],
    ['sum(count_over_time({env="p"}[1s] offset -2s))', 1, [['{}', 1]]],
    ['count_over_time({app="none"}[5s])', 3, []],
    ['absent_over_time({app="none", env=~".+"}[5s])', 3, [['{app="none"}', 1]]],
    ['absent_over_time({app="x"}[5s])', 3, []],
  ])('%s at %i', async (query, seconds, expected) => {
    expect(await at(query, seconds)).toEqual(expected);
  });

  it('A window excludes its start and includes its end', async () => {
    expect(await over('sum(count_over_time({env="p"}[1s]))', 0, 1, 5)).toEqual({
      '': [
        [1, 1],
        [2, 1],
        [3, 1],
      ],
    });
    expect(await over('sum(count_over_time({env="p"}[2s]))', 0, 1, 6)).toEqual({
      '': [
        [1, 1],
        [2, 2],
        [3, 2],
        [4, 1],
      ],
    });
    expect(await over('sum(count_over_time({env="p"}[1s]))', 0, 2, 4)).toEqual({ '': [[2, 1]] });
  });
});

describe('unwrapped values', () => {
  const select = '{app="j"} | json';

  it.each<[string, number]>([
    [`sum_over_time(${select} | unwrap n [5s])`, 4],
    [`avg_over_time(${select} | unwrap n [5s]) by (app)`, 4 / 3],
    [`min_over_time(${select} | unwrap n [5s]) by (app)`, 0],
    [`max_over_time(${select} | unwrap n [5s]) by (app)`, 2.5],
    [`first_over_time(${select} | unwrap n [5s]) by (app)`, 1.5],
    [`last_over_time(${select} | unwrap n [5s]) by (app)`, 0],
    [`quantile_over_time(0.5, ${select} | unwrap n [5s]) by (app)`, 1.5],
    [`quantile_over_time(0.75, ${select} | unwrap n [5s]) by (app)`, 2],
    [`rate(${select} | unwrap n [5s])`, 0.8],
    [`sum_over_time(${select} | unwrap duration(took) [5s])`, 3.25],
    [`sum_over_time(${select} | unwrap duration_seconds(took) [5s])`, 3.25],
    [`sum_over_time(${select} | unwrap bytes(size) [5s])`, 1_003_000],
    [`sum_over_time(${select} | unwrap n | n > 1 [5s])`, 4],
    ['sum_over_time({app="j"}[5s] | json | unwrap n)', 4],
    ['sum_over_time({app="j"}[5s] offset 1s | json | unwrap n)', 4],
  ])('%s', async (query, value) => {
    // One series for each set of labels: their sum is the whole.
    expect(await at(`sum(${query})`, 13)).toEqual([['{}', expect.closeTo(value, 12)]]);
  });

  it('The label of an unwrapped value is removed from the series', async () => {
    expect(await at('sum_over_time({app="j"} | json n | unwrap n [5s])', 12)).toEqual([['{app="j"}', 4]]);
  });

  it('stddev_over_time and stdvar_over_time compute the spread of a population', async () => {
    expect(await at('stdvar_over_time({app="j"} | json n | unwrap n [5s]) by (app)', 12)).toEqual([
      ['{app="j"}', expect.closeTo(1.0555555, 6)],
    ]);
    expect(await at('stddev_over_time({app="j"} | json n | unwrap n [5s]) by (app)', 12)).toEqual([
      ['{app="j"}', expect.closeTo(1.0274023, 6)],
    ]);
  });

  it('rate_counter handles counter resets', async () => {
    const rows = [10, 20, 5, 15].map((n, index) => row(10 * (index + 1), `n=${n}`, { app: 'c' }));
    const [[, value] = ['', 0]] = await at('rate_counter({app="c"} | logfmt | unwrap n [40s])', 40, rows);
    // 10 → 20 → (0 →) 5 → 15 is 25 in 30 s, and as fast for the 10 s before, no further back than 0.
    expect(value).toBeCloseTo((25 * (40 / 30)) / 40, 12);
  });
});

describe('errors of a pipeline', () => {
  it('A metric query fails on lines with errors of its pipeline', async () => {
    await expect(at('sum by (level) (count_over_time({app="k"} | json [5s]))', 21)).rejects.toThrow(
      `pipeline error: 'JSONParserErr' for series: '{__error__="JSONParserErr", __error_details__=`,
    );
    await expect(at('sum_over_time({app="j"} | json | unwrap took [5s])', 13)).rejects.toThrow(
      'SampleExtractionErr',
    );
  });

  it.each<[string, [string, number][]]>([
    ['sum by (level) (count_over_time({app="k"} | json | __error__="" [5s]))', [['{level="warn"}', 1]]],
    [
      'sum by (level) (count_over_time({app="k"} | json | drop __error__, __error_details__ [5s]))',
      [
        ['{level="warn"}', 1],
        ['{}', 1],
      ],
    ],
    ['sum(count_over_time({app="k"} | json [5s]))', [['{}', 2]]],
    [
      'sum by (__error__) (count_over_time({app="k"} | json [5s]))',
      [
        ['{__error__="JSONParserErr"}', 1],
        ['{}', 1],
      ],
    ],
  ])('do not fail %s', async (query, expected) => {
    expect((await at(query, 21)).sort()).toEqual(expected);
  });
});

describe('aggregations of vectors', () => {
  const counts = 'sum by (app, level) (count_over_time({env="p"}[5s]))';

  it.each<[string, [string, number][]]>([
    [
      `sum by (app) (${counts})`,
      [
        ['{app="x"}', 2],
        ['{app="y"}', 1],
      ],
    ],
    [`count(${counts})`, [['{}', 3]]],
    [
      `avg by (level) (${counts} + 1)`,
      [
        ['{level="error"}', 2],
        ['{level="info"}', 2],
      ],
    ],
    [`min(${counts} * 2)`, [['{}', 2]]],
    [`max(sum by (app) (${counts}))`, [['{}', 2]]],
    [`stddev(sum by (app) (${counts}))`, [['{}', 0.5]]],
    [`stdvar(sum by (app) (${counts}))`, [['{}', 0.25]]],
    [`topk(1, sum by (app) (${counts}))`, [['{app="x"}', 2]]],
    [`bottomk(1, sum by (app) (${counts}))`, [['{app="y"}', 1]]],
    [`approx_topk(1, sum by (app) (${counts}))`, [['{app="x"}', 2]]],
    [
      `topk by (app) (1, ${counts})`,
      [
        ['{app="x", level="info"}', 1],
        ['{app="y", level="info"}', 1],
      ],
    ],
    [
      `sort(sum by (app) (${counts}))`,
      [
        ['{app="y"}', 1],
        ['{app="x"}', 2],
      ],
    ],
    [
      `sort_desc(sum by (app) (${counts}))`,
      [
        ['{app="x"}', 2],
        ['{app="y"}', 1],
      ],
    ],
    [
      `label_replace(sum by (app) (${counts}), "first", "$1-", "app", "(.).*")`,
      [
        ['{app="x", first="x-"}', 2],
        ['{app="y", first="y-"}', 1],
      ],
    ],
    [
      `label_replace(sum by (app) (${counts}), "app", "", "app", "x")`,
      [
        ['{}', 2],
        ['{app="y"}', 1],
      ],
    ],
  ])('%s', async (query, expected) => {
    expect(await at(query, 3)).toEqual(expected);
  });

  it.each<[string, [string, number][]]>([
    [
      `sort_desc(sum by (app) (${counts})) + 1`,
      [
        ['{app="x"}', 3],
        ['{app="y"}', 2],
      ],
    ],
    [
      `label_replace(sort(sum by (app) (${counts})), "app", "a$1", "app", "(y)")`,
      [
        ['{app="ay"}', 1],
        ['{app="x"}', 2],
      ],
    ],
  ])('an operation on sorted series keeps their order: %s', async (query, expected) => {
    expect(await at(query, 3)).toEqual(expected);
  });

  it('topk selects its series at each step separately', async () => {
    expect(await over('topk(1, sum by (app) (count_over_time({env="p"}[1s])))', 1, 1, 3)).toEqual({
      x: [
        [1, 1],
        [2, 1],
      ],
      y: [[3, 1]],
    });
  });

  it('approx_topk is rejected in a range query', async () => {
    await expect(over('approx_topk(1, count_over_time({env="p"}[1s]))', 1, 1, 3)).rejects.toMatchObject({
      statusCode: 500,
    });
  });
});

describe('binary operations', () => {
  const byApp = 'sum by (app) (count_over_time({env="p"}[5s]))';
  const byBoth = 'sum by (app, level) (count_over_time({env="p"}[5s]))';

  it.each<[string, [string, number][]]>([
    ['vector(1)+vector(1)', [['{}', 2]]],
    ['vector(2)^vector(3)', [['{}', 8]]],
    ['1 + 2 * 3 ^ 2', [['{}', 19]]],
    ['2 ^ 3 ^ 2', [['{}', 512]]],
    ['(1 + 2) * 3 - 4 / 2 % 3', [['{}', 7]]],
    ['vector(1) / vector(0)', [['{}', Number.NaN]]],
    ['vector(5) > 3', [['{}', 5]]],
    ['3 < vector(5)', [['{}', 5]]],
    ['vector(5) < 3', []],
    ['vector(5) < bool 3', [['{}', 0]]],
    ['vector(5) == bool vector(5)', [['{}', 1]]],
    [`${byApp} > 1`, [['{app="x"}', 2]]],
    [
      `${byApp} + ${byApp}`,
      [
        ['{app="x"}', 4],
        ['{app="y"}', 2],
      ],
    ],
    [
      `${byApp} / on() vector(2)`,
      'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)' as never,
    ],
    [
      `${byApp} / on() group_left() vector(2)`,
      [
        ['{app="x"}', 1],
        ['{app="y"}', 0.5],
      ],
    ],
    [
      `${byBoth} / on(app) group_left ${byApp}`,
      [
        ['{app="x", level="error"}', 0.5],
        ['{app="x", level="info"}', 0.5],
        ['{app="y", level="info"}', 1],
      ],
    ],
    [
      `${byApp} * ignoring(level) group_right ${byBoth}`,
      [
        ['{app="x", level="error"}', 2],
        ['{app="x", level="info"}', 2],
        ['{app="y", level="info"}', 1],
      ],
    ],
    [
      `${byApp} + on(app) ${byBoth}`,
      'found duplicate series on the right hand-side;many-to-many matching not allowed: matching labels must be unique on one side' as never,
    ],
    [`${byApp} and ${byApp} > 1`, [['{app="x"}', 2]]],
    [`${byApp} unless ${byApp} > 1`, [['{app="y"}', 1]]],
    [
      `${byApp} > 1 or ${byApp} * 10`,
      [
        ['{app="x"}', 2],
        ['{app="y"}', 10],
      ],
    ],
    [
      `${byApp} or vector(0)`,
      [
        ['{}', 0],
        ['{app="x"}', 2],
        ['{app="y"}', 1],
      ],
    ],
    ['sum(count_over_time({app="none"}[5s])) or vector(0)', [['{}', 0]]],
  ])('%s', async (query, expected) => {
    if (typeof expected === 'string') {
      await expect(at(query, 3)).rejects.toMatchObject({ message: expected, statusCode: 500 });
    } else expect(await at(query, 3)).toEqual(expected);
  });
});

describe('lines with errors below an aggregation', () => {
  const lines = (...texts: string[]) => texts.map((text, at) => row(at + 1, text, { app: 'x' }));

  it.each<[string, string[], [string, number][]]>([
    [
      'sum(count_over_time({app="x"} | json | __error__="JSONParserErr" [1m]))',
      ['bad', '{"a":1}'],
      [['{}', 1]],
    ],
    ['sum(count_over_time({app="x"} | json | __error__!="Other" [1m]))', ['bad', '{"a":1}'], [['{}', 2]]],
    ['sum by (a) (rate({app="x"} | json | __error__=~"JSON.*" [1s] offset 59s))', ['bad'], [['{}', 1]]],
    [
      'sum(count_over_time({app="x"} | json | (__error__="JSONParserErr" or a="1") [1m]))',
      ['bad', '{"a":1}'],
      [['{}', 2]],
    ],
    [
      'max_over_time({app="x"} | json | unwrap a | __error__="SampleExtractionErr" [1m]) by (app)',
      ['{"a":"q"}'],
      [['{app="x"}', 0]],
    ],
  ])('are counted where a filter asks for the error: %s', async (query, texts, expected) => {
    expect(await at(query, 60, lines(...texts))).toEqual(expected);
  });

  it.each([
    'count_over_time({app="x"} | json | __error__="JSONParserErr" [1m])',
    'max(count_over_time({app="x"} | json | __error__="JSONParserErr" [1m]))',
    'sum(count_over_time({app="x"} | json | a="" [1m]))',
  ])('Lines with errors fail a metric query that does not handle them: %s', async (query) => {
    await expect(at(query, 60, lines('bad'))).rejects.toThrow("pipeline error: 'JSONParserErr'");
  });

  const cut = '{"level":"e","n":{"m":5},"text":"cut sho';

  it.each<[string, string, [string, number][]]>([
    ['sum by (level) (count_over_time({app="x"} | json [1m]))', cut, [['{level="e"}', 1]]],
    ['sum(count_over_time({app="x"} | json | level="e" [1m]))', cut, [['{}', 1]]],
    ['sum by (n_m) (count_over_time({app="x"} | json | level="e" [1m]))', cut, [['{n_m="5"}', 1]]],
    ['max_over_time({app="x"} | json | unwrap n_m [1m]) by (level)', cut, [['{level="e"}', 5]]],
    [
      'sum by (n_m) (count_over_time({app="x"} | json | label_format n_m=level [1m]))',
      cut,
      [['{n_m="e"}', 1]],
    ],
    ['sum by (level) (count_over_time({app="x"} | logfmt | json [1m]))', 'level=e b=c', [['{level="e"}', 1]]],
  ])('matter no more behind the last label that the query looks at: %s', async (query, text, expected) => {
    expect(await at(query, 60, lines(text))).toEqual(expected);
  });

  it.each([
    'sum by (app) (count_over_time({app="x"} | json [1m]))',
    'sum by (level, more) (count_over_time({app="x"} | json [1m]))',
    'count_over_time({app="x"} | json | level="e" [1m])',
  ])('Lines with errors fail a metric query if a label can depend on them: %s', async (query) => {
    await expect(at(query, 60, lines(cut))).rejects.toThrow("pipeline error: 'JSONParserErr'");
  });
});

describe('labels with an empty value', () => {
  const rows = [row(1, 'a= b=c', { app: 'x' }), row(2, 'b=c', { app: 'x' })];
  const counts = 'count_over_time({app="x"} | logfmt --keep-empty [1m])';

  it.each<[string, [string, number][]]>([
    [
      counts,
      [
        ['{a="", app="x", b="c"}', 1],
        ['{app="x", b="c"}', 1],
      ],
    ],
    [
      `sum by (a) (${counts})`,
      [
        ['{}', 1],
        ['{a=""}', 1],
      ],
    ],
    [
      `max by (a) (${counts})`,
      [
        ['{}', 1],
        ['{a=""}', 1],
      ],
    ],
    [`max without (b) (${counts})`, [['{app="x"}', 1]]],
    ['sum(count_over_time({app="x"} | json y="z" | __error__=~".*" [1m]))', [['{}', 2]]],
    [
      'count_over_time({app="x"} | logfmt y="z" [1m]) * on(y) group_left count_over_time({app="x"} [1m])',
      [['{app="x"}', 4]],
    ],
    ['count_over_time({app="x"} | logfmt y="z" [1m]) + 1', [['{app="x", y=""}', 3]]],
  ])(
    'tell series from those without the label until an operator matches them: %s',
    async (query, expected) => {
      expect(await at(query, 60, rows)).toEqual(expected);
    },
  );
});

describe('values with zero bytes', () => {
  it.each(['sum by (a, b)', 'sum without (c)'])(
    'Series whose values differ in zero bytes are distinct: %s',
    async (aggregation) => {
      const rows = [
        row(1, '', { app: 'x', a: '1\u0000b', b: '2' }),
        row(2, '', { app: 'x', a: '1', b: '\u0000b2', c: '' }),
        row(3, '', { app: 'x', a: '1', b: 'b\u00002' }),
        row(4, '', { app: 'x', a: '1\u0000b\u00002' }),
      ];
      expect(await at(`${aggregation} (count_over_time({app="x"}[1m]))`, 60, rows)).toHaveLength(4);
    },
  );
});

describe('series of equal labels', () => {
  /** Keeps series apart that have equal labels. */
  const seriesOver = async (query: string): Promise<[labels: string, values: (number | undefined)[]][]> => {
    const second = 1_000_000_000n;
    const steps = { startUnixNano: second, stepNanos: second, count: 4 };
    const found = await evaluateMetric(
      parseLogql(query) as MetricExpr,
      steps,
      new LineSource(ROWS),
      FREE_RUN,
    );
    return found.map(({ labels, points }) => {
      const values = new Map(points.map(({ timeUnixNano, value }) => [timeUnixNano / second, value]));
      return [JSON.stringify(labels), [1n, 2n, 3n, 4n].map((step) => values.get(step))];
    });
  };

  // Lines of app x at seconds 1 and 2, of app y at second 3.
  const x = 'sum(count_over_time({app="x"}[1s]))';
  const y = 'sum(count_over_time({app="y"}[1s]))';
  const byApp = 'sum by (app) (count_over_time({env="p"}[1s]))';

  it.each<[string, [string, (number | undefined)[]][]]>([
    [`${x} or vector(0)`, [['{}', [1, 1, 0, 0]]]],
    [`vector(0) or ${x}`, [['{}', [0, 0, 0, 0]]]],
    [`${x} or ${y} * 7`, [['{}', [1, 1, 7, undefined]]]],
    [`${x} or ${y} * 7 or vector(0)`, [['{}', [1, 1, 7, 0]]]],
    [`(${x} or vector(0)) + 1`, [['{}', [2, 2, 1, 1]]]],
    [`(${x} or vector(0)) + (${y} or vector(0))`, [['{}', [1, 1, 1, 0]]]],
    [`(${x} or vector(0)) unless ${y}`, [['{}', [1, 1, undefined, 0]]]],
    [`${x} > 1 or ${x}`, [['{}', [1, 1, undefined, undefined]]]],
    [
      `${byApp} or on(app) label_replace(vector(0), "app", "y", "", "")`,
      [
        ['{"app":"x"}', [1, 1, undefined, undefined]],
        ['{"app":"y"}', [0, 0, 1, 0]],
      ],
    ],
    [`label_replace(${byApp}, "app", "all", "app", ".+")`, [['{"app":"all"}', [1, 1, 1, undefined]]]],
  ])('are one series over all steps: %s', async (query, expected) => {
    expect(await seriesOver(query)).toEqual(expected);
  });

  it('Series of equal labels are rejected if both have a value at one step', async () => {
    const all = 'sum by (app) (count_over_time({env="p"}[5s]))';
    await expect(seriesOver(`label_replace(${all}, "app", "all", "app", ".+")`)).rejects.toThrow(
      'vector cannot contain metrics with the same labelset',
    );
  });
});

describe('limits', () => {
  it('The error about too many series has the limit', async () => {
    const rows = Array.from({ length: 501 }, (_, n) => row(1, 'x', { app: 'many' }, { id: String(n) }));
    await expect(at('count_over_time({app="many"}[5s])', 1, rows)).rejects.toThrow(
      'maximum number of series (500) reached for a single query; consider reducing query cardinality by adding more ' +
        'specific stream selectors, reducing the time range, or aggregating results with functions like sum(), count() or topk()',
    );
    expect(await at('count(count_over_time({app="many"}[5s]))', 1, rows)).toEqual([['{}', 501]]);
  });

  it('A query with too many intermediate values is rejected', async () => {
    const rows = Array.from({ length: 2_000 }, (_, n) => row(1, 'x', { app: 'many' }, { id: String(n) }));
    const steps = { startUnixNano: 0n, stepNanos: 1_000_000_000n, count: 11_000 };
    const query = parseLogql('count(count_over_time({app="many"}[5s]))') as MetricExpr;
    await expect(evaluateMetric(query, steps, new LineSource(rows), FREE_RUN)).rejects.toThrow(
      'values on its way',
    );
  });

  it('A query for lines beyond the limit in bytes is rejected', async () => {
    const large = 'x'.repeat(250_000);
    const rows = Array.from({ length: 300 }, (_, n) => row(n, large));
    const query = parseLogql('{a="b"}') as LogExpr;
    const options = { startUnixNano: 0n, endUnixNano: 1n << 60n, direction: 'forward', limit: 200 } as const;
    expect(await evaluateLog(query, options, new LineSource(rows), FREE_RUN)).toHaveLength(200);
    await expect(
      evaluateLog(query, { ...options, limit: 5_000 }, new LineSource(rows), FREE_RUN),
    ).rejects.toThrow('the lines of the answer have more than 67108864 characters together');
  });

  it('A query stops when its control throws', async () => {
    const control = {
      checkpoint: () => {
        throw new Error('enough');
      },
    };
    const steps = { startUnixNano: 0n, stepNanos: 1n, count: 1 };
    const query = parseLogql('sum(count_over_time({app="x"}[5s]))') as MetricExpr;
    await expect(evaluateMetric(query, steps, new LineSource(ROWS), control)).rejects.toThrow('enough');
  });
});

describe('queries for lines', () => {
  const lines = async (query: string, options = {}) => {
    const expression = parseLogql(query);
    if (expression.kind !== 'log') throw new Error('not for lines');
    const range = {
      startUnixNano: 0n,
      endUnixNano: 100_000_000_000n,
      direction: 'forward',
      limit: 100,
    } as const;
    return evaluateLog(expression, { ...range, ...options }, new LineSource(ROWS), FREE_RUN);
  };

  it('A log query keeps the origin of each label', async () => {
    expect(await lines('{app="j"} | json | keep app, n | n > 2')).toEqual([
      {
        stream: { app: 'j' },
        structuredMetadata: {},
        parsed: { n: '2.5' },
        timeUnixNano: 11_000_000_000n,
        line: '{"n":2.5,"took":"1s","size":"1KB"}',
      },
    ]);
    expect(await lines('{app="x"} | level="error" | label_format env="{{.level}}"')).toMatchObject([
      { stream: { app: 'x' }, structuredMetadata: { level: 'error' }, parsed: { env: 'error' } },
    ]);
  });

  it('A line filter reads the line that the previous stage wrote', async () => {
    expect(await lines('{app="x"} | line_format "{{.level}}" |= "error"')).toMatchObject([{ line: 'error' }]);
    expect(await lines('{app="x"} | label_format level="new" | level="new"')).toHaveLength(2);
    expect(await lines('{app="j"} | json other | other="1"')).toHaveLength(1);
  });

  it('A log query skips lines that follow too soon', async () => {
    const far = await lines('{app="j"}', { intervalNanos: 2_000_000_000n });
    expect(far.map(({ timeUnixNano }) => timeUnixNano / 1_000_000_000n)).toEqual([10n, 12n]);
  });
});
