import type { UnixNano } from '@lantern/telemetry-model';
import type { LabelFilter, LogExpr, Stage } from '../ast.js';
import { compileMatcher } from '../matcher.js';
import { compileStage } from '../pipeline/compile-stage.js';
import type { LineLabels } from '../pipeline/line-labels.js';
import type { LineStage } from '../pipeline/line-stage.js';
import type { SourceQuery } from './log-source.js';

/** Compiles stages to one function. */
export const compilePipeline = (stages: readonly Stage[]): LineStage => {
  const compiled = stages.map(compileStage);
  return (line: string, labels: LineLabels, timeUnixNano: UnixNano) => {
    let current: string | undefined = line;
    for (const stage of compiled) {
      current = stage(current, labels, timeUnixNano);
      if (current === undefined) return undefined;
    }
    return current;
  };
};

const CHANGES_LINE: ReadonlySet<Stage['kind']> = new Set(['line-format', 'unpack', 'decolorize']);
const KEEPS_LABELS: ReadonlySet<Stage['kind']> = new Set([
  'line-filter',
  'label-filter',
  'line-format',
  'decolorize',
]);

export interface SourcePart {
  readonly query: Pick<SourceQuery, 'matchers' | 'lineContains' | 'values'>;
  /** Stages that the source cannot evaluate. */
  readonly stages: readonly Stage[];
}

/**
 * Divides a query between the source, which may have an index, and the pipeline: texts that a line has to contain,
 * and values that it has to have, unless an earlier stage has changed the line or its labels.
 */
export const divideQuery = ({ matchers, stages }: LogExpr): SourcePart => {
  const lineContains: string[] = [];
  const values: Record<string, string> = {};
  const rest: Stage[] = [];
  let isSameLine = true;
  let areSameLabels = true;
  for (const stage of stages) {
    const text = isSameLine ? plainTextOf(stage) : undefined;
    if (text !== undefined) lineContains.push(text);
    else rest.push(stage);
    if (areSameLabels && stage.kind === 'label-filter') collectValues(stage.filter, values);
    isSameLine &&= !CHANGES_LINE.has(stage.kind);
    areSameLabels &&= KEEPS_LABELS.has(stage.kind);
  }
  return {
    query: {
      matchers: matchers.map((matcher) => ({ name: matcher.name, matches: compileMatcher(matcher) })),
      lineContains,
      values,
    },
    stages: rest,
  };
};

const plainTextOf = (stage: Stage): string | undefined => {
  if (stage.kind !== 'line-filter' || stage.operator !== '|=' || stage.texts.length !== 1) return undefined;
  const [text] = stage.texts;
  return typeof text === 'string' ? text : undefined;
};

/** The pipeline still evaluates the filter: for instance, two values for one name never match. */
const collectValues = (filter: LabelFilter, values: Record<string, string>): void => {
  if (filter.kind === 'and') {
    collectValues(filter.left, values);
    collectValues(filter.right, values);
  } else if (filter.kind === 'comparison') {
    const { name, operator, value } = filter.matcher;
    // The pipeline creates labels of these names.
    const isOwn = name.startsWith('__') || name.endsWith('_extracted');
    if (operator === '=' && value !== '' && !isOwn) values[name] = value;
  }
};
