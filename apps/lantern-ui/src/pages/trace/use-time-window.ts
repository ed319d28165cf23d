import { useDebouncedCallback } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { isWhole, panned, wholeWindow, within, zoomed, type TimeWindow } from './waterfall/time-window.js';

/** Delay before a changed time window is written to the URL: browsers limit the rate of history changes. */
const SETTLED_MILLIS = 250;

/** Visible time window. It changes while a key is held or the wheel turns; the URL follows later. */
export const useTimeWindow = (
  fromAddress: TimeWindow | undefined,
  duration: number,
  remember: (window: TimeWindow | undefined) => void,
) => {
  const [draft, setDraft] = useState<TimeWindow>();
  const settle = useDebouncedCallback((next: TimeWindow) => {
    remember(isWhole(next, duration) ? undefined : next);
    setDraft(undefined);
  }, SETTLED_MILLIS);
  const { from, to } = draft ?? fromAddress ?? wholeWindow(duration);
  const window = useMemo(() => within({ from, to }, duration), [from, to, duration]);
  const show = (next: TimeWindow) => {
    setDraft(next);
    settle(next);
  };
  return {
    window,
    show,
    /** Moves the window by a share of its length. */
    pan: (share: number) => show(panned(window, share, duration)),
    /** Zooms around the middle of the window. */
    zoom: (factor: number) => show(zoomed(window, factor, 0.5, duration)),
  };
};
