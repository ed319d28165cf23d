import type { ReactNode } from 'react';
import type { LogLine } from '../api/log-line.js';
import { CopyButton } from './CopyButton.js';
import { FieldTable } from './FieldTable.js';
import { formatTime } from './format/time.js';
import classes from './LineDetails.module.css';

interface LineDetailsProps {
  readonly line: LogLine;
  /** What can be done with a field, behind its value. */
  readonly tools?: (key: string, value: string) => ReactNode;
  /** Links and buttons: where the line leads. */
  readonly children?: ReactNode;
}

/** What a log line unfolds to: its fields, where it leads, and the line as it was sent. */
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
