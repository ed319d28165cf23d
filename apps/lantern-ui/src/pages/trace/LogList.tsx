import type { SpanId, UnixNano } from '@lantern/telemetry-model';
import { Select } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { isAtLeast, LOG_LEVELS, type LogLevel } from '../../api/log-level.js';
import type { LogLine } from '../../api/log-line.js';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import { LogItem } from './LogItem.js';
import classes from './LogList.module.css';

interface LogListProps {
  /** Lines, oldest first. */
  readonly lines: readonly LogLine[];
  /** Start of the trace. Times are shown relative to it. */
  readonly startUnixNano: UnixNano;
  /** Whether the trace has more lines than the limit. */
  readonly isCut: boolean;
  /** Whether the latest refetch failed. */
  readonly isStale: boolean;
  readonly onOpenSpan: (spanId: SpanId) => void;
  /** Shown at the end of the bar. */
  readonly children?: ReactNode;
}

/** List of all log lines of the trace, sorted by time. */
export const LogList = ({ lines, startUnixNano, isCut, isStale, onOpenSpan, children }: LogListProps) => {
  const [threshold, setThreshold] = useState<LogLevel>('unknown');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);

  const choices = useMemo(() => levelChoices(lines), [lines]);
  const shown = useMemo(() => lines.filter(({ level }) => isAtLeast(level, threshold)), [lines, threshold]);

  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler memoizes these components
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => shown[index]?.key ?? index,
    estimateSize: () => 46,
    overscan: 8,
  });

  return (
    <div className={classes.logs}>
      <div className={classes.bar}>
        <span className={classes.note}>
          {isCut ? `The first ${formatCounted(lines.length, 'line')}` : formatCounted(shown.length, 'line')}
          {isStale && <span className={classes.stale}> · not updated</span>}
        </span>
        <Select
          className={classes.level ?? ''}
          aria-label="Level"
          data={choices}
          value={threshold}
          allowDeselect={false}
          onChange={(value) => setThreshold(LOG_LEVELS.find((level) => level === value) ?? 'unknown')}
        />
        {children}
      </div>
      <div ref={scroller} className={classes.scroller}>
        <ol className={classes.list} aria-label="Log lines" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, key, start }) => {
            const line = shown[index];
            return line === undefined ? undefined : (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className={classes.item}
                style={{ transform: `translateY(${start}px)` }}
              >
                <LogItem
                  line={line}
                  startUnixNano={startUnixNano}
                  isOpen={open.has(line.key)}
                  onToggle={() => setOpen((current) => toggled(current, line.key))}
                  onOpenSpan={onOpenSpan}
                />
              </li>
            );
          })}
        </ol>
      </div>
    </div>
  );
};

/** Returns the levels that occur, with the number of lines that each would leave. */
const levelChoices = (lines: readonly LogLine[]): { value: LogLevel; label: string }[] => {
  const present = LOG_LEVELS.filter(
    (level) => level !== 'unknown' && lines.some((line) => line.level === level),
  );
  return [
    { value: 'unknown', label: 'All levels' },
    ...present.toReversed().map((level) => {
      const count = lines.filter((line) => isAtLeast(line.level, level)).length;
      return { value: level, label: `${level} and above (${formatCount(count)})` };
    }),
  ];
};

const toggled = (set: ReadonlySet<string>, key: string): ReadonlySet<string> => {
  const next = new Set(set);
  if (!next.delete(key)) next.add(key);
  return next;
};
