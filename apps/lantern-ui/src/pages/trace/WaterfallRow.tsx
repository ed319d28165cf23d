import { durationNano, hasError, type TraceNode } from '@lantern/telemetry-model';
import { IconAlertCircle, IconAlertCircleFilled, IconChevronRight, IconPuzzle } from '@tabler/icons-react';
import { memo } from 'react';
import type { LogLine } from '../../api/log-line.js';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import { formatDuration } from '../../shared/format/duration.js';
import { serviceColor } from '../../shared/service-color.js';
import { marksOf, type RowMark } from './row-marks.js';
import { gradientOf, spanBarOf } from './span-bar.js';
import { spanBadges } from './span-badges.js';
import type { TimeScale } from './time-scale.js';
import classes from './WaterfallRow.module.css';

/** In pixels; rows of one height let a hundred thousand of them be placed without being measured. */
export const ROW_HEIGHT = 28;

/** From here on indentation alone does not tell the level. */
const DEEP = 24;

export const rowId = (node: TraceNode): string => `span-${node.index}`;

interface WaterfallRowProps {
  readonly node: TraceNode;
  readonly top: number;
  readonly scale: TimeScale;
  readonly isCollapsed: boolean;
  readonly isSelected: boolean;
  readonly isCursor: boolean;
  /** Undefined while nothing is looked for. */
  readonly isMatch: boolean | undefined;
  readonly logs: readonly LogLine[];
  readonly onOpen: (node: TraceNode) => void;
  readonly onToggle: (node: TraceNode, isOpen: boolean) => void;
}

export const WaterfallRow = memo((props: WaterfallRowProps) => {
  const { node, top, isCollapsed, isSelected, isCursor, isMatch, onOpen } = props;
  return (
    <div
      id={rowId(node)}
      className={classes.row}
      role="treeitem"
      aria-level={node.depth + 1}
      aria-expanded={node.children.length === 0 ? undefined : !isCollapsed}
      aria-selected={isSelected}
      data-cursor={isCursor}
      data-match={isMatch}
      style={{
        transform: `translateY(${top}px)`,
        height: ROW_HEIGHT,
        '--service': serviceColor(node.service),
      }}
      onClick={() => onOpen(node)}
    >
      <NameCell {...props} />
      <BarCell {...props} />
    </div>
  );
});
WaterfallRow.displayName = 'WaterfallRow';

const NameCell = ({ node, isCollapsed, onToggle }: WaterfallRowProps) => {
  const hidesError = isCollapsed && node.errorsBelow > 0;
  return (
    <div className={classes.name} style={{ '--indent': node.depth }}>
      <span className={classes.guides} aria-hidden />
      {node.children.length > 0 ? (
        <button
          type="button"
          className={classes.toggle}
          tabIndex={-1}
          aria-hidden
          title={isCollapsed ? `Expand ${formatCounted(node.subtreeSize - 1, 'span')}` : 'Collapse'}
          onClick={(event) => {
            event.stopPropagation();
            onToggle(node, isCollapsed);
          }}
        >
          <IconChevronRight size={14} className={classes.chevron} data-open={!isCollapsed} />
        </button>
      ) : (
        <span className={classes.leaf} />
      )}
      <span className={classes.color} />
      {node.depth >= DEEP && (
        <span className={classes.deep} title={`Level ${formatCount(node.depth + 1)}`}>
          {formatCount(node.depth + 1)}
        </span>
      )}
      {hasError(node.span) ? (
        <IconAlertCircleFilled className={classes.error} size={14} aria-hidden />
      ) : (
        hidesError && (
          <span
            className={classes.error}
            title={`${formatCounted(node.errorsBelow, 'error')} below`}
            aria-hidden
          >
            <IconAlertCircle size={14} />
          </span>
        )
      )}
      {node.isOrphan && (
        <span
          className={classes.orphan}
          title={`Its parent ${node.span.parentSpanId ?? ''} has not arrived`}
          aria-hidden
        >
          <IconPuzzle size={14} stroke={1.75} aria-hidden />
        </span>
      )}
      <span className={classes.text} title={`${node.service} ${node.span.name}`}>
        {/* Where the service stays the same its colour says so; who cannot see it hears the name. */}
        <bdi className={node.service === node.parent?.service ? classes.unseen : classes.service}>
          {node.service}
        </bdi>{' '}
        <bdi className={classes.operation}>{node.span.name}</bdi>
        {hasError(node.span) && <span className={classes.unseen}> error</span>}
        {hidesError && (
          <span className={classes.unseen}> {formatCounted(node.errorsBelow, 'error')} below</span>
        )}
        {node.isOrphan && <span className={classes.unseen}> parent not arrived</span>}
      </span>
      {spanBadges(node.span).map(({ text, title, tone }) => (
        <span key={title} className={classes.badge} data-tone={tone} title={title}>
          {text}
        </span>
      ))}
      {isCollapsed && <span className={classes.hidden}>+{formatCount(node.subtreeSize - 1)}</span>}
    </div>
  );
};

const BarCell = ({ node, scale, logs }: WaterfallRowProps) => {
  const bar = spanBarOf(node, scale);
  const marks = marksOf(node, logs, scale);
  const end = bar.left + bar.width;
  const isFailed = hasError(node.span);
  return (
    <div className={classes.timeline}>
      <div className={classes.lane}>
        <span
          className={classes.bar}
          data-error={isFailed && node.errorsBelow === 0}
          style={{
            left: `${bar.left}%`,
            width: `${bar.width}%`,
            backgroundImage: gradientOf(bar.self, 'var(--service)'),
          }}
        />
        {marks.map(({ key, percent, tone, title }) => (
          <span
            key={key}
            aria-hidden
            className={classes.mark}
            data-tone={tone}
            title={title}
            style={{ left: `${percent}%` }}
          />
        ))}
        <span
          className={classes.duration}
          data-error={isFailed}
          style={{ left: `${labelStart(end, marks)}%` }}
        >
          {formatDuration(durationNano(node.span))}
        </span>
      </div>
    </div>
  );
};

/** What a duration needs, in percents of a usual time line. */
const LABEL_PERCENT = 12;

/** The end of the bar, or of what was logged right after it: access lines are written when their span has ended. */
const labelStart = (end: number, marks: readonly RowMark[]): number =>
  marks.reduce(
    (start, { percent }) => (percent > start && percent < start + LABEL_PERCENT ? percent : start),
    end,
  );
