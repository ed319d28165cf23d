import type { TestSpan } from '../trace/test-span.js';
import type { TestTrace } from '../trace/test-trace.js';
import { drawTree } from '../trace/draw-tree.js';
import type { ReportFailure } from '../report/report-folder.js';
import { isSevere, type LogLine } from '../trace/log-line.js';

/** Result of an assertion on the spans that have arrived. */
export interface Verdict {
  readonly pass: boolean;
  /** Whether spans that have not arrived may turn the result. */
  readonly isOpen: boolean;
  /** Expectation, with `not` where the assertion is negated. */
  readonly expected: string;
  /** Findings, in lines. */
  readonly found: readonly string[];
  /** Spans to mark in the tree: the nearest miss, or those that should not be there. */
  readonly marked?: readonly TestSpan[];
  /** Leaves the tree out, where `found` shows it already. */
  readonly hasOwnTree?: boolean;
}

/** Part of a test runner's matcher context that the matchers use. */
export interface MatcherContext {
  readonly isNot?: boolean;
}

export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
  /** Texts whose difference the runner shows. */
  readonly actual?: unknown;
  readonly expected?: unknown;
}

/** Turns a verdict into the result of a matcher. */
export type Conclude = (
  matcher: string,
  context: MatcherContext,
  trace: TestTrace,
  verdict: Verdict,
) => MatcherResult;

/** Returns {@link conclude} that also keeps the trace of a failure. Runners ask for the message of a failed assertion only. */
export const concludeWith =
  (report: ReportFailure): Conclude =>
  (matcher, context, trace, verdict) => {
    const { message, ...result } = conclude(matcher, context, trace, verdict);
    return {
      ...result,
      message: () => {
        const text = message();
        const line = report(trace, text);
        return line === undefined ? text : `${text}\n${line}`;
      },
    };
  };

/**
 * Turns a verdict into the result of a matcher. An assertion that would succeed although the trace is incomplete fails as
 * inconclusive when missing spans may turn its result: a lost span must never look like an absent one.
 */
const conclude = (
  matcher: string,
  { isNot = false }: MatcherContext,
  trace: TestTrace,
  verdict: Verdict,
): MatcherResult => {
  const succeeds = verdict.pass !== isNot;
  const isInconclusive = succeeds && verdict.isOpen && !trace.isComplete;
  return {
    // Makes the runner report a failure in both directions.
    pass: isInconclusive ? isNot : verdict.pass,
    message: () =>
      [...headOf(matcher, isNot, trace, verdict, isInconclusive), ...detailsOf(trace, verdict)].join('\n'),
  };
};

const headOf = (
  matcher: string,
  isNot: boolean,
  trace: TestTrace,
  { expected, found }: Verdict,
  isInconclusive: boolean,
): string[] => {
  const title = `expect(trace)${isNot ? '.not' : ''}.${matcher}`;
  const lines = [isInconclusive ? `${title}: inconclusive, because the trace is incomplete` : title, ''];
  lines.push(`Expected: ${isNot ? 'not ' : ''}${expected}`);
  if (isInconclusive) lines.push('The spans that have arrived satisfy this, but spans are missing:');
  else {
    lines.push(...found);
    if (!trace.isComplete) lines.push('', 'The trace is incomplete, which may be the cause:');
  }
  for (const reason of trace.reasons) lines.push(`  - ${reason}`);
  return lines;
};

const detailsOf = (trace: TestTrace, { marked = [], hasOwnTree = false }: Verdict): string[] => {
  const lines: string[] = [];
  if (!hasOwnTree) {
    lines.push(
      '',
      trace.spans.length === 0 ? 'The trace has no spans.' : drawTree(trace.spans, new Set(marked)),
    );
  }
  const severe = trace.logs.filter(isSevere);
  if (severe.length > 0)
    lines.push('', 'Log lines of level warn and above:', ...severe.slice(0, 20).map(drawLine));
  if (severe.length > 20) lines.push(`  … ${severe.length - 20} more lines`);
  const name = trace.name === undefined ? '' : `${JSON.stringify(trace.name)}, `;
  lines.push('', `Trace: ${name}${trace.url ?? trace.traceId}`);
  return lines;
};

/** Fields that every line has, or that the line itself shows already. */
const USUAL_FIELDS = new Set([
  ...[
    'service',
    'service_name',
    'service.name',
    'level',
    'detected_level',
    'severity',
    'severity_text',
    'message',
  ],
  ...[
    'msg',
    'time',
    'timestamp',
    'trace_id',
    'span_id',
    'traceid',
    'spanid',
    'correlation_id',
    'stack',
    'context',
  ],
  ...['pid', 'hostname', 'trace_flags', 'flags', 'job'],
]);

export const drawLine = ({ level, service, message, fields, text }: LogLine): string => {
  const others = Object.entries(fields)
    .filter(([key, value]) => !USUAL_FIELDS.has(key) && value !== '' && value !== message)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const line = [level, `${service}:`, message === '' ? text : message, ...others]
    .filter((part) => part !== '')
    .join(' ');
  return `  ${line.length > 300 ? `${line.slice(0, 300)}…` : line}`;
};
