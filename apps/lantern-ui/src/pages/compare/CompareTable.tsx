import type { CallDifference, CallSide } from '@lantern/telemetry-model';
import { Skeleton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { formatNanos } from '../../shared/format/duration.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { callRows, type CallRow } from './call-rows.js';
import { changeOf } from './changes.js';
import type { CallOrder } from './compare-address.js';
import { visibleText } from '../../shared/visible-text.js';
import classes from './CompareTable.module.css';

interface CompareTableProps {
  readonly differences: readonly CallDifference[] | undefined;
  readonly isStale: boolean;
  readonly isDifferent: boolean;
  readonly order: CallOrder;
}

const ROW_HEIGHT = 32;

/** Maximum indentation level; deeper names would leave their column. */
const DEEPEST_INSET = 16;

/** Table of the calls of both sides, with their total durations and the difference. */
export const CompareTable = ({ differences, isStale, isDifferent, order }: CompareTableProps) => {
  const rows = useMemo(
    () => (differences === undefined ? undefined : callRows(differences, { isDifferent, order })),
    [differences, isDifferent, order],
  );
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler memoizes these components
  const virtualizer = useVirtualizer({
    count: rows?.length ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const most = Math.max(1, ...(rows ?? []).map(({ delta }) => Math.abs(delta)));
  const items = virtualizer.getVirtualItems();
  const [above, below] = [items[0]?.start ?? 0, virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0)];

  if (rows === undefined) {
    return (
      <div className={classes.waiting} role="status" aria-label="Comparing">
        {Array.from({ length: 8 }, (_, row) => (
          <Skeleton key={row} height={12} width={`${80 - row * 6}%`} my={10} />
        ))}
      </div>
    );
  }
  if (rows.length === 0) {
    return <p className={classes.none}>No differences: same calls, similar durations.</p>;
  }
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      data-stale={isStale}
      tabIndex={0}
      role="region"
      aria-label="Calls of both traces"
    >
      <table className={classes.table} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col" className={classes.first}>
              Call
            </th>
            <th scope="col" title="Total duration of the calls in A">
              A
            </th>
            <th scope="col" title="Total duration of the calls in B">
              B
            </th>
            <th scope="col" className={classes.change} title="Total duration in B minus A">
              Difference
            </th>
            <th scope="col" title="Calls in A and in B">
              Calls
            </th>
            <th scope="col" title="Failed calls in A and in B">
              Errors
            </th>
          </tr>
        </thead>
        <tbody>
          {above > 0 && (
            <tr aria-hidden>
              <td colSpan={6} style={{ height: above }} />
            </tr>
          )}
          {items.map(({ index }) => {
            const row = rows[index];
            return (
              row && (
                <Row
                  key={row.call.index}
                  row={row}
                  place={index + 2}
                  inset={order === 'tree' ? Math.min(row.call.depth, DEEPEST_INSET) : 0}
                  most={most}
                />
              )
            );
          })}
          {below > 0 && (
            <tr aria-hidden>
              <td colSpan={6} style={{ height: below }} />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
};

interface RowProps {
  readonly row: CallRow;
  /** Index among all rows; only some rows are in the DOM. */
  readonly place: number;
  readonly inset: number;
  readonly most: number;
}

const Row = ({ row, place, inset, most }: RowProps) => {
  const { call, before, after, delta } = row;
  const change = changeOf(call.change);
  const share = (Math.abs(delta) / most) * 50;
  return (
    <tr aria-rowindex={place} data-change={call.change} data-context={row.isContext}>
      <th scope="row" className={classes.first}>
        <span className={classes.call} style={{ '--depth': inset }}>
          <span className={classes.sign} title={change?.label} role="img" aria-label={change?.label}>
            {change?.sign}
          </span>
          <span className={classes.service} title={visibleText(call.service)}>
            <ServiceName name={call.service} />
          </span>
          <bdi className={classes.operation} title={visibleText(call.operation)}>
            {visibleText(call.operation.slice(0, 200)) || 'unnamed'}
          </bdi>
        </span>
      </th>
      <td title={perCall(call.a)}>{before === undefined ? <Absent /> : formatNanos(before)}</td>
      <td title={perCall(call.b)}>{after === undefined ? <Absent /> : formatNanos(after)}</td>
      <td className={classes.change}>
        <span className={classes.delta}>
          {delta === 0 ? '0' : `${delta > 0 ? '+' : '−'}${formatNanos(Math.abs(delta))}`}
        </span>
        <span className={classes.track} aria-hidden>
          <span
            className={classes.bar}
            style={delta > 0 ? { left: '50%', width: `${share}%` } : { right: '50%', width: `${share}%` }}
          />
        </span>
      </td>
      <td>{pair(call.a?.count, call.b?.count)}</td>
      <td data-error={(call.b?.errorCount ?? 0) > (call.a?.errorCount ?? 0)} className={classes.errors}>
        {pair(call.a?.errorCount, call.b?.errorCount)}
      </td>
    </tr>
  );
};

const perCall = (side: CallSide | undefined): string | undefined =>
  side && `Mean duration per call: ${formatNanos(side.totalNano / side.count)}`;

const Absent = () => <span className={classes.absent}>–</span>;

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** Formats a count as `3`, or as `3 → 5` if it changed. Counts of a cohort are means. */
const pair = (before = 0, after = 0): string => {
  const [a, b] = [NUMBER.format(before), NUMBER.format(after)];
  return a === b ? (before === 0 ? '' : a) : `${a} → ${b}`;
};
