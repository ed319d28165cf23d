import type { LabelReplace } from '../ast.js';
import { compileRegex, expandReplacement } from '../regex.js';
import { joinSeries, labelsKey, sortedLabels, type Series, type SeriesBudget } from './series.js';

/** @throws {EvaluationError} when two series get the same labels at the same time */
export const replaceLabels = (
  { destination, replacement, source, expression }: LabelReplace,
  operand: readonly Series[],
  budget: SeriesBudget,
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
  return joinSeries(results, budget);
};
