import { Link } from 'react-router';
import type { TimeRange } from '../../time-range/time-range.js';
import { logsPath } from '../logs/logs-params.js';
import { quoted } from '../logs/query-edit.js';
import { searchPath } from '../search/search-params.js';
import classes from './ServiceLinks.module.css';

interface ServiceLinksProps {
  readonly service: string | undefined;
  readonly range: TimeRange;
}

/** Links to the traces and log lines of the service of a series, in the time range of the page. */
export const ServiceLinks = ({ service, range }: ServiceLinksProps) =>
  service === undefined ? (
    '–'
  ) : (
    <span className={classes.links}>
      <Link to={searchPath({ service, range })}>Traces</Link>
      <Link to={logsPath({ query: `{service_name=${quoted(service)}}`, range })}>Logs</Link>
    </span>
  );
