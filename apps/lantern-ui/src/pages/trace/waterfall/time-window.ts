/** Visible time window of a trace, in nanoseconds since its start. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** Minimum length in nanoseconds, the resolution of span times. */
const SHORTEST = 100;

export const wholeWindow = (duration: number): TimeWindow => ({ from: 0, to: Math.max(duration, 1) });

export const isWhole = ({ from, to }: TimeWindow, duration: number): boolean =>
  from <= 0 && to >= Math.max(duration, 1);

/** Returns the window moved and shortened as little as needed to lie within the trace. */
export const within = ({ from, to }: TimeWindow, duration: number): TimeWindow => {
  const whole = Math.max(duration, 1);
  const length = Math.min(whole, Math.max(to - from, Math.min(SHORTEST, whole)));
  const start = Math.min(Math.max(from, 0), whole - length);
  return { from: start, to: start + length };
};

/** Zooms the window: `factor` 2 shows half of it. `anchor`, a share of the window, stays in place. */
export const zoomed = (window: TimeWindow, factor: number, anchor: number, duration: number): TimeWindow => {
  const length = (window.to - window.from) / factor;
  const fixed = window.from + (window.to - window.from) * anchor;
  return within({ from: fixed - length * anchor, to: fixed + length * (1 - anchor) }, duration);
};

/** Moves the window by a share of its length, to later times if positive. */
export const panned = (window: TimeWindow, share: number, duration: number): TimeWindow => {
  const step = (window.to - window.from) * share;
  return within({ from: window.from + step, to: window.to + step }, duration);
};

/** Returns the position of a time in the window: 0 at its start, 1 at its end, outside of [0, 1] beyond them. */
export const shareAt = ({ from, to }: TimeWindow, time: number): number => (time - from) / (to - from);

/** Formats a window as `from-to` in nanoseconds, for the URL. */
export const formatWindow = ({ from, to }: TimeWindow): string => `${Math.round(from)}-${Math.round(to)}`;

/** Parses a window. Undefined unless the text is two ascending numbers. */
export const parseWindow = (text: string): TimeWindow | undefined => {
  const [, from, to] = /^(\d{1,16})-(\d{1,16})$/.exec(text) ?? [];
  const window = { from: Number(from), to: Number(to) };
  return window.from < window.to ? window : undefined;
};

/** Round steps: multiples of ten seconds below a minute, of sixty above. */
const LONG_STEPS = [
  10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400,
].map((seconds) => seconds * 1e9);

/** Returns round times within the window, at most `most`. */
export const ticksOf = ({ from, to }: TimeWindow, most: number): number[] => {
  const step = stepFor(to - from, most);
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  return ticks.slice(0, most);
};

/** Returns the smallest round step of which fewer than `most` fit into the duration. */
const stepFor = (duration: number, most: number): number => {
  for (let decade = 1; decade <= 1e9; decade *= 10) {
    for (const factor of [1, 2, 5]) if (decade * factor * most > duration) return decade * factor;
  }
  const long = LONG_STEPS.find((step) => step * most > duration);
  if (long !== undefined) return long;
  const day = LONG_STEPS.at(-1) ?? 1;
  return (Math.floor(duration / most / day) + 1) * day;
};
