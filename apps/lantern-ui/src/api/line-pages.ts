import { mapKey, type UnixNano } from '@lantern/telemetry-model';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { rangeKey, resolveRange, type TimeRange } from '../shared/time-range.js';
import { withDistinctKeys, type LogLine } from './log-line.js';
import { fetchLines, nanosOf, type Direction, type NanoRange } from './loki.js';

/** Number of lines that a page adds. */
export const PAGE_LINES = 500;

/** Loki's default limit on the lines of one answer, see `max_entries_limit_per_query`. */
const MAX_LINES = 5_000;

/** What a page asks for. */
export interface LinePageRequest {
  readonly range: NanoRange;
  readonly limit: number;
}

export interface LinePage extends LinePageRequest {
  /** In the direction of the query. Those of the moment where the page begins may be known from the page before. */
  readonly lines: readonly LogLine[];
}

/**
 * The lines of a query, page by page. Lookbacks are resolved once, for the first page: the pages behind it go on from
 * there.
 */
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

/** How the pages of a query follow each other; {@link linesOfPages} puts them together. */
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
 * The request for the page behind the last one. Loki pages by time alone, and a moment may have more lines than a page:
 * the next one asks for the moment of the last line again, and for as many lines more as are known of it.
 *
 * @returns undefined behind the last page
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
  // Beyond Loki's limit a moment has lines that no request can reach.
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

/** Where a page begins that has the moment of a line in it. */
const momentOf = ({ timeUnixNano }: LogLine): Readonly<Record<Direction, UnixNano>> => ({
  forward: timeUnixNano,
  backward: timeUnixNano + 1n,
});

/** All lines of the pages, each once, each with a key of its own. */
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

/** Equal lines of one stream at one time, with equal structured metadata, are one to Loki. */
const identity = ({ timeUnixNano, line, labels, fields }: LogLine): string =>
  mapKey(`${timeUnixNano} ${JSON.stringify([labels, fields])} ${line}`);
