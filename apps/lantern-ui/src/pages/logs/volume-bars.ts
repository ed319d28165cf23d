import { LOG_LEVELS, levelOf, type LogLevel } from '../../api/log-level.js';
import type { MetricResult } from '../../api/loki.js';

/** Number of lines in one step. */
export interface VolumeBar {
  readonly startMillis: number;
  readonly endMillis: number;
  readonly total: number;
  readonly counts: ReadonlyMap<LogLevel, number>;
}

export interface Volume {
  readonly bars: readonly VolumeBar[];
  /** Number of lines in the highest bar. */
  readonly most: number;
  /** Levels that occur, most severe first. */
  readonly levels: readonly { readonly level: LogLevel; readonly count: number }[];
}

/** Returns the bars. A sample counts the step that ends at its time. */
export const volumeOf = ({ series, startMillis, endMillis, stepMillis }: MetricResult): Volume => {
  const count = Math.max(0, Math.round((endMillis - startMillis) / stepMillis));
  const counts = Array.from({ length: count }, () => new Map<LogLevel, number>());
  for (const { labels, points } of series) {
    const level = levelOf(labels.level ?? labels.detected_level);
    for (const [millis, value] of points) {
      const bar = counts[Math.round((millis - startMillis) / stepMillis) - 1];
      bar?.set(level, (bar.get(level) ?? 0) + value);
    }
  }
  const bars = counts.map((levels, index) => ({
    startMillis: startMillis + index * stepMillis,
    endMillis: startMillis + (index + 1) * stepMillis,
    total: sum(levels.values()),
    counts: levels,
  }));
  return {
    bars,
    most: Math.max(0, ...bars.map(({ total }) => total)),
    levels: LOG_LEVELS.map((level) => ({
      level,
      count: sum(bars.map((bar) => bar.counts.get(level) ?? 0)),
    })).filter((level) => level.count > 0),
  };
};

const sum = (numbers: Iterable<number>): number => {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
};
