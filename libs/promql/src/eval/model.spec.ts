import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parsePromql } from '../syntax/parser.js';
import { fuzzRuns } from '../testing/fuzz-runs.js';
import { MemorySource, labelsOf, type TestSample, type TestSeries } from '../testing/memory-source.js';
import { NaiveEvaluator } from '../testing/naive-evaluator.js';
import { evaluateInstant, evaluateRange, type QueryResult } from './evaluate.js';

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
});
