import { Button, Modal } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { LogLine } from '../../api/log-line.js';
import { linePages, linesOfPages } from '../../api/line-pages.js';
import type { Direction } from '../../api/loki.js';
import { formatClock, formatTime } from '../../shared/format/time.js';
import { LevelTag } from '../../shared/LevelTag.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { linesBeside } from './lines-around.js';
import { quoted } from './query-edit.js';
import classes from './LineContext.module.css';
import { visibleText } from '../../shared/visible-text.js';

interface LineContextProps {
  readonly line: LogLine;
  readonly labelNames: ReadonlySet<string>;
  readonly onClose: () => void;
}

const STEP_LINES = 20;

/** Maximum distance in time of lines from the selected one. */
const REACH_NANOS = 6n * 3_600_000_000_000n;

/** Dialog with the lines of the same stream before and after a line, without the filters of the query. */
export const LineContext = ({ line, labelNames, onClose }: LineContextProps) => {
  const before = useNeighbours(line, labelNames, 'backward');
  const after = useNeighbours(line, labelNames, 'forward');
  const center = useRef<HTMLLIElement>(null);
  const isLoaded = !before.isPending && !after.isPending;
  useEffect(() => {
    if (isLoaded) center.current?.scrollIntoView({ block: 'center' });
  }, [isLoaded]);

  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={
        <span className={classes.title}>
          <ServiceName name={line.service} /> around {formatTime(line.timeUnixNano)}
        </span>
      }
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <More neighbours={before} what="earlier" />
      <ol className={classes.list} aria-label="Lines before and after">
        {before.lines.toReversed().map((other) => (
          <Line key={`b${other.key}`} line={other} />
        ))}
        <li ref={center} className={classes.line} data-level={line.level} aria-current="true">
          <Content line={line} />
        </li>
        {after.lines.map((other) => (
          <Line key={`a${other.key}`} line={other} />
        ))}
      </ol>
      <More neighbours={after} what="later" />
    </Modal>
  );
};

const Line = ({ line }: { readonly line: LogLine }) => (
  <li className={classes.line} data-level={line.level}>
    <Content line={line} />
  </li>
);

const Content = ({ line }: { readonly line: LogLine }) => (
  <>
    <span className={classes.time}>{formatClock(line.timeUnixNano)}</span>
    <LevelTag level={line.level} />
    <bdi className={classes.message}>{visibleText(line.message.slice(0, 2_000))}</bdi>
  </>
);

type Neighbours = ReturnType<typeof useNeighbours>;

const More = ({
  neighbours,
  what,
}: {
  readonly neighbours: Neighbours;
  readonly what: 'earlier' | 'later';
}) => (
  <div className={classes.more}>
    {neighbours.error !== null ? (
      <span className={classes.failed} role="alert">
        The {what} lines could not be loaded: {neighbours.error.message}
      </span>
    ) : neighbours.hasNextPage ? (
      <Button variant="subtle" color="gray" loading={neighbours.isFetching} onClick={neighbours.fetchMore}>
        Show {what} lines
      </Button>
    ) : (
      !neighbours.isPending && <span>There are no {what} lines of this stream within 6 hours.</span>
    )}
  </div>
);

const useNeighbours = (line: LogLine, labelNames: ReadonlySet<string>, direction: Direction) => {
  const query = streamOf(line, labelNames);
  const result = useInfiniteQuery({
    ...linePages({
      query,
      direction,
      limit: STEP_LINES,
      firstRange: () =>
        direction === 'forward'
          ? { startUnixNano: line.timeUnixNano, endUnixNano: line.timeUnixNano + REACH_NANOS }
          : { startUnixNano: line.timeUnixNano - REACH_NANOS, endUnixNano: line.timeUnixNano + 1n },
    }),
    queryKey: ['log-context', query, String(line.timeUnixNano), line.line, direction],
  });
  const { data, error, isFetching, hasNextPage, fetchNextPage } = result;
  const { lines, needsMore } = linesBeside(line, linesOfPages(data?.pages ?? []), direction, hasNextPage);
  useEffect(() => {
    if (needsMore && !isFetching && error === null) void fetchNextPage();
  }, [needsMore, isFetching, error, fetchNextPage]);
  return {
    lines,
    error,
    isPending: result.isPending || (needsMore && error === null),
    isFetching,
    hasNextPage,
    fetchMore: () => void fetchNextPage(),
  };
};

/** Returns the selector of the stream of the line, without structured metadata that a tail adds to the labels. */
const streamOf = ({ labels }: LogLine, labelNames: ReadonlySet<string>): string => {
  const own = Object.entries(labels).filter(([name]) => labelNames.size === 0 || labelNames.has(name));
  return `{${own.map(([name, value]) => `${name}=${quoted(value)}`).join(', ')}}`;
};
