import { useState } from 'react';
import type { LogLine } from '../../../api/log-line.js';
import { formatCounted } from '../../../shared/format/count.js';
import { LogItem } from '../LogItem.js';
import classes from './SpanLogs.module.css';

interface SpanLogsProps {
  readonly logs: readonly LogLine[];
  readonly openLine: string | undefined;
  readonly startUnixNano: bigint;
}

export const SpanLogs = ({ logs, openLine, startUnixNano }: SpanLogsProps) => {
  const [open, setOpen] = useState(openLine);
  return (
    <div className={classes.logs}>
      {logs.slice(0, MOST_LOGS).map((line) => (
        <LogItem
          key={line.key}
          line={line}
          startUnixNano={startUnixNano}
          isOpen={open === line.key}
          onToggle={() => setOpen(open === line.key ? undefined : line.key)}
        />
      ))}
      {logs.length > MOST_LOGS && (
        <p className={classes.more}>
          The Logs view of the trace has {formatCounted(logs.length - MOST_LOGS, 'more line')}.
        </p>
      )}
    </div>
  );
};

/** Maximum number of lines shown. The Logs view of the trace shows all of them. */
const MOST_LOGS = 50;
