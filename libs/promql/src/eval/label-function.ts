import { GoSyntaxError, compileRegex, expandReplacement, type Regex } from '@lantern/go-syntax';
import { METRIC_NAME } from '@lantern/telemetry-model';
import { isLabelName } from '../syntax/parser.js';
import { PromqlEvaluationError } from './evaluation-error.js';
import { mergeRows, type Matrix, type Row } from './matrix.js';

/** A label of this name keeps the metric's name from being removed at the end. */
const setLabel = (row: Row, name: string, value: string): void => {
  row.labels = row.labels.with(name, value);
  if (name === METRIC_NAME) row.dropsName = false;
};

/**
 * Sets a label to a replacement in which `$1` and `${name}` stand for groups of an expression, where the expression matches
 * the whole value of another label.
 *
 * @throws {PromqlEvaluationError}
 */
export const replaceLabels = (
  matrix: Matrix,
  [destination = '', replacement = '', source = '', expression = '']: readonly string[],
): Matrix => {
  const regex = compileReplacement(expression);
  if (!isLabelName(destination)) {
    throw new PromqlEvaluationError(`invalid destination label name in label_replace(): ${destination}`);
  }
  for (const row of matrix) {
    for (const match of regex.findAll(row.labels.get(source))) {
      setLabel(row, destination, expandReplacement(replacement, regex, match));
      break;
    }
  }
  return mergeRows(matrix);
};

const compileReplacement = (expression: string): Regex => {
  try {
    return compileRegex(expression, true);
  } catch (error) {
    if (!(error instanceof GoSyntaxError)) throw error;
    throw new PromqlEvaluationError(`invalid regular expression in label_replace(): ${expression}`);
  }
};

/**
 * Sets a label to the values of other labels with a separator between them.
 *
 * @throws {PromqlEvaluationError}
 */
export const joinLabels = (
  matrix: Matrix,
  [destination = '', separator = '', ...sources]: readonly string[],
): Matrix => {
  const wrong = sources.find((source) => !isLabelName(source));
  if (wrong !== undefined) {
    throw new PromqlEvaluationError(`invalid source label name in label_join(): ${wrong}`);
  }
  if (!isLabelName(destination)) {
    throw new PromqlEvaluationError(`invalid destination label name in label_join(): ${destination}`);
  }
  for (const row of matrix) {
    setLabel(row, destination, sources.map((source) => row.labels.get(source)).join(separator));
  }
  return mergeRows(matrix);
};
