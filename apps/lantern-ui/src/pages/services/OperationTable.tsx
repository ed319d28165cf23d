import { useState } from 'react';
import { Link } from 'react-router';
import { formatCounted } from '../../shared/format/count.js';
import { ALARMING_ERROR_SHARE, formatMillis, formatPercent, formatRate } from '../../shared/format/rate.js';
import { SortHead } from '../../shared/table/SortHead.js';
import table from '../../shared/table/Table.module.css';
import type { TimeRange } from '../../time-range/time-range.js';
import { ChangeMark } from './ChangeMark.js';
import { failedPath, slowPath, tracesPath } from './operation-paths.js';
import { operationKey, sortOperations, type OperationOrder, type OperationRow } from './operation-rows.js';
import classes from './OperationTable.module.css';
import { visibleText } from '../../shared/visible-text.js';

interface OperationTableProps {
  readonly rows: readonly OperationRow[];
  readonly range: TimeRange;
}

const COLUMNS: readonly {
  readonly by: OperationOrder;
  readonly label: string;
  readonly isNumber: boolean;
}[] = [
  { by: 'name', label: 'Operation', isNumber: false },
  { by: 'rate', label: 'Requests', isNumber: true },
  { by: 'errors', label: 'Failed', isNumber: true },
  { by: 'p50', label: 'p50', isNumber: true },
  { by: 'p95', label: 'p95', isNumber: true },
  { by: 'p99', label: 'p99', isNumber: true },
  { by: 'impact', label: 'Impact', isNumber: true },
  { by: 'change', label: 'Change', isNumber: false },
];

/** Table of the operations of a service. Figures link to the matching traces. */
export const OperationTable = ({ rows, range }: OperationTableProps) => {
  const [{ by, descends }, setOrder] = useState<{ by: OperationOrder; descends: boolean }>({
    by: 'impact',
    descends: true,
  });
  return (
    <div className={table.frame}>
      <table className={table.table}>
        <caption className={table.hidden}>Operations</caption>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <SortHead
                key={column.by}
                label={column.label}
                isNumber={column.isNumber}
                isSorted={column.by === by}
                descends={descends}
                onSort={() =>
                  setOrder({ by: column.by, descends: column.by === by ? !descends : column.by !== 'name' })
                }
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {sortOperations(rows, by, descends).map((row) => (
            <Row key={operationKey(row)} row={row} range={range} />
          ))}
        </tbody>
      </table>
    </div>
  );
};

const Row = ({ row, range }: { readonly row: OperationRow; readonly range: TimeRange }) => {
  const { name, spanKind, presence, latencyMs, impact } = row;
  const title = (
    <>
      <bdi>{visibleText(name)}</bdi> <span className={classes.kind}>{spanKind}</span>
      {presence !== 'both' && <span className={`${table.mark} ${classes.presence}`}>{presence}</span>}
    </>
  );
  if (presence === 'gone') {
    return (
      <tr className={classes.gone}>
        <td className={table.name}>{title}</td>
        <td className={table.number}>{formatRate(0)}</td>
        <td colSpan={6}>Not called in this period. Its p95 before was {formatMillis(latencyMs.p95)}.</td>
      </tr>
    );
  }
  return (
    <tr>
      <td className={table.name}>
        <Link to={tracesPath(row, range)} title="Traces of the operation">
          {title}
        </Link>
      </td>
      <td className={table.number} title={formatCounted(row.callCount, 'call')}>
        {formatRate(row.rate)}
      </td>
      <td className={table.number} data-alarming={row.errorShare > ALARMING_ERROR_SHARE}>
        {row.errorCount === 0 ? (
          formatPercent(0)
        ) : (
          <Link to={failedPath(row, range)} title="Traces with failed calls">
            {formatPercent(row.errorShare)}
          </Link>
        )}
      </td>
      <td className={table.number}>{formatMillis(latencyMs.p50)}</td>
      <td className={table.number}>
        <Link to={slowPath(row, range)} title="Traces with calls slower than p95">
          {formatMillis(latencyMs.p95)}
        </Link>
      </td>
      <td className={table.number}>{formatMillis(latencyMs.p99)}</td>
      <td className={table.number} title="Share of calls × p95">
        <span className={classes.impact}>
          <span className={classes.bar} aria-hidden>
            <span className={classes.fill} style={{ width: `${impact * 100}%` }} />
          </span>
          {formatPercent(impact)}
        </span>
      </td>
      <td>
        <ChangeMark change={row.change} />
      </td>
    </tr>
  );
};
