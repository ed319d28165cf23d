import { comesBefore, rankOf, type TraceTotals } from '../../trace-place.js';
import type { TraceCursor, TraceQuery } from '../../trace-store.js';
import { traceIdOfWords, type TraceWords } from '../trace-words.js';
import { wideOf } from '../wide-time.js';
import type { BlockMatch, BlockSearch, ReadBlock } from './block-search.js';
import { BlockTotals, joinTotals } from './block-totals.js';
import { traceIndexIn, type SpanRows } from './span-rows.js';

/** Limit on the blocks whose totals are kept. The spans of a trace are in neighboring blocks. */
const MAX_KNOWN_BLOCKS = 16;

/** What a search asks about a trace as a whole, beyond the span that matches. */
export class TraceCheck {
  private readonly totalsByRows = new Map<SpanRows, BlockTotals>();

  /** @param blocksOf all blocks in which a trace has spans */
  constructor(
    private readonly query: TraceQuery,
    private readonly blocksOf: (words: TraceWords) => Iterable<ReadBlock>,
  ) {}

  /** Whether the search asks how long whole traces take. */
  get needsDuration(): boolean {
    const { minTraceDurationNano, maxTraceDurationNano } = this.query;
    return minTraceDurationNano !== undefined || maxTraceDurationNano !== undefined;
  }

  /**
   * Places a trace in the order of the answer.
   *
   * @param match the trace's newest one in some block
   * @param isEarlyEnough asked before the rest is looked at
   * @returns undefined for a trace that does not belong to the answer
   */
  placeOf(
    { words, start }: BlockMatch,
    search: BlockSearch,
    isEarlyEnough: (place: TraceCursor) => boolean,
  ): TraceCursor | undefined {
    const { orderBy = 'recent' } = this.query;
    const totals = orderBy === 'recent' ? undefined : this.totalsOf(words);
    const place = {
      rank: totals ? rankOf(orderBy, totals) : 0n,
      startUnixNano: start,
      traceId: traceIdOfWords(...words),
    };
    if (!isEarlyEnough(place) || !this.isAfterCursor(place, words, search)) return undefined;
    return this.hasWantedDuration(words, totals) ? place : undefined;
  }

  hasWantedDuration(words: TraceWords, known?: TraceTotals): boolean {
    if (!this.needsDuration) return true;
    const { minTraceDurationNano: min, maxTraceDurationNano: max } = this.query;
    const totals = known ?? this.totalsOf(words);
    if (!totals) return false;
    const duration = totals.latestEnd - totals.earliestStart;
    return (min === undefined || duration >= min) && (max === undefined || duration <= max);
  }

  private isAfterCursor(place: Required<TraceCursor>, words: TraceWords, search: BlockSearch): boolean {
    const { after } = this.query;
    if (!after) return true;
    if (!comesBefore(after, place)) return false;
    return place.rank !== (after.rank ?? 0n) || !this.hasMatchBefore(after, place.traceId, words, search);
  }

  /** Whether another match, newer than the one at hand, puts the trace on an earlier page. */
  private hasMatchBefore(
    after: TraceCursor,
    traceId: string,
    words: TraceWords,
    search: BlockSearch,
  ): boolean {
    const last = traceId > after.traceId ? after.startUnixNano : after.startUnixNano - 1n;
    for (const block of this.blocksOf(words)) {
      const { rows } = block;
      const trace = traceIndexIn(rows, ...words);
      if (trace === undefined) continue;
      const matcher = search.rowMatcher(block);
      for (let row = 0; row < rows.spanCount; row++) {
        if (rows.traceOf[row] !== trace) continue;
        const start = wideOf(rows.startLow[row] ?? 0, rows.startHigh[row] ?? 0);
        if (start > last && start <= search.starts.to && matcher.matches(row)) return true;
      }
    }
    return false;
  }

  private totalsOf(words: TraceWords): TraceTotals | undefined {
    let totals: TraceTotals | undefined;
    for (const { rows } of this.blocksOf(words)) {
      const trace = traceIndexIn(rows, ...words);
      if (trace === undefined) continue;
      const part = this.totalsIn(rows).of(trace);
      totals = totals ? joinTotals(totals, part) : part;
    }
    return totals;
  }

  private totalsIn(rows: SpanRows): BlockTotals {
    const known = this.totalsByRows.get(rows);
    // An open block grows.
    if (known?.rowCount === rows.spanCount) return known;
    const totals = new BlockTotals(rows);
    if (known || this.totalsByRows.size < MAX_KNOWN_BLOCKS) return this.keep(rows, totals);
    const [oldest] = this.totalsByRows.keys();
    if (oldest) this.totalsByRows.delete(oldest);
    return this.keep(rows, totals);
  }

  private keep(rows: SpanRows, totals: BlockTotals): BlockTotals {
    this.totalsByRows.set(rows, totals);
    return totals;
  }
}
