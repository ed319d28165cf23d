import type { Grouping, LabelFilter, RangeAggregation, Stage } from '../ast.js';
import type { SourceFields } from './log-source.js';

/**
 * Returns the fields of lines that an aggregation reads: often not their text, and few names of their structured
 * metadata. Returns undefined when a stage may read any field.
 *
 * @param stages stages that the source does not evaluate
 */
export const neededFields = (
  { operation, unwrap }: Pick<RangeAggregation, 'operation' | 'unwrap'>,
  grouping: Grouping | undefined,
  stages: readonly Stage[],
): SourceFields | undefined => {
  if (unwrap || grouping?.without !== false) return undefined;
  const names = new Set<string>();
  const addName = (name: string): void => {
    names.add(name);
    // Structured metadata that a label hides has this name.
    if (name.endsWith('_extracted')) names.add(name.slice(0, -'_extracted'.length));
  };
  grouping.labels.forEach(addName);
  let line = operation === 'bytes_over_time' || operation === 'bytes_rate';
  for (const stage of stages) {
    if (stage.kind === 'line-filter') line = true;
    else if (stage.kind === 'drop')
      stage.labels.forEach((choice) => addName(typeof choice === 'string' ? choice : choice.name));
    else if (stage.kind === 'label-filter') {
      const compared = comparedNames(stage.filter);
      if (!compared) return undefined;
      compared.forEach(addName);
    } else return undefined;
  }
  return { line, metadata: [...names] };
};

/** Returns undefined when a comparison may fail, because its message names all labels of the line. */
const comparedNames = (filter: LabelFilter): readonly string[] | undefined => {
  if (filter.kind === 'comparison') return [filter.matcher.name];
  if (filter.kind !== 'and' && filter.kind !== 'or') return undefined;
  const left = comparedNames(filter.left);
  const right = comparedNames(filter.right);
  return left && right && [...left, ...right];
};
