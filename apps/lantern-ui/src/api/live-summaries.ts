import type { V3LiveDropped, V3LiveSummaries } from '@lantern/query-api/wire';
import { conditionParams, summaryOf, type TraceConditions, type TraceSummary } from './trace-summaries.js';

export interface LiveHandlers {
  /** Called when the connection is open. No span that is acknowledged afterwards is missed. */
  readonly onReady: () => void;
  /** Called with new and updated summaries. */
  readonly onSummaries: (summaries: readonly TraceSummary[]) => void;
  /** Called with the number of traces that the server dropped because they arrived too fast. */
  readonly onDropped: (count: number) => void;
  /** Called when the connection breaks. `isFinal` if the browser does not reconnect because Lantern rejected it. */
  readonly onBroken: (isFinal: boolean) => void;
}

/** Subscribes to matching traces. Returns a function that unsubscribes. */
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
