import type { V3LiveDropped, V3LiveSummaries } from '@lantern/query-api/wire';
import { conditionParams, summaryOf, type TraceConditions, type TraceSummary } from './trace-summaries.js';

export interface LiveHandlers {
  /** The line is open: nothing that is acknowledged from now on is missed. */
  readonly onReady: () => void;
  /** A trace comes again when more of its spans have arrived. */
  readonly onSummaries: (summaries: readonly TraceSummary[]) => void;
  /** So many traces came faster than they could be told. */
  readonly onDropped: (count: number) => void;
  /** The line broke. `isFinal` when the browser does not try again by itself: Lantern refused. */
  readonly onBroken: (isFinal: boolean) => void;
}

/** Follows the traces that match as they come, until the returned function is called. */
export const followSummaries = (conditions: TraceConditions, handlers: LiveHandlers): (() => void) => {
  const params = new URLSearchParams(conditionParams(conditions)).toString();
  const source = new EventSource(`/api/v3/lantern/live?${params}`);
  source.addEventListener('ready', handlers.onReady);
  source.addEventListener('summaries', ({ data }: MessageEvent<string>) => {
    handlers.onSummaries((JSON.parse(data) as V3LiveSummaries).summaries.map(summaryOf));
  });
  source.addEventListener('dropped', ({ data }: MessageEvent<string>) => {
    handlers.onDropped((JSON.parse(data) as V3LiveDropped).count);
  });
  source.addEventListener('error', () => handlers.onBroken(source.readyState === EventSource.CLOSED));
  return () => source.close();
};
