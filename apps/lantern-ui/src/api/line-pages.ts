import { mapKey, type UnixNano } from '@lantern/telemetry-model';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { rangeKey, resolveRange, type TimeRange } from '../time-range/time-range.js';
import { withDistinctKeys, type LogLine } from './log-line.js';
import { fetchLines, nanosOf, type Direction, type NanoRange } from './loki.js';

/** Number of lines that a page adds. */
export const PAGE_LINES = 500;

/** Loki's default maximum number of lines in a response, see `max_entries_limit_per_query`. */
const MAX_LINES = 5_000;

/** Request for a page. */
export interface LinePageRequest {
  readonly range: NanoRange;
  readonly limit: number;
}

export interface LinePage extends LinePageRequest {
  /** Lines in query direction. The first lines may repeat the last ones of the previous page. */
  readonly lines: readonly LogLine[];
}

/** Paginated query for log lines. Relative time ranges are resolved once, for the first page. */
export const linesQuery = (query: string, range: TimeRange, direction: Direction, isEnabled: boolean) =>
  infiniteQueryOptions({
    ...linePages({
      query,
      direction,
      limit: PAGE_LINES,
      firstRange: () => nanosOf(resolveRange(range, Date.now())),
    }),
    queryKey: ['log-lines', query, rangeKey(range), direction],
    enabled: isEnabled,
  });

interface LinePagesRequest {
  readonly query: string;
  readonly direction: Direction;
  readonly limit: number;
  readonly firstRange: () => NanoRange;
}

/** Query options of the pages; {@link linesOfPages} merges them. */
export const linePages = ({ query, direction, limit, firstRange }: LinePagesRequest) => ({
  initialPageParam: undefined as LinePageRequest | undefined,
  queryFn: async ({
    pageParam,
    signal,
  }: {
    readonly pageParam: LinePageRequest | undefined;
    readonly signal: AbortSignal;
  }): Promise<LinePage> => {
    const asked = pageParam ?? { range: firstRange(), limit };
    return {
      ...asked,
      lines: await fetchLines({ query, direction, signal, limit: asked.limit, ...asked.range }),
    };
  },
  getNextPageParam: (_: LinePage, pages: readonly LinePage[]) => nextLinePage(pages, direction, limit),
});

/**
 * Returns the request for the next page. Loki paginates by time only, and one timestamp may have more lines than a
 * page, so the next page starts at the timestamp of the last line and requests as many additional lines as are known
 * of it.
 *
 * @returns undefined after the last page
 */
export const nextLinePage = (
  pages: readonly LinePage[],
  direction: Direction,
  limit: number,
): LinePageRequest | undefined => {
  const page = pages.at(-1);
  const last = page?.lines.at(-1);
  if (!page || !last || page.lines.length < page.limit) return undefined;
  const { startUnixNano, endUnixNano } = page.range;
  const known = linesOfPages(pages).filter(({ timeUnixNano }) => timeUnixNano === last.timeUnixNano).length;
  // No request can reach the lines of one timestamp beyond Loki's limit.
  const isExhausted = known >= MAX_LINES;
  const first = isExhausted
    ? { forward: last.timeUnixNano + 1n, backward: last.timeUnixNano }
    : momentOf(last);
  return {
    limit: isExhausted ? limit : Math.min(known + limit, MAX_LINES),
    range:
      direction === 'forward'
        ? { startUnixNano: first.forward, endUnixNano }
        : { startUnixNano, endUnixNano: first.backward },
  };
};

/** Start or end of a page that includes the timestamp of a line. */
const momentOf = ({ timeUnixNano }: LogLine): Readonly<Record<Direction, UnixNano>> => ({
  forward: timeUnixNano,
  backward: timeUnixNano + 1n,
});

/** Returns the lines of all pages without duplicates, each with a unique key. */
export const linesOfPages = (pages: readonly LinePage[]): LogLine[] => {
  const lines: LogLine[] = [];
  for (const page of pages) {
    const boundary = lines.at(-1)?.timeUnixNano;
    const known = new Map<string, number>();
    for (let at = lines.length - 1; at >= 0; at--) {
      const line = lines[at];
      if (line?.timeUnixNano !== boundary || !line) break;
      known.set(identity(line), (known.get(identity(line)) ?? 0) + 1);
    }
    for (const line of page.lines) {
      const count = line.timeUnixNano === boundary ? (known.get(identity(line)) ?? 0) : 0;
      if (count > 0) known.set(identity(line), count - 1);
      else lines.push(line);
    }
  }
  return withDistinctKeys(lines);
};

/** Loki treats lines as identical if stream, time, text and structured metadata are equal. */
const identity = ({ timeUnixNano, line, labels, fields }: LogLine): string =>
  mapKey(`${timeUnixNano} ${JSON.stringify([labels, fields])} ${line}`);
