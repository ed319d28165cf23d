import { quantile, type NativeHistogram, type SeriesLabels } from '@lantern/telemetry-model';
import { HistogramMean } from '../histogram/histogram-mean.js';
import type { Aggregation } from '../syntax/ast.js';
import type { EvaluationContext } from './evaluation-context.js';
import { invalidQuantile, isInvalidQuantile } from './invalid-quantile.js';
import {
  FLOAT,
  HISTOGRAM,
  RowAllocator,
  isEmptyRow,
  setFloat,
  setHistogram,
  type Matrix,
  type Row,
} from './matrix.js';
import { mean } from './mean.js';
import { WORK_PER_HISTOGRAM, WORK_PER_ROW } from './query-pace.js';
import { informOfReconciledBounds, warnOfResetConflict } from './range-call.js';
import { groupingOf } from './vector-matching.js';

/** Aggregations whose result is one series per group. */
type Reduction = 'avg' | 'count' | 'group' | 'max' | 'min' | 'quantile' | 'stddev' | 'stdvar' | 'sum';

/** Series that are aggregated together. */
export interface Group {
  readonly labels: SeriesLabels;
  readonly rows: Row[];
  dropsName: boolean;
}

export const groupRows = (aggregation: Aggregation, matrix: Matrix): Group[] => {
  const { signature, labelsOf } = groupingOf(aggregation);
  const groups = new Map<string, Group>();
  for (const row of matrix) {
    const key = signature(row.labels);
    const group = groups.get(key);
    if (!group) groups.set(key, { labels: labelsOf(row.labels), rows: [row], dropsName: row.dropsName });
    else {
      group.rows.push(row);
      if (row.dropsName) group.dropsName = true;
    }
  }
  return Array.from(groups.values());
};

/** Aggregates the series of each group to one. */
export const reduceGroups = async (
  aggregation: Aggregation,
  parameter: Float64Array | undefined,
  matrix: Matrix,
  context: EvaluationContext,
): Promise<Matrix> => {
  const steps = matrix[0]?.kinds.length ?? 0;
  if (aggregation.operator === 'quantile') warnOfQuantiles(aggregation, parameter, context);
  const allocator = new RowAllocator(steps);
  const results: Matrix = [];
  for (const { labels, rows, dropsName } of groupRows(aggregation, matrix)) {
    const row = allocator.create(labels, dropsName);
    const reduce = reducerOf(aggregation.operator as Reduction, {
      aggregation,
      row,
      rows,
      parameter,
      context,
    });
    for (const member of reduce.eachRow ? rows : []) {
      reduce.eachRow?.(member);
      const work = steps * (member.histograms ? WORK_PER_HISTOGRAM : 1);
      const wait = context.pace.spend(WORK_PER_ROW + work);
      if (wait) await wait;
    }
    if (reduce.finish) {
      for (let step = 0; step < steps; step++) {
        reduce.finish(step);
        const wait = context.pace.spend(reduce.eachRow ? 1 : rows.length);
        if (wait) await wait;
      }
    }
    if (isEmptyRow(row)) allocator.discard();
    else {
      context.budget.hold(steps);
      results.push(row);
    }
  }
  return results;
};

const warnOfQuantiles = (
  { parameter: expr, position }: Aggregation,
  parameter: Float64Array | undefined,
  { annotations }: EvaluationContext,
): void => {
  for (const phi of parameter ?? []) {
    if (isInvalidQuantile(phi)) annotations.warn(invalidQuantile(phi), expr?.position ?? position);
  }
};

interface GroupTask {
  readonly aggregation: Aggregation;
  readonly row: Row;
  readonly rows: readonly Row[];
  readonly parameter: Float64Array | undefined;
  readonly context: EvaluationContext;
}

/** Fills the row of a group: adds one series after the other, then computes each step. Either may be missing. */
interface Reducer {
  readonly eachRow?: (member: Row) => void;
  readonly finish?: (step: number) => void;
}

const reducerOf = (operator: Reduction, task: GroupTask): Reducer => {
  const { row } = task;
  switch (operator) {
    case 'sum':
      return sumReducer(task);
    case 'avg':
      return { finish: (step) => averageStep(task, step) };
    case 'count':
    case 'group':
      return {
        eachRow: ({ kinds }) => {
          for (let step = 0; step < kinds.length; step++) {
            if (kinds[step] === 0) continue;
            setFloat(row, step, operator === 'group' ? 1 : (row.values[step] ?? 0) + 1);
          }
        },
      };
    case 'min':
    case 'max':
      return floatsOnly(task, (member, step, isFirst) => {
        const value = member.values[step] ?? 0;
        const best = row.values[step] ?? 0;
        const isBetter = operator === 'min' ? value < best : value > best;
        if (isFirst || isBetter || Number.isNaN(best)) setFloat(row, step, value);
      });
    case 'stddev':
    case 'stdvar':
      return varianceReducer(task, operator);
    case 'quantile':
      return quantileReducer(task);
  }
};

const informOfIgnored = ({ aggregation, context }: GroupTask): void =>
  context.annotations.inform(
    `ignored histogram in ${aggregation.operator} aggregation`,
    aggregation.operand.position,
  );

const floatsOnly = (
  task: GroupTask,
  visit: (member: Row, step: number, isFirst: boolean) => void,
): Reducer => ({
  eachRow: (member) => {
    const { kinds } = member;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === FLOAT) visit(member, step, task.row.kinds[step] !== FLOAT);
      else if (kinds[step] === HISTOGRAM) informOfIgnored(task);
    }
  },
});

const sumReducer = (task: GroupTask): Reducer => {
  const { row } = task;
  const { values, kinds } = row;
  const errors = new Float64Array(values.length);
  let histograms: (HistogramMean | undefined)[] | undefined;
  let failed: Uint8Array | undefined;
  return {
    eachRow: (member) => {
      for (let step = 0; step < kinds.length; step++) {
        const kind = member.kinds[step];
        if (kind === FLOAT) {
          const value = member.values[step] ?? 0;
          if (kinds[step] !== FLOAT) {
            kinds[step] = FLOAT;
            values[step] = value;
            continue;
          }
          const sum = values[step] ?? 0;
          const next = sum + value;
          if (next === Infinity || next === -Infinity) errors[step] = 0;
          else {
            const error = Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
            errors[step] = (errors[step] ?? 0) + error;
          }
          values[step] = next;
        } else if (kind === HISTOGRAM) {
          histograms ??= [];
          failed ??= new Uint8Array(kinds.length);
          addHistogram(task, histograms, failed, step, member, 'sum');
        }
      }
    },
    finish: (step) => {
      if (kinds[step] === FLOAT) values[step] = (values[step] ?? 0) + (errors[step] ?? 0);
      const sum = histograms?.[step];
      if (sum) finishHistogram(task, step, sum, failed?.[step] === 1, 'sum');
    },
  };
};

const addHistogram = (
  { aggregation, context }: GroupTask,
  sums: (HistogramMean | undefined)[],
  failed: Uint8Array,
  step: number,
  member: Row,
  result: 'sum' | 'mean',
): void => {
  const histogram: NativeHistogram | undefined = member.histograms?.[step];
  if (!histogram || failed[step] === 1) return;
  const sum = sums[step];
  if (!sum) sums[step] = new HistogramMean(histogram);
  else if (sum.accepts(histogram)) sum.add(histogram, result);
  else {
    failed[step] = 1;
    context.annotations.warn(
      `vector contains a mix of histograms with exponential and custom buckets schemas for metric name "${member.labels.metricName}"`,
      aggregation.operand.position,
    );
  }
};

/** Writes the sum or mean of the histograms of a step, unless there are floats beside them. */
const finishHistogram = (
  { aggregation, row, context: { annotations } }: GroupTask,
  step: number,
  sum: HistogramMean,
  hasFailed: boolean,
  result: 'sum' | 'mean',
): void => {
  const { position } = aggregation.operand;
  if (row.kinds[step] === FLOAT) {
    row.kinds[step] = 0;
    annotations.warn('encountered a mix of histograms and floats for aggregation', position);
    return;
  }
  if (hasFailed) return;
  if (sum.hasReconciledBounds) informOfReconciledBounds({ annotations, position }, 'aggregation');
  if (sum.hasResetConflict) warnOfResetConflict({ annotations, position }, 'aggregation');
  setHistogram(row, step, result === 'sum' ? sum.toSum() : sum.toMean());
};

const averageStep = (task: GroupTask, step: number): void => {
  const { row, rows } = task;
  const floats: number[] = [];
  const sums: (HistogramMean | undefined)[] = [];
  const failed = new Uint8Array(1);
  for (const member of rows) {
    if (member.kinds[step] === FLOAT) floats.push(member.values[step] ?? 0);
    else if (member.kinds[step] === HISTOGRAM) {
      const histogram = member.histograms?.[step];
      if (histogram) addHistogram(task, sums, failed, 0, { ...member, histograms: [histogram] }, 'mean');
    }
  }
  if (floats.length > 0) setFloat(row, step, mean(floats, 0, floats.length));
  const [sum] = sums;
  if (sum) finishHistogram(task, step, sum, failed[0] === 1, 'mean');
};

/** Welford's method. */
const varianceReducer = (task: GroupTask, operator: 'stddev' | 'stdvar'): Reducer => {
  const { row } = task;
  const means = new Float64Array(row.values.length);
  const counts = new Uint32Array(row.values.length);
  const floats = floatsOnly(task, (member, step) => {
    const value = member.values[step] ?? 0;
    const count = (counts[step] = (counts[step] ?? 0) + 1);
    if (count === 1) {
      means[step] = value;
      setFloat(row, step, Number.isFinite(value) ? 0 : Number.NaN);
      return;
    }
    const before = means[step] ?? 0;
    const delta = value - before;
    const next = (means[step] = before + delta / count);
    row.values[step] = (row.values[step] ?? 0) + delta * (value - next);
  });
  return {
    ...floats,
    finish: (step) => {
      const variance = (row.values[step] ?? 0) / (counts[step] ?? 1);
      if (row.kinds[step] === FLOAT)
        row.values[step] = operator === 'stddev' ? Math.sqrt(variance) : variance;
    },
  };
};

const quantileReducer = (task: GroupTask): Reducer => {
  const { row, rows, parameter } = task;
  const values = new Float64Array(rows.length);
  return {
    finish: (step) => {
      let count = 0;
      for (const member of rows) {
        if (member.kinds[step] === FLOAT) values[count++] = member.values[step] ?? 0;
        else if (member.kinds[step] === HISTOGRAM) informOfIgnored(task);
      }
      if (count > 0) setFloat(row, step, quantile(parameter?.[step] ?? Number.NaN, values, 0, count));
    },
  };
};
