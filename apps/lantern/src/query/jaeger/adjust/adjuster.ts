import type { Span, Trace } from '@lantern/telemetry-model';

/** Changes one thing about a trace for its readers' sake; what is stored stays as it came. */
export type Adjuster = (trace: Trace) => Trace;

export const eachSpan =
  (change: (span: Span) => Span): Adjuster =>
  (trace) => ({
    ...trace,
    resourceSpans: trace.resourceSpans.map((group) => ({
      ...group,
      scopeSpans: group.scopeSpans.map((scope) => ({ ...scope, spans: scope.spans.map(change) })),
    })),
  });
