import type { ReactNode } from 'react';
import type { LogLine } from '../api/log-line.js';
import { CopyButton } from './CopyButton.js';
import { FieldTable } from './FieldTable.js';
import { formatTime } from './format/time.js';
import classes from './LineDetails.module.css';

interface LineDetailsProps {
  readonly line: LogLine;
  /** Actions of a field. */
  readonly tools?: (key: string, value: string) => ReactNode;
  /** Links and buttons of the line. */
  readonly children?: ReactNode;
}

/** Details of a log line: fields, links and the line as received. */
export const LineDetails = ({ line, tools, children }: LineDetailsProps) => (
  <>
    <FieldTable
      label="Fields"
      fields={[...line.fields, ['time', formatTime(line.timeUnixNano)]]}
      {...(tools !== undefined && { tools })}
    />
    <div className={classes.actions}>
      {children}
      <span className={classes.copy}>
        Line as sent <CopyButton value={line.line} what="log line" />
      </span>
    </div>
  </>
);
