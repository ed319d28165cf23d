import { traceFromSpans, type EndedSpan, type SpanKeeper } from '../trace/from-spans.js';
import { isTestTrace, type TestTrace } from '../trace/test-trace.js';

/** Subjects that the matchers accept: a trace, ended spans of OpenTelemetry's SDK, or an object that keeps them. */
export type TraceLike = TestTrace | SpanKeeper | readonly EndedSpan[];

/** @throws TypeError for anything else, with what to pass instead */
export const receivedTrace = (matcher: string, received: unknown): TestTrace => {
  if (isTestTrace(received)) return received;
  if (Array.isArray(received) && received.every(isEndedSpan)) return traceFromSpans(received);
  if (isSpanKeeper(received)) return traceFromSpans(received.spans());
  const isTraced = typeof received === 'object' && received !== null && 'trace' in received;
  const hint = isTraced
    ? 'received the result of traced(): pass its member `trace`'
    : `received ${received instanceof Promise ? 'a promise: await it' : typeof received}`;
  throw new TypeError(
    `expect(…).${matcher}() needs a trace of traced(), the telemetry of startTestTelemetry(), or ended spans; ${hint}.`,
  );
};

const isEndedSpan = (value: unknown): value is EndedSpan =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { spanContext?: unknown }).spanContext === 'function';

const isSpanKeeper = (value: unknown): value is SpanKeeper =>
  typeof value === 'object' && value !== null && typeof (value as { spans?: unknown }).spans === 'function';
