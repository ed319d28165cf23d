import { useState } from 'react';
import { Link } from 'react-router';
import { formatCount } from '../../shared/format/count.js';
import { ALARMING_ERROR_SHARE, formatMillis, formatPercent } from '../../shared/format/rate.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { SortHead } from '../../shared/table/SortHead.js';
import table from '../../shared/table/Table.module.css';
import type { TimeRange } from '../../time-range/time-range.js';
import { callKey, type MarkedCall } from './call-graph.js';
import { callPath } from './call-path.js';
import { sortCalls, type CallOrder } from './call-order.js';
import classes from './CallTable.module.css';
import { visibleText } from '../../shared/visible-text.js';

interface CallTableProps {
  readonly calls: readonly MarkedCall[];
  readonly range: TimeRange;
  readonly focusPath: (service: string) => string;
}

const COLUMNS: readonly {
  readonly by: CallOrder['by'];
  readonly label: string;
  readonly isNumber: boolean;
}[] = [
  { by: 'caller', label: 'Caller', isNumber: false },
  { by: 'callee', label: 'Callee', isNumber: false },
  { by: 'count', label: 'Calls', isNumber: true },
  { by: 'errors', label: 'Failed', isNumber: true },
  { by: 'p50', label: 'p50', isNumber: true },
  { by: 'p95', label: 'p95', isNumber: true },
  { by: 'p99', label: 'p99', isNumber: true },
];

/** Table with the data of the graph. */
export const CallTable = ({ calls, range, focusPath }: CallTableProps) => {
  const [order, setOrder] = useState<CallOrder>({ by: 'count', descends: true });
  return (
    <div className={table.frame}>
      <table className={table.table}>
        <caption className={table.hidden}>Calls between services</caption>
        <thead>
          <tr>
            {COLUMNS.map(({ by, label, isNumber }) => (
              <SortHead
                key={by}
                label={label}
                isNumber={isNumber}
                isSorted={order.by === by}
                descends={order.descends}
                onSort={() => setOrder({ by, descends: order.by === by ? !order.descends : isNumber })}
              />
            ))}
            <th scope="col" className={classes.marks}>
              <span className={table.hidden}>Notes</span>
            </th>
            <th scope="col" className={table.number}>
              <span className={table.hidden}>Traces</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sortCalls(calls, order).map((call) => (
            <CallRow key={callKey(call)} call={call} range={range} focusPath={focusPath} />
          ))}
        </tbody>
      </table>
    </div>
  );
};

interface CallRowProps {
  readonly call: MarkedCall;
  readonly range: TimeRange;
  readonly focusPath: (service: string) => string;
}

const CallRow = ({ call, range, focusPath }: CallRowProps) => {
  const { caller, callee, count, errorCount, latency } = call;
  return (
    <tr>
      <td className={classes.service}>
        <Link to={focusPath(caller)} replace>
          <ServiceName name={caller} />
        </Link>
      </td>
      <td className={classes.service}>
        <Link to={focusPath(callee)} replace>
          <ServiceName name={callee} />
        </Link>
      </td>
      <td className={table.number}>{formatCount(count)}</td>
      <td className={table.number} data-alarming={errorCount / count > ALARMING_ERROR_SHARE}>
        {formatPercent(errorCount / count)}
      </td>
      {(['p50', 'p95', 'p99'] as const).map((share) => (
        <td key={share} className={table.number}>
          {latency === undefined ? '–' : formatMillis(latency[share])}
        </td>
      ))}
      <td className={classes.marks}>
        {call.isNew && (
          <span className={table.mark} title="Not seen in the previous period of the same length">
            new
          </span>
        )}
        {call.isInCycle && (
          <span
            className={table.mark}
            title="The callee calls the caller, directly or through other services"
          >
            cycle
          </span>
        )}
      </td>
      <td className={table.number}>
        <Link
          to={callPath(call, range)}
          className={classes.traces}
          aria-label={visibleText(`Traces of ${caller} calling ${callee}`)}
        >
          Traces
        </Link>
      </td>
    </tr>
  );
};
