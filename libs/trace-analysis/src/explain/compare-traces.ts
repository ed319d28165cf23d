import {
  buildCallTree,
  diffCallTrees,
  formatNanos,
  selfTimes,
  type CallDifference,
  type CallTree,
} from '@lantern/telemetry-model';
import { detect } from '../detect.js';
import { DETECTION_KINDS, type DetectionKind } from '../detection.js';
import type { TraceFacts } from '../trace-facts.js';
import { Explanation, type ExplainOptions } from './explanation.js';
import { headline, linkTo, oneLine } from './span-text.js';

/** Explains how trace B differs from trace A: new and lost calls, other counts, errors, durations, and detections. */
export const compareTraces = (a: TraceFacts, b: TraceFacts, options: ExplainOptions = {}): string => {
  const text = new Explanation(options);
  const baseUrl = options.baseUrl ?? '';
  text.add(`A: ${headline(a)}`, `B: ${headline(b)}`, `Open: ${baseUrl}/trace/${a.traceId}...${b.traceId}`);
  const differences = diffCallTrees([treeOf(a)], [treeOf(b)]).filter(isDifferent);
  if (differences.length === 0) text.add('', 'No differences: the same calls with similar durations.');
  const byTime = differences.toSorted((x, y) => Math.abs(changeOf(y)) - Math.abs(changeOf(x)));
  text.addList(
    'Calls that differ, the largest change of time first:',
    byTime.map(differenceLine),
    'differences',
  );
  const [before, after] = [kindsOf(a), kindsOf(b)];
  const kinds = [
    ...[...after]
      .filter((kind) => !before.has(kind))
      .map((kind) => `- only in B: ${DETECTION_KINDS[kind].title}`),
    ...[...before]
      .filter((kind) => !after.has(kind))
      .map((kind) => `- only in A: ${DETECTION_KINDS[kind].title}`),
  ];
  text.addList('Detections that differ:', kinds, 'detections');
  return text.finish(`All spans: ${linkTo(a, baseUrl)} and ${linkTo(b, baseUrl)}`);
};

const treeOf = ({ table, critical }: TraceFacts): CallTree =>
  buildCallTree(table, { self: selfTimes(table), critical });

const kindsOf = (facts: TraceFacts): Set<DetectionKind> => new Set(detect(facts).map(({ kind }) => kind));

const isDifferent = ({ change, a, b }: CallDifference): boolean =>
  change !== 'same' || a?.count !== b?.count || a?.errorCount !== b?.errorCount;

const changeOf = ({ a, b }: CallDifference): number => (b?.totalNano ?? 0) - (a?.totalNano ?? 0);

const differenceLine = (difference: CallDifference): string => {
  const { service, operation, a, b, change } = difference;
  const parts = [
    a === undefined || b === undefined
      ? `${change}: ${formatNanos((a ?? b)?.totalNano ?? 0)}`
      : `${formatNanos(a.totalNano)} → ${formatNanos(b.totalNano)}`,
    ...(a !== undefined && b !== undefined && a.count !== b.count ? [`${a.count} → ${b.count} spans`] : []),
    ...(a?.errorCount !== b?.errorCount ? [`${a?.errorCount ?? 0} → ${b?.errorCount ?? 0} errors`] : []),
  ];
  return `- ${oneLine(service, 40)} ${oneLine(operation, 60)}: ${parts.join(', ')}`;
};
