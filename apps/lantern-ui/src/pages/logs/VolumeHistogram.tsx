import { useMemo, useState, type PointerEvent } from 'react';
import type { LogLevel } from '../../api/log-level.js';
import type { MetricResult } from '../../api/loki.js';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import { formatShortTime } from '../../shared/format/time.js';
import { volumeOf, type VolumeBar } from './volume-bars.js';
import classes from './VolumeHistogram.module.css';

interface VolumeHistogramProps {
  readonly result: MetricResult | undefined;
  readonly isStale: boolean;
  /** Reason why the volume is not available. The lines below report their own errors. */
  readonly error: Error | null;
  readonly onZoom: (startMillis: number, endMillis: number) => void;
  readonly onLevel: (level: LogLevel) => void;
}

/** Number of lines over time by level. Dragging zooms into a time range. */
export const VolumeHistogram = ({ result, isStale, error, onZoom, onLevel }: VolumeHistogramProps) => {
  const volume = useMemo(() => (result === undefined ? undefined : volumeOf(result)), [result]);
  const [selection, setSelection] = useState<readonly [from: number, to: number]>();
  const [hovered, setHovered] = useState<VolumeBar>();

  const indexAt = (event: PointerEvent<HTMLDivElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const count = volume?.bars.length ?? 0;
    return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * count)));
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    const index = indexAt(event);
    setHovered(volume?.bars[index]);
    if (selection !== undefined) setSelection([selection[0], index]);
  };
  const finish = () => {
    if (selection === undefined || volume === undefined) return;
    const [from, to] = [...selection].sort((a, b) => a - b);
    const [first, last] = [volume.bars[from ?? 0], volume.bars[to ?? 0]];
    setSelection(undefined);
    if (first !== undefined && last !== undefined) onZoom(first.startMillis, last.endMillis);
  };

  const total = volume?.levels.reduce((lines, { count }) => lines + count, 0);
  const [low, high] = selection === undefined ? [-1, -2] : [Math.min(...selection), Math.max(...selection)];
  return (
    <figure className={classes.histogram} data-stale={isStale}>
      <div
        className={classes.plot}
        role="img"
        aria-label={
          volume === undefined
            ? 'Lines over time'
            : `Lines over time: ${volume.levels.map(({ level, count }) => `${formatCount(count)} ${level}`).join(', ')}`
        }
        onPointerDown={(event) => {
          if (volume === undefined || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const index = indexAt(event);
          setSelection([index, index]);
        }}
        onPointerMove={move}
        onPointerUp={finish}
        onPointerCancel={() => setSelection(undefined)}
        onPointerLeave={() => setHovered(undefined)}
      >
        {volume?.bars.map((bar, index) => (
          <div
            key={bar.startMillis}
            className={classes.slot}
            data-selected={index >= low && index <= high}
            data-hovered={hovered?.startMillis === bar.startMillis}
          >
            {volume.levels
              .filter(({ level }) => bar.counts.has(level))
              .map(({ level }) => (
                <div
                  key={level}
                  className={classes.part}
                  data-level={level}
                  style={{ height: `${((bar.counts.get(level) ?? 0) / volume.most) * 100}%` }}
                />
              ))}
          </div>
        ))}
      </div>
      <figcaption className={classes.caption}>
        <span className={classes.edge}>{result && formatShortTime(result.startMillis)}</span>
        <span className={classes.middle}>
          {error !== null ? (
            <span className={classes.note}>Volume not available: {error.message}</span>
          ) : hovered !== undefined && hovered.total > 0 ? (
            <span className={classes.note}>
              {formatCounted(hovered.total, 'line')}, {formatShortTime(hovered.startMillis)} –{' '}
              {formatShortTime(hovered.endMillis)}
            </span>
          ) : (
            <>
              {total !== undefined && <span className={classes.total}>{formatCounted(total, 'line')}</span>}
              {volume?.levels.map(({ level, count }) => (
                <button
                  key={level}
                  type="button"
                  className={classes.level}
                  data-level={level}
                  title={`Show only level ${level}`}
                  onClick={() => onLevel(level)}
                >
                  <span className={classes.swatch} data-level={level} aria-hidden />
                  {level} {formatCount(count)}
                </button>
              ))}
            </>
          )}
        </span>
        <span className={classes.edge}>{result && formatShortTime(result.endMillis)}</span>
      </figcaption>
    </figure>
  );
};
