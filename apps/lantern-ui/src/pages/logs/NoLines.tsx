import { Button } from '@mantine/core';
import { IconFileOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { endpointsQuery } from '../../api/endpoints.js';
import { Notice } from '../../shared/Notice.js';
import { rangePhrase } from '../../time-range/time-range.js';
import { ANY_SERVICE, logsPath, type LogsPageState } from './logs-params.js';

interface NoLinesProps {
  readonly state: LogsPageState;
  /** Whether Lantern has received any line. */
  readonly hasLabels: boolean;
  readonly onLonger: () => void;
}

/** Shown when a query matches nothing, or when no line was ever received. */
export const NoLines = ({ state, hasLabels, onLonger }: NoLinesProps) =>
  hasLabels ? (
    <Notice title="No matching lines" icon={<IconFileOff size={28} stroke={1.5} />}>
      <p>No line {rangePhrase(state.range)} matches this query.</p>
      {state.query !== ANY_SERVICE && (
        <p>
          <Link to={logsPath({ ...state, query: ANY_SERVICE })}>Show lines of all services</Link>
        </p>
      )}
      <Button onClick={onLonger}>Search the last 2 days</Button>
    </Notice>
  ) : (
    <NoLogs />
  );

const NoLogs = () => {
  const { data: endpoints } = useQuery(endpointsQuery());
  return (
    <Notice title="No logs yet" icon={<IconFileOff size={28} stroke={1.5} />}>
      <p>Lantern received no log line in the last hours.</p>
      {endpoints !== undefined && (
        <p>
          Services that use <code>@lantern/observability</code> push their lines with{' '}
          <code>LOKI_URL={endpoints.loki}</code>. Other senders push to Loki’s API at this address, or send
          OTLP logs to <code>{endpoints.otlp}</code>.
        </p>
      )}
    </Notice>
  );
};
