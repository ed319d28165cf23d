import type { ResourceSpans, ScopeSpans, Span, Trace, TraceId } from '@lantern/telemetry-model';

/** Takes spans of several traces apart, the trace that is seen first coming first. */
export const tracesIn = (groups: readonly ResourceSpans[]): Trace[] => {
  const traces = new Map<TraceId, ResourceSpans[]>();
  for (const group of groups) {
    const groupByTrace = new Map<TraceId, ScopeSpans[]>();
    for (const scopeGroup of group.scopeSpans) {
      for (const [traceId, spans] of byTrace(scopeGroup.spans)) {
        listIn(groupByTrace, traceId).push({ ...scopeGroup, spans });
      }
    }
    for (const [traceId, scopeSpans] of groupByTrace) {
      listIn(traces, traceId).push({ ...group, scopeSpans });
    }
  }
  return Array.from(traces, ([traceId, resourceSpans]) => ({ traceId, resourceSpans }));
};

const byTrace = (spans: readonly Span[]): Map<TraceId, Span[]> => {
  const grouped = new Map<TraceId, Span[]>();
  for (const span of spans) listIn(grouped, span.traceId).push(span);
  return grouped;
};

const listIn = <Key, Item>(lists: Map<Key, Item[]>, key: Key): Item[] => {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
};
