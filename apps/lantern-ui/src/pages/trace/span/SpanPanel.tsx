import { operationOf, serviceOf, type TraceId } from '@lantern/telemetry-model';
import { CloseButton, Skeleton } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { TraceOverview } from '../../../api/trace/trace-api.js';
import { spanQuery } from '../../../api/trace/trace-queries.js';
import type { LogLine } from '../../../api/log-line.js';
import { LoadFailed } from '../../../shared/LoadFailed.js';
import { SpanDetails } from './SpanDetails.js';
import classes from './SpanPanel.module.css';

interface SpanPanelProps {
  readonly traceId: TraceId;
  readonly trace: TraceOverview;
  readonly row: number;
  /** Log lines of the span. */
  readonly logs: readonly LogLine[];
  /** Key of the line to expand. */
  readonly openLine: string | undefined;
  readonly onOpen: (row: number) => void;
  readonly onClose: () => void;
}

/** Panel with the data of one span, beside the view, or below it in a narrow window. */
export const SpanPanel = ({ traceId, trace, row, logs, openLine, onOpen, onClose }: SpanPanelProps) => {
  const { table } = trace;
  const span = useQuery({ ...spanQuery(traceId, trace.version, row), placeholderData: keepPreviousData });
  return (
    <aside className={classes.panel} aria-label="Details">
      <div className={classes.head}>
        <h2 className={classes.title}>Span</h2>
        <CloseButton size="sm" aria-label="Close the panel" onClick={onClose} />
      </div>
      <div className={classes.content}>
        {span.isError && (
          <LoadFailed
            what="The span"
            error={span.error}
            onRetry={() => void span.refetch()}
            isRetrying={span.isFetching}
          />
        )}
        {span.isPending && (
          <div
            className={classes.waiting}
            role="status"
            aria-label={`Loading ${serviceOf(table, row)} ${operationOf(table, row)}`}
          >
            <Skeleton height={14} width="40%" />
            <Skeleton height={18} width="70%" />
            <Skeleton height={90} />
          </div>
        )}
        {span.data !== undefined && span.data.span.spanId === table.spanIds[row] && (
          <SpanDetails
            key={span.data.span.spanId}
            trace={trace}
            row={row}
            detail={span.data}
            logs={logs}
            openLine={openLine}
            onOpen={onOpen}
          />
        )}
      </div>
    </aside>
  );
};
