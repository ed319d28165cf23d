import type { DurationNano, UnixNano } from '@lantern/telemetry-model';
import type { ResolvedRange } from '../../time-range/time-range.js';
import type { TraceSummary } from '../../api/trace-summaries.js';

export interface Plot {
  /** Left edge of the plot area, right of the duration labels. */
  readonly left: number;
  /** Points, largest first: small points are drawn on top and stay clickable. */
  readonly points: readonly { summary: TraceSummary; x: number; y: number; radius: number }[];
  readonly durations: readonly { y: number; durationNano: DurationNano }[];
  readonly times: readonly { x: number; unixNano: UnixNano; anchor: 'start' | 'middle' | 'end' }[];
}

const LEFT = 56;
const BOTTOM = 20;
const MAX_RADIUS = 11;

/**
 * Lays out the plot: time on a linear x axis, duration on a logarithmic y axis, so that a slow trace does not flatten
 * all others.
 *
 * @param range time range of the search, if the traces are only a part of the matches: the axis then shows all of it
 */
export const plotOf = (
  summaries: readonly TraceSummary[],
  width: number,
  height: number,
  range?: ResolvedRange,
): Plot => {
  const [first] = summaries;
  if (first === undefined || width <= LEFT + 2 * MAX_RADIUS)
    return { left: LEFT, points: [], durations: [], times: [] };

  const starts = summaries.map(({ startUnixNano }) => startUnixNano);
  if (range !== undefined) starts.push(range.startMicros * 1_000n, range.endMicros * 1_000n);
  const earliest = starts.reduce((a, b) => (a < b ? a : b));
  const latest = starts.reduce((a, b) => (a > b ? a : b));
  const field = { x0: LEFT + MAX_RADIUS, x1: width - MAX_RADIUS, y0: height - BOTTOM, y1: 8 };
  const xOf = (time: UnixNano): number =>
    latest === earliest
      ? (field.x0 + field.x1) / 2
      : field.x0 + (Number(time - earliest) / Number(latest - earliest)) * (field.x1 - field.x0);

  const logs = summaries.map(({ durationNano }) => log10(durationNano));
  const lowest = Math.floor(Math.min(...logs));
  const highest = Math.max(Math.ceil(Math.max(...logs)), lowest + 1);
  const yOf = (log: number): number =>
    field.y0 - ((log - lowest) / (highest - lowest)) * (field.y0 - field.y1);

  const step = Math.ceil((highest - lowest) / 4);
  const decades = Array.from(
    { length: Math.floor((highest - lowest) / step) + 1 },
    (_, i) => lowest + i * step,
  );

  return {
    left: LEFT,
    points: summaries
      .map((summary, i) => ({
        summary,
        x: xOf(summary.startUnixNano),
        y: yOf(logs[i] ?? lowest),
        radius: Math.min(MAX_RADIUS, 3 + 2 * Math.log10(Math.max(summary.spanCount, 1))),
      }))
      .sort((a, b) => b.radius - a.radius),
    durations: decades.map((decade) => ({ y: Math.round(yOf(decade)), durationNano: 10n ** BigInt(decade) })),
    times:
      latest === earliest
        ? [{ x: xOf(earliest), unixNano: earliest, anchor: 'middle' }]
        : [
            { x: LEFT, unixNano: earliest, anchor: 'start' },
            { x: width, unixNano: latest, anchor: 'end' },
          ],
  };
};

/** Durations below one microsecond count as one: most clocks are no more precise. */
const log10 = (duration: DurationNano): number => Math.log10(Math.max(Number(duration), 1_000));
