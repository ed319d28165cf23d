import { Skeleton } from '@mantine/core';
import { IconAlertCircleFilled, IconPuzzle } from '@tabler/icons-react';
import { memo } from 'react';
import { Link } from 'react-router';
import type { TraceSummary } from '../../api/trace-summaries.js';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import { formatDuration } from '../../shared/format/duration.js';
import { formatRecentTime, formatRelative, formatTime } from '../../shared/format/time.js';
import { serviceColor } from '../../shared/service-color.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { useNow } from '../../shared/use-now.js';
import classes from './ResultList.module.css';

export const ResultList = ({ summaries }: { readonly summaries: readonly TraceSummary[] }) => {
  const now = useNow(10_000);
  const longest = summaries.reduce((max, { durationNano }) => (durationNano > max ? durationNano : max), 1n);
  return (
    <ol className={classes.list} aria-label="Traces">
      {summaries.map((summary) => (
        <li key={summary.traceId}>
          <Result
            summary={summary}
            share={Number((summary.durationNano * 1_000n) / longest) / 10}
            now={now}
          />
        </li>
      ))}
    </ol>
  );
};

interface ResultProps {
  readonly summary: TraceSummary;
  /** Its duration in percents of the longest one's. */
  readonly share: number;
  readonly now: number;
}

const Result = memo(({ summary, share, now }: ResultProps) => {
  const { traceId, rootService, rootOperation, errorCount, spanCount, orphanCount } = summary;
  return (
    <Link to={`/trace/${traceId}`} className={classes.result} data-error={errorCount > 0}>
      <span className={classes.name}>
        {rootOperation === '' ? (
          <span className={classes.rootless}>root span not arrived</span>
        ) : (
          <>
            <bdi className={classes.service}>{rootService}</bdi>{' '}
            <bdi className={classes.operation}>{rootOperation}</bdi>
          </>
        )}
      </span>
      <span className={classes.marks}>
        {errorCount > 0 && (
          <span className={classes.error}>
            <IconAlertCircleFilled size={14} aria-hidden />
            {formatCounted(errorCount, 'error')}
          </span>
        )}
        {orphanCount > 0 && (
          <span className={classes.incomplete} title="Some spans name a parent that has not arrived">
            <IconPuzzle size={14} stroke={1.75} aria-hidden />
            incomplete
          </span>
        )}
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
        {summary.services.map(({ name, spanCount: count, errorCount: errors }) => (
          <ServiceName key={name} name={name}>
            <span className={classes.spans}>{formatCount(count)}</span>
            {errors > 0 && (
              <span className={classes.failed} title={`${formatCounted(errors, 'error')} in ${name}`}>
                <IconAlertCircleFilled size={11} aria-hidden />
                {formatCount(errors)}
              </span>
            )}
          </ServiceName>
        ))}
      </span>
      <time className={classes.time} title={formatTime(summary.startUnixNano)}>
        <span className={classes.relative}>{formatRelative(summary.startUnixNano, now)}</span>
        <span className={classes.clock}>{formatRecentTime(summary.startUnixNano, now)}</span>
      </time>
    </Link>
  );
});
Result.displayName = 'Result';

/** As high as results are, so that nothing jumps when they come. */
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
