import { at, operationOf, serviceOf, type SpanTable } from '@lantern/telemetry-model';
import { memo } from 'react';
import type { BadgeColumns } from '../../../api/trace/trace-api.js';
import { formatCount, formatCounted } from '../../../shared/format/count.js';
import { formatNanos, formatOffset } from '../../../shared/format/duration.js';
import { serviceColor } from '../../../shared/service-color.js';
import type { TraceEntry } from '../trace-entries.js';
import classes from './WaterfallRow.module.css';
import { visibleText } from '../../../shared/visible-text.js';

/** Height of a row in pixels. A fixed height lets the list place a hundred thousand rows without measuring them. */
export const ROW_HEIGHT = 28;

/** Depth from which the level is also shown as a number. */
const DEEP = 24;

export const rowId = (row: number): string => `span-${row}`;

interface SpanRowProps {
  readonly table: SpanTable;
  readonly badges: BadgeColumns;
  readonly row: number;
  readonly top: number;
  readonly isCollapsible: boolean;
  readonly isCollapsed: boolean;
  readonly isSelected: boolean;
  readonly isCursor: boolean;
  /** Whether the row matches the search. Undefined without a search. */
  readonly isMatch: boolean | undefined;
}

/**
 * Row of a span. It has few elements, because scrolling mounts hundreds of rows per second: icons are CSS, the canvas
 * behind draws the bar, and the container handles the events.
 */
export const SpanRow = memo((props: SpanRowProps) => {
  const { table, badges, row, top, isCollapsible, isCollapsed, isSelected, isCursor, isMatch } = props;
  const service = serviceOf(table, row);
  const operation = operationOf(table, row);
  const depth = at(table.depth, row);
  const parent = at(table.parent, row);
  const isError = at(table.isError, row) === 1;
  const below = at(table.subtreeSize, row) - 1;
  const errorsBelow = isCollapsed ? at(table.errorsBelow, row) : 0;
  const isOrphan = at(table.isOrphan, row) === 1;
  const status = badges.words[at(badges.status, row)] ?? '';
  const system = badges.words[at(badges.system, row)] ?? '';
  return (
    <div
      id={rowId(row)}
      className={classes.row}
      role="treeitem"
      aria-level={depth + 1}
      aria-expanded={isCollapsible ? !isCollapsed : undefined}
      aria-selected={isSelected}
      data-row={row}
      data-cursor={isCursor}
      data-match={isMatch}
      style={{ transform: `translateY(${top}px)`, '--service': serviceColor(service) }}
    >
      <div className={classes.name} style={{ '--indent': depth }}>
        <span className={classes.guides} />
        <span
          className={isCollapsible ? classes.toggle : classes.leaf}
          data-toggle={isCollapsible || undefined}
          data-open={!isCollapsed}
          title={
            isCollapsible ? (isCollapsed ? `Expand ${formatCounted(below, 'span')}` : 'Collapse') : undefined
          }
        />
        <span className={classes.color} />
        {depth >= DEEP && (
          <span className={classes.deep} title={`Level ${formatCount(depth + 1)}`}>
            {formatCount(depth + 1)}
          </span>
        )}
        {isError && <span className={classes.error} />}
        {!isError && errorsBelow > 0 && (
          <span className={classes.errorBelow} title={`${formatCounted(errorsBelow, 'error')} below`} />
        )}
        {isOrphan && <span className={classes.orphan} title="Its parent span was not received" />}
        <span className={classes.text} title={visibleText(`${service} ${operation}`)}>
          {/* If the service is the same as in the row above, only its color is shown. Screen readers read the name. */}
          <bdi
            className={
              parent !== -1 && serviceOf(table, parent) === service ? classes.unseen : classes.service
            }
          >
            {visibleText(service)}
          </bdi>{' '}
          <bdi className={classes.operation}>{visibleText(operation)}</bdi>
          <span className={classes.unseen}>{spoken(props, isError, errorsBelow, isOrphan)}</span>
        </span>
        {status !== '' && (
          <span className={classes.badge} data-tone={toneOf(Number(status))} title={`HTTP status ${status}`}>
            {status}
          </span>
        )}
        {system !== '' && <span className={classes.badge}>{system}</span>}
        {isCollapsed && below > 0 && <span className={classes.hidden}>+{formatCount(below)}</span>}
      </div>
    </div>
  );
});
SpanRow.displayName = 'SpanRow';

/** Returns the text for screen readers of what icons and the canvas show. */
const spoken = (
  { table, row }: SpanRowProps,
  isError: boolean,
  errorsBelow: number,
  isOrphan: boolean,
): string =>
  [
    isError ? ' error' : '',
    errorsBelow > 0 ? ` ${formatCounted(errorsBelow, 'error')} below` : '',
    isOrphan ? ' parent not received' : '',
    ` ${formatNanos(at(table.end, row) - at(table.start, row))}`,
    ` at ${formatOffset(BigInt(Math.round(at(table.start, row))))}`,
  ].join('');

const toneOf = (status: number): 'plain' | 'warn' | 'error' =>
  status >= 500 ? 'error' : status >= 400 ? 'warn' : 'plain';

interface EntryRowProps {
  readonly table: SpanTable;
  readonly entry: TraceEntry;
  readonly index: number;
  readonly top: number;
  readonly isSelected: boolean;
}

/** Row of an event or log line, below its span. */
export const EntryRow = memo(({ table, entry, index, top, isSelected }: EntryRowProps) => (
  <div
    className={classes.row}
    role="treeitem"
    aria-level={at(table.depth, entry.row) + 2}
    aria-selected={isSelected}
    data-entry={index}
    data-tone={entry.tone}
    style={{ transform: `translateY(${top}px)`, '--service': serviceColor(serviceOf(table, entry.row)) }}
  >
    <div className={classes.name} style={{ '--indent': at(table.depth, entry.row) + 1 }}>
      <span className={classes.guides} />
      <span className={classes.leaf} />
      <span className={classes.level} data-level={entry.level}>
        {entry.level === 'unknown' ? 'log' : entry.level}
      </span>
      <span className={classes.said} title={visibleText(entry.text)}>
        <bdi>{visibleText(entry.text.slice(0, MOST_TEXT))}</bdi>
        <span className={classes.unseen}> {formatOffset(BigInt(Math.round(entry.time)))}</span>
      </span>
      {entry.isStray && (
        <span className={classes.badge} title="The span ID of the line matches no span of this trace">
          no span
        </span>
      )}
    </div>
  </div>
));
EntryRow.displayName = 'EntryRow';

const MOST_TEXT = 240;
