import type { LogLine } from '../../api/log-line.js';

/** Maximum number of live lines in memory. The oldest are evicted. */
export const MOST_LIVE_LINES = 2_000;

/** Live lines, newest first. */
export interface LiveLines {
  readonly shown: readonly LogLine[];
  /** Lines that are held back while the reader is not at the top. */
  readonly waiting: readonly LogLine[];
  readonly isHeld: boolean;
  /** Number of lines that the server dropped because this client was too slow. */
  readonly dropped: number;
  /** Key of the next line. */
  readonly nextKey: number;
}

export const NO_LINES: LiveLines = { shown: [], waiting: [], isHeld: false, dropped: 0, nextKey: 0 };

export type LiveEvent =
  | { readonly type: 'arrived'; readonly lines: readonly LogLine[]; readonly dropped: number }
  /** The reader scrolled away from the top, or back to it. */
  | { readonly type: 'hold'; readonly isHeld: boolean }
  | { readonly type: 'clear' };

export const liveLines = (state: LiveLines, event: LiveEvent): LiveLines => {
  switch (event.type) {
    case 'clear':
      return { ...NO_LINES, nextKey: state.nextKey };
    case 'hold':
      return event.isHeld
        ? { ...state, isHeld: true }
        : { ...state, isHeld: false, shown: newest([...state.waiting, ...state.shown]), waiting: [] };
    case 'arrived': {
      const arrived = event.lines
        .map((line, index) => ({ ...line, key: `live ${state.nextKey + index}` }))
        .reverse();
      const next = {
        ...state,
        dropped: state.dropped + event.dropped,
        nextKey: state.nextKey + event.lines.length,
      };
      return state.isHeld
        ? { ...next, waiting: newest([...arrived, ...state.waiting]) }
        : { ...next, shown: newest([...arrived, ...state.shown]) };
    }
  }
};

const newest = (lines: readonly LogLine[]): readonly LogLine[] => lines.slice(0, MOST_LIVE_LINES);
