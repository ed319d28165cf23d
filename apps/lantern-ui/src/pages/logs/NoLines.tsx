import { Button } from '@mantine/core';
import { IconFileOff } from '@tabler/icons-react';
import { Link } from 'react-router';
import { Notice } from '../../shared/Notice.js';
import { rangePhrase } from '../../shared/time-range.js';
import { ANY_SERVICE, logsPath, type LogsPageState } from './logs-params.js';

interface NoLinesProps {
  readonly state: LogsPageState;
  /** Some line has arrived, of whatever service. */
  readonly hasLabels: boolean;
  readonly onLonger: () => void;
}

/** What to do when a query finds nothing, or when nothing was ever sent. */
export const NoLines = ({ state, hasLabels, onLonger }: NoLinesProps) =>
  hasLabels ? (
    <Notice title="No matching lines" icon={<IconFileOff size={28} stroke={1.5} />}>
      <p>Nothing {rangePhrase(state.range)} matches this query.</p>
      {state.query !== ANY_SERVICE && (
        <p>
          <Link to={logsPath({ ...state, query: ANY_SERVICE })}>Show the lines of every service</Link>
        </p>
      )}
      <Button onClick={onLonger}>Look at the last 2 days</Button>
    </Notice>
  ) : (
    <Notice title="No logs yet" icon={<IconFileOff size={28} stroke={1.5} />}>
      <p>
        No service has sent a line in the last hours. Services push them to Loki’s port: set{' '}
        <code>LOKI_URL=http://localhost:3100</code>, or send OTLP logs to port 4318.
      </p>
    </Notice>
  );
