import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MetricExpr } from '../ast.js';
import { formatLogql } from '../format.js';
import { parseLogql } from '../parser.js';
import { fuzzRuns } from '../testing/fuzz-runs.js';
import { FREE_RUN, LineSource, row } from '../testing/line-source.js';
import { evaluateNaively, keyOf } from '../testing/naive-evaluator.js';
import { evaluateMetric } from './evaluate-metric.js';

const name = fc.constantFrom('app', 'env', 'n', 'm', 'level');
const value = fc.constantFrom('x', 'y', '1', '2');

const anyRow = fc
  .record({
    seconds: fc.nat(20),
    line: fc.constantFrom('', 'n=1', 'n=2 m=1', 'app=z n=3', 'plain m=2', 'n=1 n=5'),
    labels: fc.record(
      { app: fc.constantFrom('x', 'y'), env: fc.constantFrom('p', 'q') },
      { requiredKeys: ['app'] },
    ),
    metadata: fc.record(
      { level: fc.constantFrom('info', 'error'), m: fc.constantFrom('7') },
      { requiredKeys: [] },
    ),
  })
  .map(({ seconds, line, labels, metadata }) => row(seconds, line, { ...labels }, { ...metadata }));

/** As text, so that the parser is in the loop too. */
const stage = fc.oneof(
  fc.constantFrom('n=', 'm', 'p').map((text) => `|= "${text}"`),
  fc.constantFrom('n=1', '2').map((text) => `!= "${text}"`),
  fc
    .tuple(name, fc.constantFrom('=', '!=', '=~', '!~'), value)
    .map(([label, operator, text]) => `| ${label}${operator}"${text}"`),
  fc.tuple(name, value).map(([label, text]) => `| ${label}="${text}" or env="p"`),
  // Before `!=` the name of a label would be the beginning of a matcher.
  name.map((label) => `| drop ${label} |= ""`),
);

const pipeline = fc
  .tuple(fc.array(stage, { maxLength: 2 }), fc.boolean(), fc.array(stage, { maxLength: 2 }), fc.boolean())
  .map(([before, parses, after, compares]) =>
    [...before, ...(parses ? ['| logfmt'] : []), ...after, ...(parses && compares ? ['| n > 1'] : [])].join(
      ' ',
    ),
  );

const selector = fc.constantFrom('{app="x"}', '{app=~".+"}', '{app!="x", env=~".+"}', '{env="p"}');
const names = fc.uniqueArray(name, { maxLength: 2 }).map((labels) => labels.join(', '));
const grouping = fc.oneof(
  fc.constant(''),
  names.map((labels) => ` by (${labels})`),
  names.map((labels) => ` without (${labels})`),
);
const interval = fc.constantFrom('1s', '3s', '5s', '20s');
const offset = fc.constantFrom('', ' offset 2s', ' offset -3s');

const logRange = fc
  .tuple(fc.constantFrom('count_over_time', 'rate'), selector, pipeline, interval, offset)
  .map(
    ([operation, streams, stages, window, moved]) => `${operation}(${streams} ${stages} [${window}]${moved})`,
  );

const unwrapRange = fc
  .tuple(
    fc.constantFrom(
      'avg_over_time',
      'min_over_time',
      'max_over_time',
      'stdvar_over_time',
      'sum_over_time',
      'rate',
    ),
    selector,
    interval,
    grouping,
  )
  .map(([operation, streams, window, groups]) => {
    const grouped = operation === 'sum_over_time' || operation === 'rate' ? '' : groups;
    return `${operation}(${streams} | logfmt | unwrap n [${window}])${grouped}`;
  });

const { metric } = fc.letrec<{ metric: string; leaf: string; vector: string; binary: string }>((tie) => ({
  leaf: fc.oneof(logRange, unwrapRange),
  vector: fc
    .tuple(fc.constantFrom('sum', 'avg', 'min', 'max', 'count', 'stdvar'), grouping, tie('metric'))
    .map(([operation, groups, operand]) => `${operation}${groups} (${operand})`),
  binary: fc
    .tuple(
      tie('metric'),
      fc.constantFrom('+', '*', '>', 'and', 'or', 'unless'),
      fc.oneof(tie('metric'), fc.constant('2')),
    )
    .map(
      ([left, operator, right]) =>
        `(${left} ${right === '2' && /[a-z]/.test(operator) ? '+' : operator} ${right})`,
    ),
  metric: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    fc.constantFrom('vector(0)', 'vector(2)'),
    tie('vector'),
    tie('binary'),
  ),
}));

const SECOND = 1_000_000_000n;

describe('the evaluator', () => {
  it('The evaluator answers any query over any lines, at every step, as the naive evaluator does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { maxLength: 25 }),
        metric,
        fc.record({
          start: fc.nat(10),
          step: fc.integer({ min: 1, max: 4 }),
          count: fc.integer({ min: 1, max: 6 }),
        }),
        async (allRows, query, { start, step, count }) => {
          const expression = parseLogql(query) as MetricExpr;
          const rows = allRows.filter(
            ({ entry, labels }) => !clashes(entry.line, { ...labels, ...entry.structuredMetadata }),
          );
          const steps = { startUnixNano: BigInt(start) * SECOND, stepNanos: BigInt(step) * SECOND, count };
          const found = await evaluateMetric(expression, steps, new LineSource(rows), FREE_RUN);
          expect(new Set(found.map(({ labels }) => keyOf(labels))).size).toBe(found.length);
          for (let index = 0; index < count; index++) {
            const time = steps.startUnixNano + BigInt(index) * steps.stepNanos;
            const expected = evaluateNaively(expression, rows, time).map(
              ({ labels, value: number }) => [keyOf(labels), expect.closeTo(number, 9)] as const,
            );
            const actual = found.flatMap(({ labels, points }) =>
              points
                .filter(({ timeUnixNano }) => timeUnixNano === time)
                .map((point) => [keyOf(labels), point.value] as const),
            );
            expect(actual.sort(byKey)).toEqual(expected.sort(byKey));
          }
        },
      ),
      { numRuns: fuzzRuns(400) },
    );
  });

  it('The evaluator means the same by a query and by its usual form', () => {
    fc.assert(
      fc.property(metric, (query) => {
        const expression = parseLogql(query);
        expect(parseLogql(formatLogql(expression))).toEqual(expression);
      }),
      { numRuns: fuzzRuns(300) },
    );
  });
});

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** Returns whether a line has duplicate labels, which have tests of their own. */
const clashes = (line: string, labels: Record<string, string>): boolean => {
  const keys = line
    .split(' ')
    .filter((word) => word.includes('='))
    .map((word) => word.split('=')[0] ?? '');
  return keys.some((key, index) => key in labels || keys.indexOf(key) !== index);
};
