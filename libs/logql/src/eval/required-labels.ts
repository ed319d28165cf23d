import type { Grouping, LabelFilter, RangeAggregation, Stage } from '../ast.js';

/**
 * Returns the labels that an aggregation reads, when it reads no others. Undefined without a grouping `by`, which
 * keeps all labels, and behind a template, which may read any. Parsers stop at the last of these labels: as in
 * Loki, what is wrong in the rest of a line is no error then.
 */
export const requiredLabels = (
  unwrap: RangeAggregation['unwrap'],
  grouping: Grouping | undefined,
  stages: readonly Stage[],
): ReadonlySet<string> | undefined => {
  if (grouping?.without !== false || stages.some(hasTemplate)) return undefined;
  const names = new Set([...grouping.labels, ...filteredLabels(unwrap, stages)]);
  if (unwrap) names.add(unwrap.label);
  for (const stage of stages) {
    if (stage.kind !== 'label-format') continue;
    for (const { from } of stage.formats) if (from.kind === 'label') names.add(from.name);
  }
  return names;
};

/** Returns the labels that filters of the pipeline, and behind `unwrap`, read. */
export const filteredLabels = (
  unwrap: RangeAggregation['unwrap'],
  stages: readonly Stage[],
): readonly string[] => [
  ...stages.flatMap((stage) => (stage.kind === 'label-filter' ? namesIn(stage.filter) : [])),
  ...(unwrap?.filters.flatMap(namesIn) ?? []),
];

const hasTemplate = (stage: Stage): boolean =>
  stage.kind === 'line-format' ||
  (stage.kind === 'label-format' && stage.formats.some(({ from }) => from.kind === 'template'));

const namesIn = (filter: LabelFilter): readonly string[] => {
  switch (filter.kind) {
    case 'comparison':
      return [filter.matcher.name];
    case 'quantity':
    case 'ip-comparison':
      return [filter.name];
    case 'and':
    case 'or':
      return [...namesIn(filter.left), ...namesIn(filter.right)];
  }
};
