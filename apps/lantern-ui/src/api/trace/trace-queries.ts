import { readTraceRequestJson, type TraceRequestJson } from '@lantern/otlp/json';
import { spansOf, type SpanInContext, type TraceId } from '@lantern/telemetry-model';
import { queryOptions } from '@tanstack/react-query';
import type { GroupKey, SortColumn, TraceOverview } from './trace-api.js';
import { traceWorker } from './trace-worker-client.js';

/** Disables the deep comparison of columns, which have a version instead. */
const WHOLE = { structuralSharing: false } as const;

/** Query for the overview of a trace. It keeps the same object until the trace changes, to avoid rerendering. */
export const traceQuery = (traceId: TraceId) =>
  queryOptions({
    ...WHOLE,
    queryKey: ['trace', traceId],
    queryFn: async ({ client, queryKey, signal }): Promise<TraceOverview> => {
      const known = client.getQueryData<TraceOverview>(queryKey);
      const news = await traceWorker.open(traceId, known?.version, signal);
      if (news !== undefined) return news;
      if (known === undefined) throw new Error('The trace worker returned no trace.');
      return known;
    },
  });

export const spanQuery = (traceId: TraceId, version: string, row: number) =>
  queryOptions({
    ...WHOLE,
    queryKey: ['trace-span', traceId, version, row],
    queryFn: async ({ signal }) => spanOf(await traceWorker.span(traceId, row, signal)),
    staleTime: Infinity,
    gcTime: 60_000,
  });

/** One span with its resource and scope, and as received. */
export interface SpanDetail extends SpanInContext {
  readonly json: TraceRequestJson;
}

/** @throws {MalformedOtlpError} */
export const spanOf = (json: TraceRequestJson): SpanDetail => {
  const [found] = spansOf(readTraceRequestJson(json).resourceSpans);
  if (found === undefined) throw new Error('The span is no longer part of the trace.');
  return { ...found, json };
};

export const findQuery = (traceId: TraceId, version: string, text: string) =>
  queryOptions({
    ...WHOLE,
    queryKey: ['trace-find', traceId, version, text],
    queryFn: ({ signal }) => traceWorker.find(traceId, text, signal),
    enabled: text.trim() !== '',
    staleTime: Infinity,
    gcTime: 10_000,
  });

export const statisticsQuery = (traceId: TraceId, version: string, groupBy: readonly GroupKey[]) =>
  queryOptions({
    ...WHOLE,
    queryKey: ['trace-statistics', traceId, version, ...groupBy],
    queryFn: ({ signal }) => traceWorker.statistics(traceId, groupBy, signal),
    staleTime: Infinity,
    gcTime: 60_000,
  });

export const callsQuery = (traceId: TraceId, version: string) =>
  queryOptions({
    ...WHOLE,
    queryKey: ['trace-calls', traceId, version],
    queryFn: ({ signal }) => traceWorker.calls(traceId, signal),
    staleTime: Infinity,
    gcTime: 60_000,
  });

export const detectionsQuery = (traceId: TraceId, version: string) =>
  queryOptions({
    ...WHOLE,
    queryKey: ['trace-detections', traceId, version],
    queryFn: ({ signal }) => traceWorker.detections(traceId, signal),
    staleTime: Infinity,
    gcTime: 60_000,
  });

export const sortQuery = (traceId: TraceId, version: string, by: SortColumn, direction: 1 | -1) =>
  queryOptions({
    ...WHOLE,
    queryKey: ['trace-sort', traceId, version, by, direction],
    queryFn: ({ signal }) => traceWorker.sort(traceId, by, direction, signal),
    staleTime: Infinity,
    gcTime: 60_000,
  });

export const comparisonQuery = (a: readonly TraceId[], b: readonly TraceId[]) =>
  queryOptions({
    ...WHOLE,
    queryKey: ['trace-comparison', a, b],
    queryFn: ({ signal }) => traceWorker.compare(a, b, signal),
  });
