import type { TraceId } from '@lantern/telemetry-model';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { keepPreviousOf } from '../../../api/keep-previous.js';
import type { NamedDetection, TraceOverview } from '../../../api/trace/trace-api.js';
import { detectionsQuery } from '../../../api/trace/trace-queries.js';

export type DetectionsQuery = UseQueryResult<readonly NamedDetection[]>;

/** Detections of all spans of one kind, whose spans are marked. */
export interface MarkedDetections {
  readonly title: string;
  readonly rows: readonly number[];
}

const NOTHING: readonly NamedDetection[] = [];

/**
 * Maximum number of spans of a trace whose detections are computed unasked. Those of a larger trace take the worker a
 * second, in which it answers nothing else.
 */
const MAX_UNASKED_SPANS = 20_000;

/**
 * Returns the detections of a trace, and the spans of the marked kind.
 *
 * @param isAsked whether the user looks at the detections
 */
export const useDetections = (
  traceId: TraceId,
  { version, table }: TraceOverview,
  markedKind: string | undefined,
  isAsked: boolean,
) => {
  const query = useQuery({
    ...detectionsQuery(traceId, version),
    enabled: isAsked || markedKind !== undefined || table.length <= MAX_UNASKED_SPANS,
    // Row numbers are valid in one version of the trace only.
    placeholderData: keepPreviousOf('trace-detections', traceId, version),
  });
  const list = query.data ?? NOTHING;
  const marked = useMemo((): MarkedDetections | undefined => {
    const ofKind = list.filter(({ kind }) => kind === markedKind);
    const [first] = ofKind;
    return first && { title: first.title, rows: [...new Set(ofKind.flatMap(({ rows }) => rows))] };
  }, [list, markedKind]);
  const flags = useMemo(() => {
    if (marked === undefined) return undefined;
    const marks = new Uint8Array(table.length);
    for (const row of marked.rows) marks[row] = 1;
    return marks;
  }, [marked, table.length]);
  return { query, list, marked, flags };
};
