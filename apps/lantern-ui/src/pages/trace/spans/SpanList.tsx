import { at, durationOf, operationOf, serviceOf } from '@lantern/telemetry-model';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { keepPreviousOf } from '../../../api/keep-previous.js';
import type { SortColumn } from '../../../api/trace/trace-api.js';
import { sortQuery } from '../../../api/trace/trace-queries.js';
import { formatCounted } from '../../../shared/format/count.js';
import { formatNanos, formatOffset } from '../../../shared/format/duration.js';
import { ServiceName } from '../../../shared/ServiceName.js';
import { spanKindName } from '../../../api/span-kind.js';
import type { SpanSort } from '../use-trace-address.js';
import type { ViewProps } from '../view-props.js';
import { ViewWaiting } from '../ViewWaiting.js';
import { rowsInView, scrollHeight, type TallList } from '../waterfall/tall-list.js';
import { useBoxSize } from '../waterfall/use-box-size.js';
import classes from './SpanList.module.css';
import { visibleText } from '../../../shared/visible-text.js';

interface SpanListProps extends ViewProps {
  readonly sort: SpanSort;
  readonly onSort: (sort: SpanSort) => void;
}

const ROW_HEIGHT = 32;

const COLUMNS: readonly { by: SortColumn; label: string; isNumber: boolean }[] = [
  { by: 'service', label: 'Service', isNumber: false },
  { by: 'operation', label: 'Operation', isNumber: false },
  { by: 'start', label: 'Start', isNumber: true },
  { by: 'duration', label: 'Duration', isNumber: true },
  { by: 'self', label: 'Self time', isNumber: true },
  { by: 'critical', label: 'Critical path', isNumber: true },
];

/** Table of all spans, or of the matches of a search. */
const SpanList = ({ traceId, trace, matches, selected, onOpen, sort, onSort }: SpanListProps) => {
  const query = useQuery({
    ...sortQuery(traceId, trace.version, sort.by, sort.direction),
    placeholderData: keepPreviousOf('trace-sort', traceId, trace.version),
  });
  const rows = useMemo(
    () => (matches === undefined ? query.data : query.data?.filter((row) => matches[row] === 1)),
    [query.data, matches],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const { height } = useBoxSize(scroller);
  const [scrollTop, setScrollTop] = useState(0);
  const { table } = trace;
  const list: TallList = { count: rows?.length ?? 0, rowHeight: ROW_HEIGHT, viewHeight: height };
  const range = rowsInView(list, scrollTop);
  const sortBy = (by: SortColumn, isNumber: boolean) => {
    const direction = isNumber && by !== 'start' ? -1 : 1;
    onSort({ by, direction: sort.by === by ? (sort.direction === 1 ? -1 : 1) : direction });
  };
  return (
    <div className={classes.view}>
      <div className={classes.table} role="table" aria-label="Spans" aria-rowcount={list.count + 1}>
        <div className={classes.head} role="row">
          {COLUMNS.map(({ by, label, isNumber }) => (
            <span
              key={by}
              role="columnheader"
              aria-sort={sort.by === by ? (sort.direction === 1 ? 'ascending' : 'descending') : 'none'}
              data-number={isNumber}
            >
              <button type="button" className={classes.sort} onClick={() => sortBy(by, isNumber)}>
                {label}
              </button>
            </span>
          ))}
          <span role="columnheader">Kind</span>
          <span role="columnheader">Status</span>
        </div>
        <div
          ref={scroller}
          className={classes.scroller}
          role="rowgroup"
          onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
        >
          {rows === undefined ? (
            <ViewWaiting what="The list of spans" query={query} />
          ) : (
            <div className={classes.rows} role="presentation" style={{ height: scrollHeight(list) }}>
              {Array.from(rows.subarray(range.first, range.end), (row, i) => (
                <div
                  key={row}
                  role="row"
                  aria-rowindex={range.first + i + 2}
                  className={classes.row}
                  data-selected={row === selected}
                  style={{ transform: `translateY(${range.top + i * ROW_HEIGHT}px)` }}
                  onClick={() => onOpen(row)}
                >
                  <span role="cell">
                    <ServiceName name={serviceOf(table, row)} />
                  </span>
                  <span role="cell">
                    <button type="button" className={classes.name} onClick={() => onOpen(row)}>
                      <bdi>{visibleText(operationOf(table, row))}</bdi>
                    </button>
                  </span>
                  <span role="cell" data-number>
                    {formatOffset(BigInt(Math.round(at(table.start, row))))}
                  </span>
                  <span
                    role="cell"
                    data-number
                    className={classes.duration}
                    style={{ '--share': `${(durationOf(table, row) / Math.max(table.duration, 1)) * 100}%` }}
                  >
                    {formatNanos(at(table.end, row) - at(table.start, row))}
                  </span>
                  <span role="cell" data-number>
                    {formatNanos(at(trace.self, row))}
                  </span>
                  <span role="cell" data-number>
                    {at(trace.critical, row) === 0 ? '–' : formatNanos(at(trace.critical, row))}
                  </span>
                  <span role="cell">{spanKindName(at(table.kind, row))}</span>
                  <span role="cell" data-error={at(table.isError, row) === 1}>
                    {at(table.isError, row) === 1
                      ? 'error'
                      : (trace.badges.words[at(trace.badges.status, row)] ?? '')}
                  </span>
                </div>
              ))}
            </div>
          )}
        </div>
      </div>
      <p className={classes.foot} aria-live="polite">
        {matches === undefined
          ? formatCounted(list.count, 'span')
          : `${formatCounted(list.count, 'span')} found`}
      </p>
    </div>
  );
};

export default SpanList;
