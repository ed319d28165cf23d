import { Link } from 'react-router';
import type { Call } from '../../api/dependencies.js';
import { formatCount } from '../../shared/format/count.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { callPath, servicePath } from './call-path.js';
import classes from './CallTable.module.css';

interface CallTableProps {
  /** The busiest first. */
  readonly calls: readonly Call[];
  readonly lookback: string;
}

/** The graph in words. */
export const CallTable = ({ calls, lookback }: CallTableProps) => (
  <table className={classes.table}>
    <caption className={classes.caption}>Calls between services</caption>
    <thead>
      <tr>
        <th scope="col">Caller</th>
        <th scope="col">Callee</th>
        <th scope="col" className={classes.number}>
          Calls
        </th>
        <th scope="col" className={classes.number}>
          <span className={classes.hidden}>Traces</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {calls.map((call) => (
        <tr key={`${call.caller} ${call.callee}`}>
          <td>
            <Link to={servicePath(call.caller, lookback)}>
              <ServiceName name={call.caller} />
            </Link>
          </td>
          <td>
            <Link to={servicePath(call.callee, lookback)}>
              <ServiceName name={call.callee} />
            </Link>
          </td>
          <td className={classes.number}>{formatCount(call.count)}</td>
          <td className={classes.number}>
            <Link
              to={callPath(call, lookback)}
              className={classes.traces}
              aria-label={`Traces of ${call.caller} calling ${call.callee}`}
            >
              Traces
            </Link>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);
