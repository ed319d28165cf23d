import type { Span, Trace } from '@lantern/telemetry-model';
import { linkSpans } from './link-spans.js';
import { MODEL, TestTrace, type TestTraceParts } from './test-trace.js';

export interface ModelTraceParts extends Omit<TestTraceParts, 'traceId' | 'spans' | 'model'> {
  /** Whether the parent of a span is outside of the trace on purpose, such as the test itself. */
  readonly isOutside?: (span: Span) => boolean;
}

/** Returns the trace under test of a received trace. */
export const testTraceOf = (
  { traceId, resourceSpans }: Trace,
  { isOutside = () => false, ...parts }: ModelTraceParts,
): TestTrace =>
  new TestTrace({
    ...parts,
    traceId,
    spans: linkSpans({ traceId, resourceSpans }),
    model: {
      traceId,
      resourceSpans: resourceSpans.map((group) => ({
        ...group,
        scopeSpans: group.scopeSpans.map(({ spans, ...scope }) => ({
          ...scope,
          spans: spans.map((span) => (isOutside(span) ? { ...span, parentSpanId: undefined } : span)),
        })),
      })),
    } satisfies Trace,
  });

/** Returns the received spans of a trace, in which spans with a parent outside of the trace are roots. */
export const modelOf = (trace: TestTrace): Trace => trace[MODEL] as Trace;
