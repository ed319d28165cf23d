import { readTraceRequestJson } from '@lantern/otlp/json';
import { buildTraceTree, spansOf, type TraceId, type TraceTree } from '@lantern/telemetry-model';
import { queryOptions } from '@tanstack/react-query';
import { getJson } from './http.js';

/** All spans of a trace that have arrived, as a tree. */
export const traceQuery = (traceId: TraceId) =>
  queryOptions({
    queryKey: ['trace', traceId],
    queryFn: async ({ signal }) => treeOf(await getJson({ path: `/api/v3/traces/${traceId}`, signal })),
    // A tree points up and down; comparing it with the one before would never end.
    structuralSharing: false,
  });

/** @throws {MalformedOtlpError} */
export const treeOf = (answer: unknown): TraceTree => {
  const { result } = answer as { result?: unknown };
  return buildTraceTree(spansOf(readTraceRequestJson(result ?? {}).resourceSpans));
};
