import { Skeleton } from '@mantine/core';
import { IconAlertCircleFilled } from '@tabler/icons-react';
import { memo, useRef } from 'react';
import { Link } from 'react-router';
import type { TraceSummary } from '../../api/trace-summaries.js';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import { formatDuration } from '../../shared/format/duration.js';
import { formatRecentTime, formatRelative, formatTime } from '../../shared/format/time.js';
import { serviceColor } from '../../shared/service-color.js';
import { RowCheckbox } from '../../shared/RowCheckbox.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { useNow } from '../../shared/use-now.js';
import { useVirtualRows } from '../../shared/use-virtual-rows.js';
import classes from './ResultList.module.css';
import { ErrorMark, IncompleteMark, TraceName } from './TraceMarks.js';
import { longestOf, shareOf, type ResultsProps } from './results.js';
import { visibleText } from '../../shared/visible-text.js';

const ROW_HEIGHT = 61;

/** Maximum number of service names in a card. */
const MOST_SERVICES = 12;

/** Search results as cards of two lines. */
export const ResultList = ({ summaries, selection, onToggle, pathOf }: ResultsProps) => {
  const now = useNow(10_000);
  const longest = longestOf(summaries);
  const list = useRef<HTMLOListElement>(null);
  const { rows, above, below, measure } = useVirtualRows({
    keys: summaries.map(({ traceId }) => traceId),
    rowHeight: ROW_HEIGHT,
    list,
  });
  return (
    <ol
      ref={list}
      className={classes.list}
      aria-label="Traces"
      style={{ paddingTop: above, paddingBottom: below }}
    >
      {rows.map(({ index }) => {
        const summary = summaries[index];
        return (
          summary !== undefined && (
            <li
              key={summary.traceId}
              ref={measure}
              data-index={index}
              className={classes.row}
              aria-setsize={summaries.length}
              aria-posinset={index + 1}
            >
              <Result
                summary={summary}
                path={pathOf(summary)}
                share={shareOf(summary, longest)}
                now={now}
                isSelected={selection.includes(summary.traceId)}
                onToggle={onToggle}
              />
            </li>
          )
        );
      })}
    </ol>
  );
};

interface ResultProps {
  readonly summary: TraceSummary;
  readonly path: string;
  /** Duration as a percentage of the longest one. */
  readonly share: number;
  readonly now: number;
  readonly isSelected: boolean;
  readonly onToggle: (traceId: string) => void;
}

const Result = memo(({ summary, path, share, now, isSelected, onToggle }: ResultProps) => {
  const { traceId, rootService, rootOperation, errorCount, spanCount, orphanCount } = summary;
  return (
    <>
      <span className={classes.choose}>
        <RowCheckbox
          label={`Select ${rootService} ${rootOperation}, ${formatDuration(summary.durationNano)}`}
          isChecked={isSelected}
          onToggle={() => onToggle(traceId)}
        />
      </span>
      <Link
        to={path}
        className={classes.result}
        data-result
        data-trace-id={traceId}
        data-error={errorCount > 0}
      >
        <span className={classes.name}>
          <TraceName summary={summary} />
        </span>
        <span className={classes.marks}>
          <ErrorMark count={errorCount} />
          <IncompleteMark orphanCount={orphanCount} />
        </span>
        <span className={classes.duration}>
          <span className={classes.bar} aria-hidden>
            <span
              className={classes.fill}
              style={{ width: `${Math.max(share, 0.5)}%`, '--service': serviceColor(rootService) }}
            />
          </span>
          <span className={classes.figure}>{formatDuration(summary.durationNano)}</span>
        </span>
        <span className={classes.services}>
          <span className={classes.total}>{formatCounted(spanCount, 'span')}</span>
          {summary.services.slice(0, MOST_SERVICES).map(({ name, spanCount: count, errorCount: errors }) => (
            <ServiceName key={name} name={name}>
              <span className={classes.spans}>{formatCount(count)}</span>
              {errors > 0 && (
                <span
                  className={classes.failed}
                  title={visibleText(`${formatCounted(errors, 'error')} in ${name}`)}
                >
                  <IconAlertCircleFilled size={11} aria-hidden />
                  {formatCount(errors)}
                </span>
              )}
            </ServiceName>
          ))}
          {summary.services.length > MOST_SERVICES && (
            <span>and {formatCount(summary.services.length - MOST_SERVICES)} more</span>
          )}
        </span>
        <time className={classes.time} title={formatTime(summary.startUnixNano)}>
          <span className={classes.relative}>{formatRelative(summary.startUnixNano, now)}</span>
          <span className={classes.clock}>{formatRecentTime(summary.startUnixNano, now)}</span>
        </time>
      </Link>
    </>
  );
});
Result.displayName = 'Result';

/** Placeholder with the height of the results, to avoid a layout shift. */
export const ResultListSkeleton = () => (
  <div className={classes.list} aria-hidden>
    {Array.from({ length: 8 }, (_, row) => (
      <div key={row} className={classes.skeleton}>
        <Skeleton height={13} width={`${38 - ((row * 7) % 20)}%`} radius="xs" />
        <Skeleton height={11} width={`${52 - ((row * 5) % 24)}%`} radius="xs" />
      </div>
    ))}
  </div>
);
