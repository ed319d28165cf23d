import { useEffect, useEffectEvent, useReducer, useRef } from 'react';
import { followSummaries } from '../../api/live-summaries.js';
import type { TraceConditions, TraceSummary } from '../../api/trace-summaries.js';
import { withArrivals, type Arrivals } from './live-traces.js';

export type LiveState = 'connecting' | 'open' | 'broken' | 'refused';

export interface LiveTraces {
  readonly state: LiveState;
  /** Traces to show. */
  readonly arrivals: Arrivals;
  /** Traces that are held back while the user reads. */
  readonly held: Arrivals;
  /** Number of traces that the server dropped because they arrived too fast. */
  readonly dropped: number;
}

type Event =
  | { readonly type: 'reset' }
  | { readonly type: 'state'; readonly state: LiveState }
  | { readonly type: 'dropped'; readonly count: number }
  | { readonly type: 'arrived'; readonly summaries: readonly TraceSummary[]; readonly isHeld: boolean }
  | { readonly type: 'release' };

const NONE: LiveTraces = { state: 'connecting', arrivals: new Map(), held: new Map(), dropped: 0 };

const reduce = (live: LiveTraces, event: Event): LiveTraces => {
  switch (event.type) {
    case 'reset':
      return NONE;
    case 'state':
      return { ...live, state: event.state };
    case 'dropped':
      return { ...live, dropped: live.dropped + event.count };
    case 'arrived':
      return event.isHeld
        ? { ...live, held: withArrivals(live.held, event.summaries) }
        : { ...live, arrivals: withArrivals(live.arrivals, event.summaries) };
    case 'release':
      return live.held.size === 0
        ? live
        : { ...live, arrivals: withArrivals(live.arrivals, [...live.held.values()]), held: new Map() };
  }
};

interface LiveOptions {
  /** Undefined to disable live search. */
  readonly conditions: TraceConditions | undefined;
  /** Whether the user reads the results. New traces are then held back, so that nothing moves. */
  readonly isReading: boolean;
  /** Called after a reconnect: traces may have been missed. */
  readonly onGap: () => void;
}

/**
 * Subscribes to matching traces. Traces that arrive while the user reads are held back until they finish or request
 * them.
 */
export const useLiveTraces = ({
  conditions,
  isReading,
  onGap,
}: LiveOptions): LiveTraces & { readonly release: () => void } => {
  const [live, dispatch] = useReducer(reduce, NONE);
  const wasBroken = useRef(false);
  const key = conditions === undefined ? undefined : JSON.stringify(conditions);

  const arrive = useEffectEvent((summaries: readonly TraceSummary[]) =>
    dispatch({ type: 'arrived', summaries, isHeld: isReading }),
  );
  const ready = useEffectEvent(() => {
    dispatch({ type: 'state', state: 'open' });
    if (wasBroken.current) onGap();
    wasBroken.current = false;
  });

  useEffect(() => {
    dispatch({ type: 'reset' });
    if (key === undefined) return undefined;
    return followSummaries(JSON.parse(key) as TraceConditions, {
      onReady: () => ready(),
      onSummaries: (summaries) => arrive(summaries),
      onDropped: (count) => dispatch({ type: 'dropped', count }),
      onBroken: (isFinal) => {
        wasBroken.current = true;
        dispatch({ type: 'state', state: isFinal ? 'refused' : 'broken' });
      },
    });
  }, [key]);

  useEffect(() => {
    if (!isReading) dispatch({ type: 'release' });
  }, [isReading]);

  return { ...live, release: () => dispatch({ type: 'release' }) };
};
