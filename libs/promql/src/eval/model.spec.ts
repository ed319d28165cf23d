import { describe, expect, it } from '@jest/globals';
import type { NativeHistogram } from '@lantern/telemetry-model';
import fc from 'fast-check';
import {
  ARITHMETIC_OPERATORS,
  COMPARISON_OPERATORS,
  SET_OPERATORS,
  TRIM_OPERATORS,
  typeOf,
  type ValueType,
} from '../syntax/ast.js';
import { FUNCTIONS, type PromqlFunction } from '../syntax/functions.js';
import { parsePromql } from '../syntax/parser.js';
import { fuzzRuns } from '../testing/fuzz-runs.js';
import { MemorySource, labelsOf, type TestSample, type TestSeries } from '../testing/memory-source.js';
import { NaiveEvaluator } from '../testing/naive-evaluator.js';
import { evaluateInstant, evaluateRange, type QueryResult } from './evaluate.js';
import { PromqlEvaluationError } from './evaluation-error.js';

const sample = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 1, arbitrary: fc.constant<TestSample>('stale') },
  { weight: 2, arbitrary: fc.constant<TestSample>(undefined) },
);

const IDENTITIES = ['a', 'b'].flatMap((name) =>
  ['x', 'y'].flatMap((job) => ['1', '2'].map((instance) => `${name}{job="${job}",instance="${instance}"}`)),
);

const store = fc
  .uniqueArray(fc.constantFrom(...IDENTITIES), { minLength: 3, maxLength: 6 })
  .chain((identities) =>
    fc.tuple(
      ...identities.map((identity) =>
        fc
          .record({
            samples: fc.array(sample, { minLength: 30, maxLength: 60 }),
            interval: fc.constantFrom(10_000, 10_000, 15_000, 60_000),
          })
          .map(({ samples, interval }): TestSeries => ({
            labels: labelsOf(identity),
            samples: new Map(samples.map((each, index) => [index * interval, each])),
          })),
      ),
    ),
  );

const pick = (...texts: readonly string[]) => fc.constantFrom(...texts);

const modifier = pick(
  '',
  '',
  '',
  ' offset 30s',
  ' offset -1m',
  ' @ 120',
  ' @ start()',
  ' @ end() offset 20s',
);

const queries = fc.letrec<{ vector: string; range: string }>((tie) => ({
  range: fc.oneof(
    { maxDepth: 3 },
    fc
      .tuple(pick('a', 'b', '{__name__=~"a|b"}', 'a{job="x"}'), pick('30s', '1m', '2m', '20m'), modifier)
      .map(([selector, length, at]) => `${selector}[${length}]${at}`),
    fc
      .tuple(tie('vector'), pick('1m', '3m', '20m'), pick('', '15s', '40s'), modifier)
      .map(([operand, length, step, at]) => `(${operand})[${length}:${step}]${at}`),
  ),
  vector: fc.oneof(
    { maxDepth: 3 },
    fc
      .tuple(pick('a', 'a', 'b', 'a{job="x"}', '{__name__=~"a|b"}', 'none'), modifier)
      .map((parts) => parts.join('')),
    fc
      .tuple(
        pick(
          ...[
            'rate',
            'increase',
            'delta',
            'sum_over_time',
            'avg_over_time',
            'min_over_time',
            'max_over_time',
          ],
          ...['count_over_time', 'last_over_time', 'changes', 'resets'],
        ),
        tie('range'),
      )
      .map(([name, range]) => `${name}(${range})`),
    fc
      .tuple(pick('0.5', '0.9', 'scalar(sum(a))'), tie('range'))
      .map(([phi, range]) => `quantile_over_time(${phi}, ${range})`),
    fc
      .tuple(
        pick('sum', 'avg', 'min', 'max', 'count', 'group', 'stdvar'),
        pick('', ' by (job)', ' without (job)', ' by (__name__)'),
        tie('vector'),
      )
      .map(([operator, grouping, operand]) => `${operator}${grouping} (${operand})`),
    fc
      .tuple(pick('0.3', '2'), tie('vector'))
      .map(([phi, operand]) => `quantile by (job) (${phi}, ${operand})`),
    fc.tuple(pick('abs', '-'), tie('vector')).map(([name, operand]) => `${name}(${operand})`),
    fc
      .tuple(
        tie('vector'),
        pick('+', '-', '*', '/', '==', '!=', '> bool', '<='),
        pick('5', 'time()', 'scalar(b)'),
      )
      .map(([operand, operator, scalar]) => `(${operand}) ${operator} ${scalar}`),
    fc
      .tuple(
        tie('vector'),
        pick(
          '+',
          '-',
          '== bool',
          '>',
          'and',
          'or',
          'unless',
          '* on (job) group_left ()',
          '* ignoring (instance) group_right (instance)',
        ),
        tie('vector'),
      )
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    fc
      .tuple(
        tie('vector'),
        pick('+ on (job)', '> ignoring (instance)', 'and on (job)', 'unless on ()'),
        tie('vector'),
      )
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
  ),
})).vector;

const counts = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });

const buckets = (each: readonly number[], offset: number) => ({
  indexes: Int32Array.from(each, (_, index) => index + offset),
  counts: Float64Array.from(each),
});

const total = (each: readonly number[]): number => each.reduce((sum, count) => sum + count, 0);

const hint = fc.constantFrom('unknown' as const, 'reset' as const, 'no-reset' as const, 'gauge' as const);

const histogram: fc.Arbitrary<NativeHistogram> = fc.oneof(
  fc
    .record({
      counterResetHint: hint,
      schema: fc.integer({ min: -4, max: 8 }),
      zeroThreshold: fc.constantFrom(0, 0.001, 1.5),
      zeroCount: fc.integer({ min: 0, max: 3 }),
      sum: fc.constantFrom(0, 7, Number.NaN, Infinity),
      positive: counts,
      negative: counts,
      offset: fc.integer({ min: -5, max: 5 }),
    })
    .map(({ positive, negative, offset, ...rest }) => ({
      ...rest,
      count: total(positive) + total(negative) + rest.zeroCount,
      positive: buckets(positive, offset),
      negative: buckets(negative, offset),
      customValues: new Float64Array(0),
    })),
  fc
    .record({
      counterResetHint: hint,
      bounds: fc.uniqueArray(fc.integer({ min: -3, max: 5 }), { maxLength: 4 }),
      counts,
    })
    .map(({ counterResetHint, bounds, counts: all }) => {
      const own = all.slice(0, bounds.length + 1);
      return {
        counterResetHint,
        schema: -53,
        zeroThreshold: 0,
        zeroCount: 0,
        sum: 3,
        count: total(own),
        positive: buckets(own, 0),
        negative: buckets([], 0),
        customValues: Float64Array.from(bounds.toSorted((a, b) => a - b)),
      };
    }),
);

/** Series of floats, of histograms, and of both. */
const mixedStore = fc.tuple(
  ...[
    'a{job="x"}',
    'a{job="y"}',
    'b{job="x",le="1"}',
    'b{job="x",le="+Inf"}',
    'h{job="x"}',
    'h{job="y"}',
  ].map((identity) =>
    fc
      .array(fc.oneof(identity.startsWith('a') ? sample : fc.oneof(sample, histogram), histogram), {
        minLength: 10,
        maxLength: 30,
      })
      .map((samples): TestSeries => ({
        labels: labelsOf(identity),
        samples: new Map(samples.map((each, index) => [index * 10_000, each])),
      })),
  ),
);

const argumentsOf = (
  { argTypes, variadic }: PromqlFunction,
  byType: Readonly<Record<ValueType, fc.Arbitrary<string>>>,
): fc.Arbitrary<string[]> => {
  const types = variadic > 0 ? argTypes.slice(0, -1) : argTypes;
  return fc.tuple(...types.map((type) => byType[type]));
};

const anyQuery = fc.letrec<Record<ValueType, string>>((tie) => {
  const byType = {
    vector: tie('vector'),
    matrix: tie('matrix'),
    scalar: tie('scalar'),
    string: tie('string'),
  };
  const calls = (returns: ValueType) =>
    [...FUNCTIONS.values()]
      .filter((each) => each.returns === returns)
      .map((each) => argumentsOf(each, byType).map((args) => `${each.name}(${args.join(', ')})`));
  return {
    string: pick('"a"', '"job"', '"$1"', '""', '"__name__"', '".*"', '"("'),
    scalar: fc.oneof({ maxDepth: 2 }, pick('1', '0.5', '-1', '0', 'NaN', 'Inf', '1e9'), ...calls('scalar')),
    matrix: fc.oneof(
      { maxDepth: 2 },
      fc
        .tuple(pick('a', 'b', 'h', '{job="x"}'), pick('10s', '1m', '10m'))
        .map(([each, length]) => `${each}[${length}]`),
      tie('vector').map((operand) => `(${operand})[1m:15s]`),
    ),
    vector: fc.oneof(
      { maxDepth: 3 },
      pick('a', 'b', 'h', '{job="x"}', 'h{job="y"}', 'none'),
      ...calls('vector'),
      fc
        .tuple(
          pick('sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'),
          pick('', ' by (job)', ' without (le)'),
          tie('vector'),
        )
        .map(([operator, grouping, operand]) => `${operator}${grouping} (${operand})`),
      fc
        .tuple(pick('topk', 'bottomk', 'quantile', 'limitk', 'limit_ratio'), tie('scalar'), tie('vector'))
        .map(([operator, parameter, operand]) => `${operator} by (job) (${parameter}, ${operand})`),
      tie('vector').map((operand) => `count_values("v", ${operand})`),
      fc
        .tuple(
          tie('vector'),
          pick(
            ...ARITHMETIC_OPERATORS,
            ...COMPARISON_OPERATORS,
            ...SET_OPERATORS,
            ...TRIM_OPERATORS,
            '== bool',
            '+ on (job) group_left ()',
          ),
          tie('vector'),
        )
        .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
      fc
        .tuple(
          tie('vector'),
          pick(...ARITHMETIC_OPERATORS, ...COMPARISON_OPERATORS, ...TRIM_OPERATORS, '> bool'),
          tie('scalar'),
        )
        .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    ),
  };
}).vector;

/** Values by time, then by labels. */
const valuesOf = ({ value }: QueryResult): Map<number, Map<string, number>> => {
  const byTime = new Map<number, Map<string, number>>();
  const add = (time: number, labels: object, number: number) => {
    const values = byTime.get(time) ?? new Map<string, number>();
    values.set(JSON.stringify(labels), number);
    byTime.set(time, values);
  };
  if (value.type === 'vector')
    for (const each of value.samples) add(value.timeMillis, each.labels, each.value);
  if (value.type === 'matrix') {
    for (const { labels, timestamps, values } of value.series) {
      for (const [index, number] of values.entries()) add(timestamps[index] ?? 0, labels, number);
    }
  }
  return byTime;
};

const outcome = async <T>(compute: () => T | Promise<T>): Promise<T | Error> => {
  try {
    return await compute();
  } catch (error) {
    return error as Error;
  }
};

const expectEqual = (actual: Map<string, number>, expected: Map<string, number>, context: string) => {
  expect([context, ...[...actual.keys()].sort()]).toEqual([context, ...[...expected.keys()].sort()]);
  for (const [key, value] of expected) {
    const got = actual.get(key) ?? 0;
    const isNear =
      Object.is(got, value) || got === value || Math.abs(got - value) <= 1e-9 * Math.max(1, Math.abs(value));
    if (!isNear) throw new Error(`${context} ${key}: ${got} instead of ${value}`);
  }
};

/** Prometheus reports this for the result of a range query only, whose steps share their series. */
const isSameLabelset = (error: Error) => error.message.includes('same labelset');

describe('The evaluator', () => {
  it('returns the same as a naive evaluator for any query, at one time and over a range', async () => {
    await fc.assert(
      fc.asyncProperty(
        queries,
        store,
        fc.record({
          start: fc.integer({ min: 6, max: 80 }).map((each) => 5 * each),
          step: pick('7', '15', '60', '200').map(Number),
          count: fc.integer({ min: 1, max: 12 }),
        }),
        async (query, series, { start, step, count }) => {
          const expr = parsePromql(query);
          const source = new MemorySource(series);
          const startMillis = start * 1_000;
          const endMillis = startMillis + (count - 1) * step * 1_000;
          const naive = new NaiveEvaluator(series, startMillis, endMillis);
          const ranged = await outcome(() =>
            evaluateRange(expr, { startMillis, endMillis, stepMillis: step * 1_000 }, source),
          );
          let hasFailed = false;
          for (let time = startMillis; time <= endMillis; time += step * 1_000) {
            const expected = await outcome(() => naive.at(expr, time));
            const at = await outcome(() => evaluateInstant(expr, time, source));
            const single = new NaiveEvaluator(series, time, time);
            const alone = await outcome(() => single.at(expr, time));
            if (alone instanceof Error) expect(at).toBeInstanceOf(Error);
            else if (at instanceof Error) throw at;
            else
              expectEqual(valuesOf(at).get(time) ?? new Map<string, number>(), alone, `${query} at ${time}`);
            if (expected instanceof Error) hasFailed = true;
            else if (!(ranged instanceof Error)) {
              expectEqual(
                valuesOf(ranged).get(time) ?? new Map<string, number>(),
                expected,
                `${query} at ${time} of a range`,
              );
            }
          }
          if (ranged instanceof Error && !hasFailed && !isSameLabelset(ranged)) throw ranged;
          if (hasFailed) expect(ranged).toBeInstanceOf(Error);
        },
      ),
      { numRuns: fuzzRuns(150) },
    );
  });

  it('throws nothing but evaluation errors, for any function, operator and kind of samples', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyQuery,
        mixedStore,
        fc.integer({ min: 0, max: 300 }),
        async (query, series, start) => {
          const expr = parsePromql(query, { experimentalFunctions: true });
          const source = new MemorySource(series);
          const at = start * 1_000;
          const result = await outcome(() => evaluateInstant(expr, at, source));
          if (result instanceof Error)
            expect([query, result]).toEqual([query, expect.any(PromqlEvaluationError)]);
          else result.annotations.texts(query, 10);
          if (typeOf(expr) !== 'scalar' && typeOf(expr) !== 'vector') return;
          const range = { startMillis: at, endMillis: at + 100_000, stepMillis: 20_000 };
          const ranged = await outcome(() => evaluateRange(expr, range, source));
          if (ranged instanceof Error)
            expect([query, ranged]).toEqual([query, expect.any(PromqlEvaluationError)]);
        },
      ),
      { numRuns: fuzzRuns(300) },
    );
  });
});
