import { formatNanos, stringAttribute } from '@lantern/telemetry-model';
import { detect } from '../detect.js';
import { DETECTION_KINDS, type Detection } from '../detection.js';
import { errorMessageOf, originOfFailure } from '../failure.js';
import type { TraceFacts } from '../trace-facts.js';
import { detectionLine } from './describe-trace.js';
import { Explanation, type ExplainOptions } from './explanation.js';
import { headline, linkTo, nameOf, oneLine } from './span-text.js';

/** Log line of the trace. */
export interface TraceLogLine {
  readonly spanId: string | undefined;
  readonly service: string;
  readonly level: string;
  readonly line: string;
}

export interface WhyFailedOptions extends ExplainOptions {
  /** Lines of the trace in the order of time, if the reader has logs. */
  readonly logs?: readonly TraceLogLine[];
}

/** Explains where the failure of a trace started, who reported it, and what the logs say beside it. */
export const whyFailed = (
  facts: TraceFacts,
  options: WhyFailedOptions = {},
  detections: readonly Detection[] = detect(facts),
): string => {
  const text = new Explanation(options);
  const baseUrl = options.baseUrl ?? '';
  if (facts.table.length === 0) return `Trace ${facts.traceId} has no spans.`;
  text.add(headline(facts), `Open: ${linkTo(facts, baseUrl)}`);
  const origin = originOfFailure(facts);
  if (origin === undefined) text.add('', 'No span of the trace has the status ERROR.');
  else {
    const { row } = origin;
    text.add(
      '',
      `Origin: ${nameOf(facts, row)} failed ${formatNanos(facts.end(row))} after the start: ${oneLine(origin.message, 500) || '(no message)'}`,
      `Span: ${linkTo(facts, baseUrl, row)}`,
    );
    addStack(text, facts, row);
    text.addList('The spans above it, from the inside:', chainAbove(facts, row), 'spans above it');
    const others = otherFailures(facts, row);
    text.addList(
      `Other spans that failed by themselves: ${others.length}`,
      others.slice(0, 10),
      'other failures',
    );
    addLogs(text, options.logs, facts.table.spanIds[row]);
  }
  const related = detections.filter(
    ({ kind }) =>
      (DETECTION_KINDS[kind].subject === 'failure' && kind !== 'error-origin') ||
      kind === 'retry-storm' ||
      kind === 'incomplete-trace',
  );
  text.addList('Related detections:', related.map(detectionLine), 'detections');
  return text.finish(`All spans: ${baseUrl}/api/v3/traces/${facts.traceId}`);
};

/** Number of frames of a stack that name the place of an error. */
const MOST_FRAMES = 6;

const addStack = (text: Explanation, facts: TraceFacts, row: number): void => {
  const exception = facts.spans[row]?.span.events.findLast(({ name }) => name === 'exception');
  const stack = stringAttribute(exception?.attributes ?? [], 'exception.stacktrace');
  if (stack === undefined) return;
  const lines = stack.split('\n');
  text.addList(
    'Stack trace:',
    lines.slice(0, MOST_FRAMES).map((line) => `  ${oneLine(line, 160)}`),
    'frames',
  );
  if (lines.length > MOST_FRAMES) text.leaveOut(`${lines.length - MOST_FRAMES} frames of the stack`);
};

const chainAbove = (facts: TraceFacts, row: number): string[] => {
  const chain: string[] = [];
  for (let above = facts.parent(row); above !== -1 && chain.length < 30; above = facts.parent(above)) {
    const span = facts.spans[above]?.span;
    const status = facts.fields[above]?.text('status');
    const outcome = facts.isError(above)
      ? `failed: ${oneLine(span === undefined ? '' : errorMessageOf(span), 160) || '(no message)'}`
      : 'did not fail';
    chain.push(`- ${nameOf(facts, above)} ${outcome}${status === undefined ? '' : `, HTTP ${status}`}`);
  }
  return chain;
};

const otherFailures = (facts: TraceFacts, origin: number): string[] => {
  const lines: string[] = [];
  for (let row = 0; row < facts.table.length; row++) {
    if (row === origin || !facts.isError(row) || (facts.table.errorsBelow[row] ?? 0) > 0) continue;
    const span = facts.spans[row]?.span;
    lines.push(
      `- ${nameOf(facts, row)}: ${oneLine(span === undefined ? '' : errorMessageOf(span), 160) || '(no message)'}`,
    );
  }
  return lines;
};

/** Levels of lines that tell about a failure. */
const ALARMING = /^(?:warn|warning|error|err|critical|fatal|emergency|alert)$/i;

const addLogs = (
  text: Explanation,
  logs: readonly TraceLogLine[] | undefined,
  spanId: string | undefined,
): void => {
  if (logs === undefined) return;
  const relevant = logs.filter((line) => ALARMING.test(line.level) || line.spanId === spanId);
  if (relevant.length === 0) {
    text.add('', `No log line of the trace is a warning or an error (${logs.length} lines).`);
    return;
  }
  const lines = relevant
    .slice(0, 20)
    .map(({ service, level, line }) => `- ${oneLine(service, 40)} ${level}: ${oneLine(line, 300)}`);
  text.addList('Log lines that are warnings or errors, or of this span:', lines, 'log lines');
  if (logs.length > lines.length) text.leaveOut(`${logs.length - lines.length} other log lines`);
};
