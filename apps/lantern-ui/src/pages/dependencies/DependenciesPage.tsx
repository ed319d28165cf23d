import { Select } from '@mantine/core';
import { IconTopologyStar3 } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { callsQuery } from '../../api/dependencies.js';
import { formatCounted } from '../../shared/format/count.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { lookbackMillis, lookbacksWith } from '../../shared/lookback.js';
import { Notice } from '../../shared/Notice.js';
import { CallTable } from './CallTable.js';
import classes from './DependenciesPage.module.css';
import { DependencyGraph } from './DependencyGraph.js';

const DEFAULT_LOOKBACK = '24h';

const DependenciesPage = () => {
  const [params, setParams] = useSearchParams();
  const asked = params.get('lookback') ?? '';
  const lookback = lookbackMillis(asked) === undefined ? DEFAULT_LOOKBACK : asked;
  const calls = useQuery({ ...callsQuery(lookbackMillis(lookback) ?? 0), placeholderData: keepPreviousData });
  const services = new Set(calls.data?.flatMap(({ caller, callee }) => [caller, callee]));

  return (
    <div className={classes.page}>
      <title>Dependencies · Lantern</title>
      <div className={classes.bar}>
        <h1 className={classes.heading}>Dependencies</h1>
        {calls.data !== undefined && (
          <span className={classes.note} aria-live="polite">
            {formatCounted(services.size, 'service')}, {formatCounted(calls.data.length, 'connection')}
            {calls.isError && <span className={classes.stale}> · not updated: {calls.error.message}</span>}
          </span>
        )}
        <Select
          className={classes.time ?? ''}
          aria-label="Time"
          data={[...lookbacksWith(lookback)]}
          value={lookback}
          allowDeselect={false}
          onChange={(value) =>
            setParams(value === null || value === DEFAULT_LOOKBACK ? {} : { lookback: value })
          }
        />
      </div>
      {calls.isPending ? (
        <p className={classes.loading} role="status">
          Loading the calls…
        </p>
      ) : calls.data === undefined ? (
        <LoadFailed
          what="The dependencies"
          error={calls.error}
          onRetry={() => void calls.refetch()}
          isRetrying={calls.isFetching}
        />
      ) : calls.data.length === 0 ? (
        <Notice title="No service called another" icon={<IconTopologyStar3 size={28} stroke={1.5} />}>
          <p>
            In this time no trace crossed from one service to another. Choose a longer time, or look at{' '}
            <Link to="/search">the latest traces</Link>: a graph needs traces of two services at least.
          </p>
        </Notice>
      ) : (
        <div className={classes.found} data-stale={calls.isPlaceholderData}>
          <DependencyGraph calls={calls.data} lookback={lookback} />
          <CallTable calls={calls.data} lookback={lookback} />
        </div>
      )}
    </div>
  );
};

export default DependenciesPage;
