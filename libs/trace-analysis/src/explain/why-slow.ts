import { at, formatNanos } from '@lantern/telemetry-model';
import { detect } from '../detect.js';
import { DETECTION_KINDS, type Detection } from '../detection.js';
import type { TraceFacts } from '../trace-facts.js';
import { detectionLine } from './describe-trace.js';
import { Explanation, type ExplainOptions } from './explanation.js';
import { headline, linkTo, nameOf, shareText } from './span-text.js';

/** Maximum number of operations that are named. */
const MOST_OPERATIONS = 12;

interface OperationTime {
  readonly longest: number;
  readonly nano: number;
  readonly count: number;
}

/** Explains what the end of a trace waited for: detections about time, then the operations on the critical path. */
export const whySlow = (
  facts: TraceFacts,
  options: ExplainOptions = {},
  detections: readonly Detection[] = detect(facts),
): string => {
  const { table } = facts;
  const text = new Explanation(options);
  const baseUrl = options.baseUrl ?? '';
  if (table.length === 0) return `Trace ${facts.traceId} has no spans.`;
  text.add(headline(facts), `Open: ${linkTo(facts, baseUrl)}`);
  const ofTime = detections.filter(({ kind }) => DETECTION_KINDS[kind].subject === 'time');
  text.addList('Causes that the spans show (share of the time):', ofTime.map(detectionLine), 'causes');
  if (ofTime.length === 0) text.add('', 'No detector found a cause; these operations took the time:');

  const operations = [...timeByOperation(facts).values()].sort((a, b) => b.nano - a.nano);
  const lines = operations
    .slice(0, MOST_OPERATIONS)
    .map(
      ({ longest, nano, count }) =>
        `- ${nameOf(facts, longest)}: ${formatNanos(nano)} (${shareText(nano, table.duration)})` +
        `${count > 1 ? ` in ${count} spans` : ''}, longest ${linkTo(facts, baseUrl, longest)}`,
    );
  text.addList(
    'Time on the critical path by operation, without the time of calls below it:',
    lines,
    'operations',
  );
  if (operations.length > lines.length)
    text.leaveOut(`${operations.length - lines.length} operations that take less`);
  const unaccounted = table.duration - operations.reduce((sum, { nano }) => sum + nano, 0);
  if (unaccounted > table.duration * 0.05) {
    text.add(
      '',
      `No span of the critical path covers ${formatNanos(unaccounted)}: spans are missing, or work went on after the answer.`,
    );
  }
  return text.finish(`All spans: ${baseUrl}/api/v3/traces/${facts.traceId}`);
};

const timeByOperation = (facts: TraceFacts): Map<string, OperationTime> => {
  const times = new Map<string, OperationTime>();
  for (let row = 0; row < facts.table.length; row++) {
    const nano = at(facts.critical, row);
    if (nano <= 0) continue;
    const key = `${facts.service(row)}\u0000${facts.operation(row)}`;
    const time = times.get(key);
    if (time === undefined) times.set(key, { longest: row, nano, count: 1 });
    else {
      const isLonger = nano > at(facts.critical, time.longest);
      times.set(key, {
        longest: isLonger ? row : time.longest,
        nano: time.nano + nano,
        count: time.count + 1,
      });
    }
  }
  return times;
};
