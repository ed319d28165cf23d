import { Button, Checkbox, Select } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { LogLevel } from '../../api/log-level.js';
import type { LogLine } from '../../api/log-line.js';
import { linesOfPages, linesQuery, PAGE_LINES } from '../../api/line-pages.js';
import { labelNamesQuery, volumeQuery } from '../../api/loki.js';
import { formatCounted } from '../../shared/format/count.js';
import { lookbackRange } from '../../time-range/time-range.js';
import { LineContext } from './LineContext.js';
import { LineList } from './LineList.js';
import { LineListSkeleton } from './LineListSkeleton.js';
import classes from './LinesView.module.css';
import { LiveBar } from './LiveBar.js';
import type { LogsPageState } from './logs-params.js';
import { NoLines } from './NoLines.js';
import { QueryFailed } from './QueryFailed.js';
import { searchedTexts, withFieldFilter, type FieldFilter } from './query-edit.js';
import { useLiveTail } from './use-live-tail.js';
import { VolumeHistogram } from './VolumeHistogram.js';

interface LinesViewProps {
  readonly state: LogsPageState;
  readonly onChange: (edit: Partial<LogsPageState>) => void;
}

/** Log lines of a query with a volume histogram, or live lines. */
export const LinesView = ({ state, onChange }: LinesViewProps) => {
  const { query, range, order, isLive } = state;
  const [isWrapped, setWrapped] = useState(false);
  const [context, setContext] = useState<LogLine>();
  const labels = useQuery(labelNamesQuery());
  const labelNames = useMemo(() => new Set(labels.data), [labels.data]);
  const marked = useMemo(() => searchedTexts(query), [query]);

  const found = useInfiniteQuery({
    ...linesQuery(query, range, order === 'newest' ? 'backward' : 'forward', !isLive),
    placeholderData: keepPreviousData,
  });
  const volume = useQuery({ ...volumeQuery(query, range, !isLive), placeholderData: keepPreviousData });
  const tail = useLiveTail(query, isLive);

  const foundLines = useMemo(() => linesOfPages(found.data?.pages ?? []), [found.data]);
  const lines = isLive ? tail.shown : foundLines;
  const filter = (field: FieldFilter) => onChange({ query: withFieldFilter(query, field) });

  const list = (end: React.ReactNode) => (
    <LineList
      // A changed query scrolls to the top.
      key={`${query} ${order} ${isLive}`}
      lines={lines}
      labelNames={labelNames}
      marked={marked}
      isWrapped={isWrapped}
      end={end}
      onFilter={filter}
      onContext={setContext}
      onAtTop={(isAtTop) => tail.hold(!isAtTop)}
    />
  );

  if (!isLive && found.error !== null && found.data === undefined) {
    return (
      <QueryFailed
        query={query}
        error={found.error}
        isRetrying={found.isFetching}
        onRetry={() => void found.refetch()}
        onQuery={(proposed) => onChange({ query: proposed })}
      />
    );
  }
  return (
    <>
      {!isLive && (
        <VolumeHistogram
          result={volume.data}
          isStale={volume.isPlaceholderData}
          error={volume.error}
          onZoom={(startMillis, endMillis) =>
            onChange({
              range: {
                kind: 'fixed',
                startMicros: BigInt(startMillis) * 1_000n,
                endMicros: BigInt(endMillis) * 1_000n,
              },
            })
          }
          onLevel={(level) => filter(levelFilter(level))}
        />
      )}
      <div className={classes.bar}>
        {isLive ? (
          <LiveBar tail={tail} />
        ) : (
          <h2 className={classes.count} aria-live="polite">
            {found.data === undefined
              ? 'Searching…'
              : `${found.hasNextPage ? `The ${order} ` : ''}${formatCounted(lines.length, 'line')}`}
            {found.isError && found.data !== undefined && (
              <span className={classes.stale}> · not updated: {found.error.message}</span>
            )}
          </h2>
        )}
        <div className={classes.tools}>
          <Checkbox
            label="Wrap lines"
            checked={isWrapped}
            onChange={(event) => setWrapped(event.currentTarget.checked)}
          />
          {!isLive && (
            <Select
              className={classes.order ?? ''}
              aria-label="Order"
              data={[
                { value: 'newest', label: 'Newest first' },
                { value: 'oldest', label: 'Oldest first' },
              ]}
              value={order}
              allowDeselect={false}
              onChange={(value) => onChange({ order: value === 'oldest' ? 'oldest' : 'newest' })}
            />
          )}
        </div>
      </div>
      {isLive ? (
        list('Turn off Live to see older lines.')
      ) : found.data === undefined ? (
        <LineListSkeleton />
      ) : lines.length === 0 ? (
        <NoLines
          state={state}
          hasLabels={(labels.data?.length ?? 1) > 0}
          onLonger={() => onChange({ range: lookbackRange('2d') })}
        />
      ) : (
        <div className={classes.found} data-stale={found.isPlaceholderData}>
          {list(
            found.hasNextPage ? (
              <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                Show {PAGE_LINES} more
              </Button>
            ) : (
              'No more lines in the selected time range.'
            ),
          )}
        </div>
      )}
      {context !== undefined && (
        <LineContext line={context} labelNames={labelNames} onClose={() => setContext(undefined)} />
      )}
    </>
  );
};

const levelFilter = (level: LogLevel): FieldFilter => ({
  key: 'detected_level',
  value: level,
  operator: '=',
  origin: 'metadata',
});
