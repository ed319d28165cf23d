import type { LogLabels } from '@lantern/telemetry-model';
import type { Grouping, LabelFilter, Matcher, MetricExpr, RangeAggregation, Stage } from '../ast.js';
import type { SourceRow } from '../eval/log-source.js';

/** A value of one series at one moment. */
export interface NaiveSample {
  readonly labels: LogLabels;
  readonly value: number;
}

/**
 * The meaning of a metric query at its plainest: for one moment, over all rows, without an index, a cache or a
 * thought for speed. It knows the part of LogQL that the property tests draw from.
 */
export const evaluateNaively = (
  expression: MetricExpr,
  rows: readonly SourceRow[],
  time: bigint,
): NaiveSample[] => {
  switch (expression.kind) {
    case 'number':
    case 'vector':
      return [{ labels: {}, value: expression.value }];
    case 'range-aggregation':
      return aggregateRange(expression, rows, time);
    case 'vector-aggregation': {
      const samples = evaluateNaively(expression.operand, rows, time);
      return groups(samples, expression.grouping ?? { without: false, labels: [] }).map(
        ([labels, values]) => ({
          labels,
          value: reduce(expression.operation, values),
        }),
      );
    }
    case 'binary': {
      const [left, right] = [expression.left, expression.right].map((side) =>
        evaluateNaively(side, rows, time),
      );
      return combine(
        expression.operator,
        expression.left.kind,
        left ?? [],
        expression.right.kind,
        right ?? [],
      );
    }
    case 'label-replace':
      throw new Error('not drawn');
  }
};

const combine = (
  operator: string,
  leftKind: MetricExpr['kind'],
  left: readonly NaiveSample[],
  rightKind: MetricExpr['kind'],
  right: readonly NaiveSample[],
): NaiveSample[] => {
  const same = (a: NaiveSample, b: NaiveSample) => keyOf(a.labels) === keyOf(b.labels);
  if (operator === 'and') return left.filter((a) => right.some((b) => same(a, b)));
  if (operator === 'unless') return left.filter((a) => !right.some((b) => same(a, b)));
  if (operator === 'or') return [...left, ...right.filter((b) => !left.some((a) => same(a, b)))];
  const pairs: [a: NaiveSample, b: NaiveSample, kept: NaiveSample][] =
    rightKind === 'number'
      ? left.flatMap((a) => right.map((b) => [a, b, a] as [NaiveSample, NaiveSample, NaiveSample]))
      : leftKind === 'number'
        ? right.flatMap((b) => left.map((a) => [a, b, b] as [NaiveSample, NaiveSample, NaiveSample]))
        : left.flatMap((a) =>
            right.filter((b) => same(a, b)).map((b) => [a, b, a] as [NaiveSample, NaiveSample, NaiveSample]),
          );
  return pairs.flatMap(([a, b, kept]) => {
    if (operator === '>') return a.value > b.value ? [kept] : [];
    if (operator === '+') return [{ labels: kept.labels, value: a.value + b.value }];
    if (operator === '*') return [{ labels: kept.labels, value: a.value * b.value }];
    throw new Error('not drawn');
  });
};

const aggregateRange = (
  aggregation: RangeAggregation,
  rows: readonly SourceRow[],
  time: bigint,
): NaiveSample[] => {
  const { operation, log, unwrap, intervalNanos, offsetNanos, grouping } = aggregation;
  const end = time - offsetNanos;
  const samples = rows
    .filter(({ entry }) => entry.timeUnixNano > end - intervalNanos && entry.timeUnixNano <= end)
    .filter(({ labels }) => log.matchers.every((matcher) => matches(matcher, labels)))
    .map(({ labels, entry }) =>
      throughPipeline({ ...entry.structuredMetadata, ...labels }, entry.line, log.stages),
    )
    .flatMap((labels) => {
      if (labels === undefined) return [];
      if (!unwrap) return [{ labels, value: 1 }];
      const { [unwrap.label]: text, ...others } = labels;
      // Who groups by the number itself keeps it as a label.
      const kept = grouping?.without === false ? labels : others;
      return text === undefined ? [] : [{ labels: kept, value: Number(text) }];
    });
  const all: Grouping = { without: true, labels: [] };
  return groups(samples, grouping ?? all).map(([labels, values]) => ({
    labels,
    value: reduce(operation, values, Number(intervalNanos) / 1e9),
  }));
};

const throughPipeline = (
  labels: LogLabels,
  line: string,
  stages: readonly Stage[],
): LogLabels | undefined => {
  let current: LogLabels = labels;
  for (const stage of stages) {
    if (stage.kind === 'line-filter') {
      const contains = stage.texts.some((text) => typeof text === 'string' && line.includes(text));
      if (contains !== (stage.operator === '|=')) return undefined;
    } else if (stage.kind === 'logfmt') {
      const pairs = line.split(' ').flatMap((word) => /^(.*?)=(.*)$/.exec(word)?.slice(1, 3) ?? []);
      for (let at = 0; at < pairs.length; at += 2)
        current = { [pairs[at] ?? '']: pairs[at + 1] ?? '', ...current };
    } else if (stage.kind === 'label-filter') {
      if (!passes(stage.filter, current)) return undefined;
    } else if (stage.kind === 'drop') {
      current = Object.fromEntries(Object.entries(current).filter(([name]) => !stage.labels.includes(name)));
    } else throw new Error('not drawn');
  }
  return current;
};

const passes = (filter: LabelFilter, labels: LogLabels): boolean => {
  switch (filter.kind) {
    case 'comparison':
      return matches(filter.matcher, labels);
    case 'quantity':
      return filter.name in labels && Number(labels[filter.name]) > filter.value;
    case 'and':
      return passes(filter.left, labels) && passes(filter.right, labels);
    case 'or':
      return passes(filter.left, labels) || passes(filter.right, labels);
    case 'ip-comparison':
      throw new Error('not drawn');
  }
};

const matches = ({ name, operator, value }: Matcher, labels: LogLabels): boolean => {
  const actual = labels[name] ?? '';
  const isEqual = operator.includes('~') ? new RegExp(`^(?:${value})$`).test(actual) : actual === value;
  return isEqual !== operator.startsWith('!');
};

const reduce = (operation: string, values: readonly number[], seconds = 1): number => {
  const sum = values.reduce((total, value) => total + value, 0);
  const mean = sum / values.length;
  switch (operation.replace('_over_time', '')) {
    case 'count':
      return values.length;
    case 'sum':
      return sum;
    case 'rate':
      return sum / seconds;
    case 'avg':
      return mean;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'stdvar':
      return values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
    default:
      throw new Error('not drawn');
  }
};

const groups = (
  samples: readonly NaiveSample[],
  { without, labels: names }: Grouping,
): [LogLabels, number[]][] => {
  const found: [LogLabels, number[]][] = [];
  for (const { labels, value } of samples) {
    const kept = Object.fromEntries(
      Object.entries(labels).filter(([name, text]) => names.includes(name) !== without && text !== ''),
    );
    const group = found.find(([other]) => keyOf(other) === keyOf(kept));
    if (group) group[1].push(value);
    else found.push([kept, [value]]);
  }
  return found;
};

export const keyOf = (labels: LogLabels): string => JSON.stringify(Object.entries(labels).sort());
