import { METRIC_NAME, type MatchOperator } from '@lantern/telemetry-model';
import fc, { type Arbitrary } from 'fast-check';
import {
  ARITHMETIC_OPERATORS,
  COMPARISON_OPERATORS,
  SET_OPERATORS,
  isComparison,
  isSetOperator,
  type AtModifier,
  type BinaryOperator,
  type Expr,
  type VectorMatching,
  type VectorSelector,
} from '../syntax/ast.js';
import { FUNCTIONS } from '../syntax/functions.js';
import { createMatcher } from '../syntax/matcher.js';

const position = { start: 0, end: 0 };

const label = fc.constantFrom('job', 'instance', 'service.name', 'le', 'on', 'a b');
const text = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('', 'é\n"', '\\', '\u{1f600}'));
const millis = fc.integer({ min: 1, max: 10 ** 10 });

const matcher = fc
  .tuple(label, fc.constantFrom<MatchOperator>('=', '!='), text)
  .map(([name, operator, value]) => createMatcher(name, operator, value));

const at = fc.option(
  fc.oneof(fc.integer({ min: -1e12, max: 1e12 }), fc.constantFrom<AtModifier>('start', 'end')),
  {
    nil: undefined,
  },
);

const modifiers = fc.record({
  offsetMillis: fc.oneof(
    fc.constant(0),
    millis,
    millis.map((each) => -each),
  ),
  at,
});

const withModifiers = <T extends object>(
  expr: T,
  each: { offsetMillis: number; at: AtModifier | undefined },
) => ({
  ...expr,
  offsetMillis: each.offsetMillis,
  ...(each.at === undefined ? {} : { at: each.at }),
});

const selector: Arbitrary<VectorSelector> = fc
  .tuple(
    fc.constantFrom('up', 'http_requests_total', 'a:b', 'sum', 'by', ''),
    fc.array(matcher, { maxLength: 3 }),
    modifiers,
  )
  .map(([metricName, matchers, each]) => {
    const name =
      metricName === ''
        ? createMatcher(METRIC_NAME, '=', 'my.metric')
        : createMatcher(METRIC_NAME, '=', metricName);
    return withModifiers(
      { kind: 'vector-selector' as const, metricName, matchers: [...matchers, name], position },
      each,
    );
  });

const rangeSelector = fc
  .tuple(selector, millis)
  .map(([each, rangeMillis]): Expr => ({ kind: 'range-selector', selector: each, rangeMillis, position }));

const number = fc
  .oneof(fc.double({ min: 0 }), fc.integer({ min: 0, max: 1_000 }), fc.constantFrom(Number.NaN, Infinity))
  .map((value): Expr => ({ kind: 'number', value, isDuration: false, position }));

const string = text.map((value): Expr => ({ kind: 'string', value, position }));

const parenthesized = (operand: Expr): Expr =>
  operand.kind === 'binary' || operand.kind === 'unary'
    ? { kind: 'parentheses', operand, position }
    : operand;

const matching = fc
  .record({
    on: fc.boolean(),
    labels: fc.array(label, { maxLength: 2 }),
    cardinality: fc.constantFrom<VectorMatching['cardinality']>('one-to-one', 'many-to-one', 'one-to-many'),
    include: fc.array(label, { maxLength: 2 }),
  })
  .map((each): VectorMatching => {
    const isGrouped = each.cardinality !== 'one-to-one';
    const include = isGrouped ? each.include.filter((name) => !each.labels.includes(name)) : [];
    return { ...each, include };
  });

const operator = fc.constantFrom<BinaryOperator>(
  ...ARITHMETIC_OPERATORS,
  ...COMPARISON_OPERATORS,
  ...SET_OPERATORS,
);

/** Any well-typed query that needs no feature flag. */
export const arbitraryExpr: Arbitrary<Expr> = fc.letrec<{ vector: Expr; scalar: Expr; matrix: Expr }>(
  (tie) => ({
    scalar: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      number,
      fc
        .tuple(fc.constantFrom(...ARITHMETIC_OPERATORS), tie('scalar'), tie('scalar'))
        .map(([each, left, right]): Expr => binary(each, left, right)),
      tie('vector').map((arg): Expr => call('scalar', [arg])),
    ),
    matrix: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      rangeSelector,
      fc
        .tuple(tie('vector'), millis, fc.oneof(fc.constant(0), millis), modifiers)
        .map(([operand, rangeMillis, stepMillis, each]) =>
          withModifiers(
            { kind: 'subquery' as const, operand: modifiable(operand), rangeMillis, stepMillis, position },
            each,
          ),
        ),
    ),
    vector: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      selector,
      tie('matrix').map((arg): Expr => call('rate', [arg])),
      fc
        .tuple(tie('scalar'), tie('matrix'))
        .map(([phi, arg]): Expr => call('quantile_over_time', [phi, arg])),
      fc
        .tuple(tie('vector'), string, string)
        .map(([arg, a, b]): Expr => call('label_replace', [arg, a, b, a, b])),
      tie('vector').map((operand): Expr => ({
        kind: 'unary',
        operator: '-',
        operand: parenthesized(operand),
        position,
      })),
      fc
        .record({ operand: tie('vector'), without: fc.boolean(), labels: fc.array(label, { maxLength: 2 }) })
        .map((each): Expr => ({ kind: 'aggregation', operator: 'sum', position, ...each })),
      fc.tuple(tie('scalar'), tie('vector')).map(([parameter, operand]): Expr => {
        const grouping = { without: false, labels: [] };
        return { kind: 'aggregation', operator: 'topk', parameter, operand, position, ...grouping };
      }),
      fc
        .tuple(operator, fc.boolean(), matching, tie('vector'), tie('vector'))
        .map(([each, bool, match, left, right]): Expr => {
          const sets: VectorMatching = { ...match, cardinality: 'many-to-many', include: [] };
          return {
            ...binary(each, left, right),
            returnsBool: bool && isComparison(each),
            matching: isSetOperator(each) ? sets : match,
          } as Expr;
        }),
    ),
  }),
).vector;

const call = (name: string, args: readonly Expr[]): Expr => {
  const found = FUNCTIONS.get(name);
  if (!found) throw new Error(`There is no function ${name}`);
  return { kind: 'call', function: found, args, position };
};

const DEFAULT_MATCHING: VectorMatching = { on: false, labels: [], cardinality: 'one-to-one', include: [] };

const binary = (each: BinaryOperator, left: Expr, right: Expr): Expr => ({
  kind: 'binary',
  operator: each,
  returnsBool: false,
  matching: DEFAULT_MATCHING,
  left: parenthesized(left),
  right: parenthesized(right),
  position,
});

/** A bracket behind an offset would belong to the selector. */
const modifiable = (operand: Expr): Expr => {
  const isPlain = operand.kind === 'call' || operand.kind === 'aggregation';
  return isPlain ? operand : { kind: 'parentheses', operand, position };
};

/** Returns what counts in a tree: not the positions, the order of matchers, and with the option parentheses. */
export const comparable = (expr: Expr, { withoutParentheses = false } = {}): unknown =>
  JSON.parse(
    JSON.stringify(expr, (key, value: unknown) => {
      if (key === 'position') return undefined;
      if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
      if (key === 'matchers') return (value as object[]).map((each) => JSON.stringify(each)).sort();
      if (withoutParentheses) return inside(value);
      return value;
    }),
  );

const inside = (value: unknown): unknown => {
  const isParentheses = typeof value === 'object' && value !== null && (value as Expr).kind === 'parentheses';
  return isParentheses ? inside((value as { operand: unknown }).operand) : value;
};
