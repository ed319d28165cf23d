import { METRIC_NAME, type SeriesLabels } from '@lantern/telemetry-model';
import {
  typeOf,
  type Aggregation,
  type AtModifier,
  type BinaryOperation,
  type Call,
  type Expr,
  type VectorMatching,
  type VectorSelector,
} from '../syntax/ast.js';
import type { TestSample, TestSeries } from './memory-source.js';

/** Series of one step. */
interface Sample {
  readonly labels: SeriesLabels;
  readonly dropsName: boolean;
  readonly value: number;
}

type Point = readonly [timeMillis: number, value: number];

interface RangeSeries {
  readonly labels: SeriesLabels;
  readonly dropsName: boolean;
  readonly points: readonly Point[];
}

const LOOKBACK = 300_000;
const DEFAULT_STEP = 60_000;

/**
 * Evaluates a query at one time as its definition reads: without columns, windows that move, or anything that is kept from one
 * step to the next. Floats only.
 */
export class NaiveEvaluator {
  constructor(
    private readonly series: readonly TestSeries[],
    private readonly startMillis: number,
    private readonly endMillis: number,
  ) {}

  /** Returns the values by the labels of their series. */
  at(expr: Expr, time: number): Map<string, number> {
    const result = new Map<string, number>();
    const samples =
      typeOf(expr) === 'scalar'
        ? [{ labels: undefined, value: this.scalar(expr, time) }]
        : this.vector(expr, time);
    for (const sample of samples) {
      const labels =
        'dropsName' in sample && sample.dropsName ? sample.labels.withoutMetricName() : sample.labels;
      const key = JSON.stringify(labels ?? {});
      if (result.has(key)) throw new Error('vector cannot contain metrics with the same labelset');
      result.set(key, sample.value);
    }
    return result;
  }

  private vector(expr: Expr, time: number): Sample[] {
    switch (expr.kind) {
      case 'vector-selector':
        return this.select(expr, time);
      case 'parentheses':
        return this.vector(expr.operand, time);
      case 'unary':
        return this.vector(expr.operand, time).map((each) =>
          expr.operator === '-' ? { ...each, dropsName: true, value: -each.value } : each,
        );
      case 'aggregation':
        return this.aggregate(expr, time);
      case 'binary':
        return this.binary(expr, time);
      case 'call':
        return this.call(expr, time);
      default:
        throw new Error(`A ${expr.kind} is no vector`);
    }
  }

  private scalar(expr: Expr, time: number): number {
    switch (expr.kind) {
      case 'number':
        return expr.value;
      case 'parentheses':
        return this.scalar(expr.operand, time);
      case 'unary':
        return expr.operator === '-' ? -this.scalar(expr.operand, time) : this.scalar(expr.operand, time);
      case 'binary': {
        const [a, b] = [this.scalar(expr.left, time), this.scalar(expr.right, time)];
        return Number(operate(expr.operator, a, b));
      }
      case 'call': {
        if (expr.function.name === 'time') return time / 1_000;
        const [only, ...more] = this.vector(argument(expr, 0), time);
        return only && more.length === 0 ? only.value : Number.NaN;
      }
      default:
        throw new Error(`A ${expr.kind} is no scalar`);
    }
  }

  private fixed(at: AtModifier | undefined, time: number): number {
    if (at === 'start') return this.startMillis;
    if (at === 'end') return this.endMillis;
    return at ?? time;
  }

  private matching(selector: VectorSelector): TestSeries[] {
    return this.series.filter(({ labels }) =>
      selector.matchers.every((matcher) => matcher.matches(labels.get(matcher.name))),
    );
  }

  private select(selector: VectorSelector, time: number): Sample[] {
    const end = this.fixed(selector.at, time) - selector.offsetMillis;
    return this.matching(selector).flatMap(({ labels, samples }) => {
      const seen = [...samples].filter(
        ([at, sample]) => sample !== undefined && at <= end && at > end - LOOKBACK,
      );
      const newest = seen.sort(([a], [b]) => a - b).at(-1)?.[1];
      return typeof newest === 'number' ? [{ labels, dropsName: false, value: newest }] : [];
    });
  }

  private range(
    expr: Expr,
    time: number,
  ): { readonly series: RangeSeries[]; readonly start: number; readonly end: number } {
    if (expr.kind === 'subquery') {
      const end = this.fixed(expr.at, time) - expr.offsetMillis;
      const start = end - expr.rangeMillis;
      const step = expr.stepMillis || DEFAULT_STEP;
      const byLabels = new Map<string, { labels: SeriesLabels; dropsName: boolean; points: Point[] }>();
      for (let at = Math.ceil((start + 1) / step) * step + 0; at <= end; at += step) {
        for (const { labels, dropsName, value } of this.vector(expr.operand, at)) {
          const key = `${dropsName} ${labels.key}`;
          const known = byLabels.get(key) ?? { labels, dropsName, points: [] };
          known.points.push([at, value]);
          byLabels.set(key, known);
        }
      }
      return { series: [...byLabels.values()], start, end };
    }
    if (expr.kind !== 'range-selector') throw new Error(`A ${expr.kind} is no range`);
    const end = this.fixed(expr.selector.at, time) - expr.selector.offsetMillis;
    const start = end - expr.rangeMillis;
    const isIn = (entry: [number, TestSample]): entry is [number, number] =>
      typeof entry[1] === 'number' && entry[0] > start && entry[0] <= end;
    const series = this.matching(expr.selector).map(({ labels, samples }) => ({
      labels,
      dropsName: false,
      points: [...samples].filter(isIn).sort(([a], [b]) => a - b),
    }));
    return { series, start, end };
  }

  private call(call: Call, time: number): Sample[] {
    const { name } = call.function;
    const ranged = call.args.find((arg) => typeOf(arg) === 'matrix');
    if (ranged) {
      const phi = call.args[0] && typeOf(call.args[0]) === 'scalar' ? this.scalar(call.args[0], time) : 0;
      const { series, start, end } = this.range(ranged, time);
      return series.flatMap(({ labels, dropsName, points }) => {
        const value = points.length === 0 ? undefined : overTime(name, points, start, end, phi);
        if (value === undefined) return [];
        return [{ labels, value, dropsName: dropsName || name !== 'last_over_time' }];
      });
    }
    const samples = this.vector(argument(call, 0), time);
    switch (name) {
      case 'abs':
        return samples.map((each) => ({ ...each, dropsName: true, value: Math.abs(each.value) }));
      case 'timestamp':
        throw new Error('not covered');
      default:
        throw new Error(`There is no ${name}`);
    }
  }

  private aggregate({ operator, operand, parameter, labels, without }: Aggregation, time: number): Sample[] {
    const groups = new Map<string, { labels: SeriesLabels; members: Sample[] }>();
    for (const sample of this.vector(operand, time)) {
      const kept = sample.labels.filter((name) =>
        without ? !labels.includes(name) && name !== METRIC_NAME : labels.includes(name),
      );
      const group = groups.get(kept.key) ?? { labels: kept, members: [] };
      group.members.push(sample);
      groups.set(kept.key, group);
    }
    return [...groups.values()].flatMap(({ labels: kept, members }): Sample[] => {
      const values = members.map(({ value }) => value);
      const count = parameter ? this.scalar(parameter, time) : 0;
      if (operator === 'topk' || operator === 'bottomk') {
        const order = operator === 'topk' ? -1 : 1;
        return members
          .toSorted((a, b) => order * (a.value - b.value))
          .slice(0, Math.max(0, Math.trunc(count)));
      }
      const dropsName = members.some((each) => each.dropsName);
      return [{ labels: kept, dropsName, value: reduce(operator, values, count) }];
    });
  }

  private binary(expr: BinaryOperation, time: number): Sample[] {
    const { operator, left, right, returnsBool, matching } = expr;
    if (typeOf(left) === 'vector' && typeOf(right) === 'vector' && matching) {
      const [a, b] = [this.vector(left, time), this.vector(right, time)];
      return operator === 'and' || operator === 'or' || operator === 'unless'
        ? sets(operator, matching, a, b)
        : join(expr, matching, a, b);
    }
    const isScalarLeft = typeOf(left) === 'scalar';
    const scalar = this.scalar(isScalarLeft ? left : right, time);
    return this.vector(isScalarLeft ? right : left, time).flatMap((each) => {
      const result = isScalarLeft
        ? operate(operator, scalar, each.value)
        : operate(operator, each.value, scalar);
      if (typeof result === 'number') return [{ ...each, dropsName: true, value: result }];
      if (returnsBool) return [{ ...each, dropsName: true, value: Number(result) }];
      return result ? [each] : [];
    });
  }
}

const argument = (call: Call, index: number): Expr => {
  const arg = call.args[index];
  if (!arg) throw new Error(`${call.function.name} has no argument ${index}`);
  return arg;
};

const operate = (operator: BinaryOperation['operator'], a: number, b: number): number | boolean => {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    default:
      throw new Error(`There is no ${operator}`);
  }
};

const signature = ({ labels }: Sample, { on, labels: names }: VectorMatching): string =>
  labels.filter((name) => names.includes(name) === on && (on || name !== METRIC_NAME)).key;

const sets = (
  operator: 'and' | 'or' | 'unless',
  matching: VectorMatching,
  a: Sample[],
  b: Sample[],
): Sample[] => {
  const inLeft = new Set(a.map((each) => signature(each, matching)));
  const inRight = new Set(b.map((each) => signature(each, matching)));
  if (operator === 'or') return [...a, ...b.filter((each) => !inLeft.has(signature(each, matching)))];
  return a.filter((each) => inRight.has(signature(each, matching)) === (operator === 'and'));
};

const join = (
  { operator, returnsBool }: BinaryOperation,
  matching: VectorMatching,
  left: Sample[],
  right: Sample[],
): Sample[] => {
  if (left.length === 0 || right.length === 0) return [];
  const isSwapped = matching.cardinality === 'one-to-many';
  const [many, one] = isSwapped ? [right, left] : [left, right];
  const ones = new Map<string, Sample>();
  for (const each of one) {
    const key = signature(each, matching);
    if (ones.has(key)) throw new Error('found duplicate series for the match group');
    ones.set(key, each);
  }
  const taken = new Set<string>();
  return many.flatMap((each): Sample[] => {
    const key = signature(each, matching);
    const other = ones.get(key);
    if (!other) return [];
    const [a, b] = isSwapped ? [other, each] : [each, other];
    const result = operate(operator, a.value, b.value);
    let labels = typeof result === 'number' ? each.labels.withoutMetricName() : each.labels;
    if (matching.cardinality === 'one-to-one') {
      labels = labels.filter((name) => matching.labels.includes(name) === matching.on);
    }
    for (const name of matching.include) labels = labels.with(name, other.labels.get(name));
    const unique = matching.cardinality === 'one-to-one' ? key : `${key}/${labels.key}`;
    if (taken.has(unique)) throw new Error('multiple matches for labels');
    taken.add(unique);
    if (result === false && !returnsBool) return [];
    const value = typeof result === 'number' ? result : returnsBool ? Number(result) : a.value;
    return [{ labels, dropsName: each.dropsName || returnsBool, value }];
  });
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** NaN counts only where there is nothing else. */
const extreme = (values: readonly number[], choose: (...numbers: number[]) => number): number => {
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.length === 0 ? Number.NaN : choose(...numbers);
};

const quantileOf = (phi: number, values: readonly number[]): number => {
  if (Number.isNaN(phi)) return Number.NaN;
  if (phi < 0) return -Infinity;
  if (phi > 1) return Infinity;
  const sorted = values.toSorted((a, b) => (Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b));
  const rank = phi * (sorted.length - 1);
  const lower = Math.floor(rank);
  const upper = Math.min(lower + 1, sorted.length - 1);
  return (sorted[lower] ?? 0) * (1 - (rank - lower)) + (sorted[upper] ?? 0) * (rank - lower);
};

const reduce = (operator: Aggregation['operator'], values: readonly number[], parameter: number): number => {
  switch (operator) {
    case 'sum':
      return sum(values);
    case 'avg':
      return sum(values) / values.length;
    case 'min':
      return extreme(values, Math.min);
    case 'max':
      return extreme(values, Math.max);
    case 'count':
      return values.length;
    case 'group':
      return 1;
    case 'quantile':
      return quantileOf(parameter, values);
    case 'stdvar': {
      const mean = sum(values) / values.length;
      return sum(values.map((value) => (value - mean) ** 2)) / values.length;
    }
    default:
      throw new Error(`There is no ${operator}`);
  }
};

const overTime = (
  name: string,
  points: readonly Point[],
  start: number,
  end: number,
  phi: number,
): number | undefined => {
  const values = points.map(([, value]) => value);
  const pairs = values.slice(1).map((value, at) => [values[at] ?? 0, value] as const);
  switch (name) {
    case 'rate':
    case 'increase':
    case 'delta':
      return extrapolate(name, points, pairs, start, end);
    case 'sum_over_time':
      return sum(values);
    case 'avg_over_time':
      return sum(values) / values.length;
    case 'min_over_time':
      return extreme(values, Math.min);
    case 'max_over_time':
      return extreme(values, Math.max);
    case 'count_over_time':
      return values.length;
    case 'last_over_time':
      return values.at(-1);
    case 'changes':
      return pairs.filter(([before, after]) => !Object.is(before + 0, after + 0)).length;
    case 'resets':
      return pairs.filter(([before, after]) => after < before).length;
    case 'quantile_over_time':
      return quantileOf(phi, values);
    default:
      throw new Error(`There is no ${name}`);
  }
};

const extrapolate = (
  name: string,
  points: readonly Point[],
  pairs: readonly (readonly [number, number])[],
  start: number,
  end: number,
): number | undefined => {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 2) return undefined;
  const lost = name === 'delta' ? 0 : sum(pairs.map(([before, after]) => (after < before ? before : 0)));
  const increase = last[1] - first[1] + lost;
  const sampled = last[0] - first[0];
  const distance = sampled / (points.length - 1);
  const fill = (gap: number) => (gap >= distance * 1.1 ? distance / 2 : gap);
  let toStart = fill(first[0] - start);
  if (name !== 'delta' && increase > 0 && first[1] >= 0)
    toStart = Math.min(toStart, sampled * (first[1] / increase));
  const total = increase * ((sampled + toStart + fill(end - last[0])) / sampled);
  return name === 'rate' ? total / ((end - start) / 1_000) : total;
};
