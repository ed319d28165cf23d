import { useDebouncedCallback } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { isWhole, panned, wholeWindow, within, zoomed, type TimeWindow } from './waterfall/time-window.js';

/** How long a window stands still before the address takes it over: browsers let an address change only so often. */
const SETTLED_MILLIS = 250;

/** The time in view: in the address, and ahead of it while a key is held or a wheel turns. */
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
    /** By a share of what is in view. */
    pan: (share: number) => show(panned(window, share, duration)),
    /** Around the middle. */
    zoom: (factor: number) => show(zoomed(window, factor, 0.5, duration)),
  };
};
