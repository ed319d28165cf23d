import type { SpanId, TraceNode, TraceTree } from '@lantern/telemetry-model';
import { CloseButton, Tabs } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { LogLine } from '../../api/log-line.js';
import { LOG_LIMIT } from '../../api/trace-logs.js';
import { formatCount } from '../../shared/format/count.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { LogList } from './LogList.js';
import classes from './SidePanel.module.css';
import { SpanDetails } from './SpanDetails.js';
import type { TracePanel } from './use-trace-address.js';

interface SidePanelProps {
  readonly tree: TraceTree;
  readonly panel: TracePanel;
  readonly onPanel: (panel: TracePanel) => void;
  readonly selected: TraceNode | undefined;
  readonly logs: UseQueryResult<LogLine[]>;
  /** Those of the selected span. */
  readonly spanLogs: readonly LogLine[];
  readonly onOpenSpan: (spanId: SpanId) => void;
}

/** Beside the waterfall, or below it where the window is narrow: one span, or the logs of the whole trace. */
export const SidePanel = ({ tree, panel, onPanel, selected, logs, spanLogs, onOpenSpan }: SidePanelProps) => (
  <Tabs
    className={classes.panel ?? ''}
    value={panel}
    onChange={(value) => onPanel(value === 'logs' ? 'logs' : 'span')}
    role="complementary"
    aria-label="Details"
  >
    <div className={classes.head}>
      <Tabs.List className={classes.tabs ?? ''}>
        <Tabs.Tab value="span" className={classes.tab ?? ''}>
          Span
        </Tabs.Tab>
        <Tabs.Tab value="logs" className={classes.tab ?? ''}>
          Logs
          {logs.data !== undefined && <span className={classes.count}>{formatCount(logs.data.length)}</span>}
        </Tabs.Tab>
      </Tabs.List>
      <CloseButton size="sm" aria-label="Close the panel" onClick={() => onPanel('none')} />
    </div>
    <Tabs.Panel value="span" className={classes.content ?? ''}>
      {selected === undefined ? (
        <p className={classes.hint}>
          Select a span in the waterfall to see its attributes, events and process.
        </p>
      ) : (
        <SpanDetails
          key={selected.span.spanId}
          tree={tree}
          node={selected}
          logs={spanLogs}
          onOpenSpan={onOpenSpan}
        />
      )}
    </Tabs.Panel>
    <Tabs.Panel value="logs" className={classes.content ?? ''}>
      {panel === 'logs' && <TraceLogs tree={tree} logs={logs} onOpenSpan={onOpenSpan} />}
    </Tabs.Panel>
  </Tabs>
);

const TraceLogs = ({ tree, logs, onOpenSpan }: Pick<SidePanelProps, 'tree' | 'logs' | 'onOpenSpan'>) => {
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
  if (logs.data === undefined) return <p className={classes.hint}>Loading the logs…</p>;
  if (logs.data.length === 0) {
    return (
      <p className={classes.hint}>
        No log line carries this trace’s ID. Lines are found by their <code>trace_id</code>: services that log
        through <code>@lantern/observability</code> write it by themselves.
      </p>
    );
  }
  return (
    <LogList
      lines={logs.data}
      tree={tree}
      isCut={logs.data.length >= LOG_LIMIT}
      isStale={logs.isError}
      onOpenSpan={onOpenSpan}
    />
  );
};
