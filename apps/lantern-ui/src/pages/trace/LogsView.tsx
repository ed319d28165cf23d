import { Button } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { SpanId, SpanTable, TraceId } from '@lantern/telemetry-model';
import { Link } from 'react-router';
import type { LogLine } from '../../api/log-line.js';
import { LOG_LIMIT } from '../../api/trace-streams.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { LogList } from './LogList.js';
import classes from './LogsView.module.css';
import { logsPageOf } from './logs-page.js';

interface LogsViewProps {
  readonly traceId: TraceId;
  readonly table: SpanTable;
  readonly logs: UseQueryResult<LogLine[]>;
  readonly onOpenSpan: (spanId: SpanId) => void;
}

/** View with all log lines of the trace, sorted by time. */
export const LogsView = ({ traceId, table, logs, onOpenSpan }: LogsViewProps) => {
  if (logs.isError && logs.data === undefined) {
    return (
      <LoadFailed
        what="The logs"
        error={logs.error}
        onRetry={() => void logs.refetch()}
        isRetrying={logs.isFetching}
      />
    );
  }
  if (logs.data === undefined) {
    return (
      <p className={classes.hint} role="status">
        Loading logs…
      </p>
    );
  }
  if (logs.data.length === 0) {
    return (
      <p className={classes.hint}>
        No log line has this trace’s ID. Lantern finds lines by their <code>trace_id</code>. Services that log
        with <code>@lantern/observability</code> add it automatically.
      </p>
    );
  }
  return (
    <div className={classes.view}>
      <LogList
        lines={logs.data}
        startUnixNano={table.startUnixNano}
        isCut={logs.data.length >= LOG_LIMIT}
        isStale={logs.isError}
        onOpenSpan={onOpenSpan}
      >
        <Button
          component={Link}
          to={logsPageOf(traceId, table)}
          leftSection={<IconExternalLink size={14} stroke={1.75} />}
        >
          Open in Logs
        </Button>
      </LogList>
    </div>
  );
};
