import {
  compileMatcher,
  compileSearch,
  type LabelFilter,
  type LineFilterStage,
  type LogExpr,
  type Matcher,
  type Stage,
  type TextTest,
} from '@lantern/query-api';
import type { LabelMatcher, LogRow } from '@lantern/telemetry-store';
import { ownValue } from './own-value.js';

type RowTest = (row: LogRow) => boolean;

/** A query as the store and this process share it: the store narrows down, `keeps` decides. */
export interface Pipeline {
  readonly matchers: readonly LabelMatcher[];
  readonly lineContains: readonly string[];
  readonly keeps: RowTest;
}

export const toLabelMatcher = (matcher: Matcher): LabelMatcher => ({
  name: matcher.name,
  matches: compileMatcher(matcher),
});

export const compilePipeline = ({ matchers, stages }: LogExpr): Pipeline => {
  const tests = stages.filter((stage) => !isPlainText(stage)).map(compileStage);
  return {
    matchers: matchers.map(toLabelMatcher),
    lineContains: stages.filter(isPlainText).flatMap(({ texts }) => texts),
    keeps: (row) => tests.every((test) => test(row)),
  };
};

/** A stage that the store can do by itself: the line holds one text. */
const isPlainText = (stage: Stage): stage is LineFilterStage =>
  stage.kind === 'line-filter' && stage.operator === '|=' && stage.texts.length === 1;

const compileStage = (stage: Stage): RowTest => {
  switch (stage.kind) {
    case 'line-filter':
      return compileLineFilter(stage);
    case 'label-filter':
      return compileLabelFilter(stage.filter);
  }
};

const compileLineFilter = ({ operator, texts }: LineFilterStage): RowTest => {
  const isPattern = operator === '|~' || operator === '!~';
  const tests = texts.map((text): TextTest =>
    isPattern ? compileSearch(text) : (line) => line.includes(text),
  );
  const wanted = operator === '|=' || operator === '|~';
  return ({ entry }) => tests.some((test) => test(entry.line)) === wanted;
};

const compileLabelFilter = (filter: LabelFilter): RowTest => {
  if (filter.kind === 'comparison') {
    const { name } = filter.matcher;
    const matches = compileMatcher(filter.matcher);
    return (row) => matches(labelValue(row, name));
  }
  const left = compileLabelFilter(filter.left);
  const right = compileLabelFilter(filter.right);
  return filter.kind === 'and' ? (row) => left(row) && right(row) : (row) => left(row) || right(row);
};

/** A label of the stream hides structured metadata of the same name. */
const labelValue = ({ labels, entry }: LogRow, name: string): string =>
  ownValue(labels, name) ?? ownValue(entry.structuredMetadata, name) ?? '';
