import { METRIC_NAME, SeriesLabels } from '@lantern/telemetry-model';
import type { Expr } from '../syntax/ast.js';
import { ABSENT, RowAllocator, setFloat, type Matrix } from './matrix.js';

/** Returns one series with the value 1 at the steps at which no series has a sample. */
export const absentSteps = (matrix: Matrix, argument: Expr, steps: number): Matrix => {
  const row = new RowAllocator(steps).create(labelsOfAbsent(argument), false);
  let isAbsent = false;
  for (let step = 0; step < steps; step++) {
    if (matrix.some(({ kinds }) => kinds[step] !== ABSENT)) continue;
    setFloat(row, step, 1);
    isAbsent = true;
  }
  return isAbsent ? [row] : [];
};

/** Returns the labels that a selector names exactly, and once. */
const labelsOfAbsent = (argument: Expr): SeriesLabels => {
  const selector = argument.kind === 'range-selector' ? argument.selector : argument;
  if (selector.kind !== 'vector-selector') return SeriesLabels.EMPTY;
  const values = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, operator, value } of selector.matchers) {
    if (name === METRIC_NAME) continue;
    if (operator === '=' && !seen.has(name)) {
      values.set(name, value);
      seen.add(name);
    } else values.delete(name);
  }
  return SeriesLabels.of(values);
};
