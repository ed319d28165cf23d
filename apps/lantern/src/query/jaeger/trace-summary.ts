import { StatusCode, serviceNameOf, spansOf, type Span, type Trace } from '@lantern/telemetry-model';
import type { V3ServiceSummary, V3TraceSummary } from '@lantern/query-api';

interface Counts {
  spanCount: number;
  errorSpanCount: number;
}

/**
 * One row of a result list. The root is the earliest span without a parent; a trace that has none leaves its
 * root empty.
 */
export const summarizeTrace = (trace: Trace): V3TraceSummary => {
  const spans = Array.from(spansOf(trace.resourceSpans));
  const ids = new Set(spans.map(({ span }) => span.spanId));
  const services = new Map<string, Counts>();
  const total: Counts = { spanCount: 0, errorSpanCount: 0 };
  let orphanSpanCount = 0;
  let start: bigint | undefined;
  let end: bigint | undefined;
  let root: { readonly span: Span; readonly service: string } | undefined;

  for (const { span, resource } of spans) {
    const service = serviceNameOf(resource);
    let counts = services.get(service);
    if (counts === undefined) services.set(service, (counts = { spanCount: 0, errorSpanCount: 0 }));
    for (const each of [counts, total]) {
      each.spanCount++;
      if (span.status.code === StatusCode.error) each.errorSpanCount++;
    }
    if (start === undefined || span.startUnixNano < start) start = span.startUnixNano;
    if (end === undefined || span.endUnixNano > end) end = span.endUnixNano;
    if (span.parentSpanId === undefined) {
      if (root === undefined || span.startUnixNano < root.span.startUnixNano) root = { span, service };
    } else if (!ids.has(span.parentSpanId)) {
      orphanSpanCount++;
    }
  }

  return {
    traceId: trace.traceId,
    rootServiceName: root?.service ?? '',
    rootOperationName: root?.span.name ?? '',
    minStartTimeUnixNano: String(start ?? 0n),
    maxEndTimeUnixNano: String(end ?? 0n),
    ...total,
    orphanSpanCount,
    services: Array.from(services, ([name, counts]): V3ServiceSummary => ({ name, ...counts })).sort(
      (a, b) => (a.name < b.name ? -1 : 1),
    ),
  };
};
