import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState, type ReactNode } from 'react';
import type { LogLine } from '../../api/log-line.js';
import { LineRow } from './LineRow.js';
import type { FieldFilter } from './query-edit.js';
import classes from './LineList.module.css';

interface LineListProps {
  readonly lines: readonly LogLine[];
  readonly labelNames: ReadonlySet<string>;
  readonly marked: readonly string[];
  readonly isWrapped: boolean;
  /** Shown after the last line. */
  readonly end: ReactNode;
  readonly onFilter: (filter: FieldFilter) => void;
  readonly onContext: (line: LogLine) => void;
  /**
   * Called when the first line enters or leaves the viewport. New lines may be prepended while it is visible, because
   * nothing that is read moves then.
   */
  readonly onAtTop?: (isAtTop: boolean) => void;
}

const ROW_HEIGHT = 26;

/** Virtualized list of lines that expand to their fields. */
export const LineList = ({
  lines,
  labelNames,
  marked,
  isWrapped,
  end,
  onFilter,
  onContext,
  onAtTop,
}: LineListProps) => {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler memoizes these components
  const virtualizer = useVirtualizer({
    count: lines.length + 1,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => lines[index]?.key ?? 'end',
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    // Renders a screen of rows before the height of the list is known.
    initialRect: { width: 0, height: 900 },
  });
  const toggle = (key: string) =>
    setOpen((current) => {
      const next = new Set(current);
      if (!next.delete(key)) next.add(key);
      return next;
    });

  return (
    <div
      ref={scroller}
      className={classes.scroller}
      tabIndex={-1}
      onScroll={({ currentTarget }) => onAtTop?.(currentTarget.scrollTop < ROW_HEIGHT)}
    >
      <ol className={classes.list} aria-label="Log lines" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const line = lines[index];
          return (
            <li
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className={classes.item}
              style={{ transform: `translateY(${start}px)` }}
            >
              {line === undefined ? (
                <div className={classes.end}>{end}</div>
              ) : (
                <LineRow
                  line={line}
                  labelNames={labelNames}
                  marked={marked}
                  isWrapped={isWrapped}
                  isOpen={open.has(line.key)}
                  onToggle={() => toggle(line.key)}
                  onFilter={onFilter}
                  onContext={() => onContext(line)}
                />
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
};
