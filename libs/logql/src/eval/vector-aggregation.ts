import { mapKey, type LogLabels } from '@lantern/telemetry-model';
import type { Grouping, VectorAggregation } from '../ast.js';
import { labelsKey, pickLabels, sortedLabels, type Series, type SeriesBudget } from './series.js';

interface Group {
  readonly labels: LogLabels;
  readonly key: string;
  readonly members: Series[];
}

const NO_GROUPING: Grouping = { without: false, labels: [] };

const groupsOf = (series: readonly Series[], { without, labels }: Grouping): Group[] => {
  const named = new Set(labels);
  const groups = new Map<string, Group>();
  for (const member of series) {
    const chosen = pickLabels(member.labels, (name) => named.has(name) !== without);
    // As in Loki, `by` keeps labels with an empty value, and `without` drops them.
    const picked = without ? sortedLabels(chosen) : chosen;
    const key = labelsKey(picked);
    const inMap = mapKey(key);
    let group = groups.get(inMap);
    if (group === undefined) groups.set(inMap, (group = { labels: picked, key, members: [] }));
    group.members.push(member);
  }
  return Array.from(groups.values());
};

/** Aggregates the values of a group at one step. */
type Reduce = (values: readonly number[]) => number;

const mean: Reduce = (values) => values.reduce((sum, value, index) => sum + (value - sum) / (index + 1), 0);

const variance: Reduce = (values) => {
  let average = 0;
  let squares = 0;
  for (const [index, value] of values.entries()) {
    const delta = value - average;
    average += delta / (index + 1);
    squares += delta * (value - average);
  }
  return squares / values.length;
};

const REDUCTIONS: Readonly<Record<'sum' | 'avg' | 'min' | 'max' | 'count' | 'stddev' | 'stdvar', Reduce>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  avg: mean,
  min: (values) => values.reduce((best, value) => (value < best || Number.isNaN(best) ? value : best)),
  max: (values) => values.reduce((best, value) => (value > best || Number.isNaN(best) ? value : best)),
  count: (values) => values.length,
  stddev: (values) => Math.sqrt(variance(values)),
  stdvar: variance,
};

export const aggregateVector = (
  { operation, parameter = 0, grouping = NO_GROUPING }: VectorAggregation,
  operand: readonly Series[],
  budget: SeriesBudget,
): Series[] => {
  switch (operation) {
    case 'topk':
    case 'approx_topk':
      return groupsOf(operand, grouping).flatMap((group) => bestOf(group, parameter, descending, budget));
    case 'bottomk':
      return groupsOf(operand, grouping).flatMap((group) => bestOf(group, parameter, ascending, budget));
    case 'sort':
      return operand.toSorted(byFirstValue(ascending));
    case 'sort_desc':
      return operand.toSorted(byFirstValue(descending));
    default:
      return groupsOf(operand, grouping).map((group) => reduce(group, REDUCTIONS[operation], budget));
  }
};

const reduce = ({ labels, key, members }: Group, combine: Reduce, budget: SeriesBudget): Series => {
  const result = budget.create(labels, key);
  const values: number[] = [];
  for (let step = 0; step < result.values.length; step++) {
    values.length = 0;
    for (const { present, values: own } of members) if (present[step] === 1) values.push(own[step] ?? 0);
    if (values.length === 0) continue;
    result.values[step] = combine(values);
    result.present[step] = 1;
  }
  return result;
};

type Order = (a: number, b: number) => number;

/** NaN is the last in either order. */
const ascending: Order = (a, b) => (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b);
const descending: Order = (a, b) => (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : b - a);

const byFirstValue = (order: Order) => (a: Series, b: Series) => order(a.values[0] ?? 0, b.values[0] ?? 0);

/** At each step the first `count` of a group, which need not be the same from step to step. */
const bestOf = ({ members }: Group, count: number, order: Order, budget: SeriesBudget): Series[] => {
  const results = members.map(({ labels, key }) => budget.create(labels, key));
  const steps = members[0]?.values.length ?? 0;
  for (let step = 0; step < steps; step++) {
    const candidates = members.flatMap((member, index) =>
      member.present[step] === 1 ? [{ index, value: member.values[step] ?? 0 }] : [],
    );
    for (const { index, value } of candidates.sort((a, b) => order(a.value, b.value)).slice(0, count)) {
      const result = results[index];
      if (!result) continue;
      result.values[step] = value;
      result.present[step] = 1;
    }
  }
  return results.filter(({ present }) => present.includes(1));
};
