import type { LabelReplace } from '../ast.js';
import { compileRegex, expandReplacement } from '../regex.js';
import { EvaluationError } from './evaluation-error.js';
import { firstOverlap, labelsKey, sortedLabels, type Series } from './series.js';

/** @throws {EvaluationError} when two series get the same labels at the same time */
export const replaceLabels = (
  { destination, replacement, source, expression }: LabelReplace,
  operand: readonly Series[],
): Series[] => {
  const regex = compileRegex(expression, true);
  const results = operand.map((series): Series => {
    const text = Object.hasOwn(series.labels, source) ? (series.labels[source] ?? '') : '';
    for (const match of regex.findAll(text)) {
      const labels = sortedLabels({
        ...series.labels,
        [destination]: expandReplacement(replacement, regex, match),
      });
      return { ...series, labels, key: labelsKey(labels) };
    }
    return series;
  });
  for (const group of Map.groupBy(results, ({ key }) => key).values()) {
    const [first, ...others] = group;
    if (first && others.some((other) => firstOverlap(first, other) >= 0)) {
      throw new EvaluationError('vector cannot contain metrics with the same labelset');
    }
  }
  return results;
};
