import { Button, Skeleton } from '@mantine/core';
import { IconRefresh, IconRouteOff } from '@tabler/icons-react';
import { parseTraceId, type TraceId } from '@lantern/telemetry-model';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { ApiError } from '../../api/http.js';
import { fileOfTraceQuery } from '../../api/opened-files/open-file.js';
import { recoveryInterval } from '../../api/query-client.js';
import type { TraceOverview } from '../../api/trace/trace-api.js';
import { traceQuery } from '../../api/trace/trace-queries.js';
import { startTraceWorker } from '../../api/trace/trace-worker-client.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { Notice } from '../../shared/Notice.js';
import { OpenedFileBar } from './OpenedFileBar.js';
import classes from './TracePage.module.css';
import { TraceView } from './TraceView.js';

// Starts the worker while React renders the page.
startTraceWorker();

/** Polling interval while more spans may arrive. */
const ARRIVING_MILLIS = 2_000;

/**
 * Age at which a trace counts as complete. Exporters batch for some seconds, so newer traces may lack their last
 * spans.
 */
const SETTLED_MILLIS = 15_000;

/** Age after which a missing parent is not expected any more. */
const GIVEN_UP_MILLIS = 120_000;

const TracePage = () => {
  const { traceId: text = '' } = useParams();
  const traceId = parseTraceId(text);
  return traceId === undefined ? (
    <Notice title="Not a valid trace ID" isPage icon={<IconRouteOff size={28} stroke={1.5} />}>
      <title>Trace · Lantern</title>
      <p>
        A trace ID has 1 to 32 hex digits. <code>{text}</code> does not match.{' '}
        <Link to="/search">Search for traces</Link>
      </p>
    </Notice>
  ) : (
    <LoadedTrace key={traceId} traceId={traceId} />
  );
};

export default TracePage;

const LoadedTrace = ({ traceId }: { readonly traceId: TraceId }) => {
  const file = useQuery(fileOfTraceQuery(traceId)).data ?? undefined;
  const trace = useQuery({
    ...traceQuery(traceId),
    refetchInterval: (query) => {
      const { data, error } = query.state;
      if (file !== undefined) return false;
      return isUnknown(error) || (data !== undefined && mayGrow(data, Date.now()))
        ? ARRIVING_MILLIS
        : recoveryInterval(query);
    },
  });

  if (trace.data !== undefined && trace.data.table.length > 0) {
    return (
      <div className={classes.page}>
        {file !== undefined && (
          <OpenedFileBar traceId={traceId} file={file} startUnixNano={trace.data.table.startUnixNano} />
        )}
        <TraceView traceId={traceId} trace={trace.data} file={file} staleBecause={trace.error?.message} />
      </div>
    );
  }
  if (trace.isPending) return <TraceSkeleton />;
  if (trace.error !== null && !isUnknown(trace.error)) {
    return (
      <LoadFailed
        what="The trace"
        isPage
        error={trace.error}
        onRetry={() => void trace.refetch()}
        isRetrying={trace.isFetching}
      />
    );
  }
  return (
    <Notice title="Trace not found" isPage icon={<IconRouteOff size={28} stroke={1.5} />}>
      <title>Trace not found · Lantern</title>
      <p>
        Lantern has no spans with the trace ID <code>{traceId}</code>. They may still be on their way: this
        page retries every few seconds. Otherwise the trace was not sampled, or was evicted because of its
        age.
      </p>
      <Button
        leftSection={<IconRefresh size={14} />}
        onClick={() => void trace.refetch()}
        loading={trace.isFetching}
        component="button"
      >
        Retry now
      </Button>
    </Notice>
  );
};

const isUnknown = (error: Error | null): boolean => error instanceof ApiError && error.isNotFound;

/** Whether more spans are likely to arrive. */
const mayGrow = ({ table }: TraceOverview, nowMillis: number): boolean => {
  const age = nowMillis - (Number(table.startUnixNano / 1_000_000n) + table.duration / 1e6);
  return age < (table.missingParents.length > 0 ? GIVEN_UP_MILLIS : SETTLED_MILLIS);
};

const TraceSkeleton = () => (
  <div className={classes.skeleton} role="status" aria-label="Loading the trace">
    <Skeleton height={20} width="32%" radius="xs" />
    <Skeleton height={13} width="58%" radius="xs" />
    <div className={classes.skeletonRows}>
      {Array.from({ length: 10 }, (_, row) => (
        <Skeleton key={row} height={12} width={`${62 - row * 4}%`} ml={`${row * 3}%`} radius="xs" />
      ))}
    </div>
  </div>
);
