import type { TraceOrder } from '@lantern/telemetry-model';
import { comesBefore, rankOf, type TraceTotals } from '../trace-place.js';
import type { TraceCursor, TraceQuery } from '../trace-store.js';
import { traceIdOfWords, type TraceWords } from '../blocks/trace-words.js';
import { DOUBLE_SLACK, wideOf } from '../bytes/wide-time.js';
import type { BlockMatch, SpanSelection, ReadBlock } from './selection.js';
import { BlockTotals, joinTotals, type TraceNumbers } from './block-totals.js';
import { traceIndexIn, type SpanRows } from './rows.js';

/** Limit on the number of blocks with cached totals. The spans of a trace are in neighboring blocks. */
const MAX_KNOWN_BLOCKS = 64;

/** Orders by small integers, in which many traces have equal ranks. */
const COUNTS: ReadonlySet<TraceOrder> = new Set<TraceOrder>(['mostSpans', 'fewestSpans', 'mostErrors']);

/** Finds the blocks of traces. */
export interface TraceBlocks {
  readonly open: () => readonly SpanRows[];
  /** Returns the numbers of the sealed blocks that may have spans of a trace. */
  readonly sealedOf: (words: TraceWords) => readonly number[];
  readonly rows: (block: number) => SpanRows | undefined;
  /** Returns all readable blocks with spans of a trace. */
  readonly all: (words: TraceWords) => Iterable<ReadBlock>;
}

/** Conditions of a search on a whole trace, in addition to those on the matching span. */
export class TraceCheck {
  private readonly totalsByBlock = new Map<number, BlockTotals>();

  constructor(
    private readonly query: TraceQuery,
    private readonly blocks: TraceBlocks,
  ) {}

  /** Whether the search has a condition on the duration of whole traces. */
  get needsDuration(): boolean {
    const { minTraceDurationNano, maxTraceDurationNano } = this.query;
    return minTraceDurationNano !== undefined || maxTraceDurationNano !== undefined;
  }

  /**
   * Places a trace in the order of the answer.
   *
   * @param match newest match of the trace in a block
   * @param isEarlyEnough checked first, because the other checks are slower
   * @returns undefined for a trace that is not in the answer
   */
  placeOf(
    { words, start }: BlockMatch,
    selection: SpanSelection,
    isEarlyEnough: (place: TraceCursor) => boolean,
  ): TraceCursor | undefined {
    const { orderBy = 'recent' } = this.query;
    const totals = orderBy === 'recent' ? undefined : this.totalsOf(words);
    const place = {
      rank: totals ? rankOf(orderBy, totals) : 0n,
      startUnixNano: start,
      traceId: traceIdOfWords(words),
    };
    if (!isEarlyEnough(place) || !this.isAfterCursor(place, words, selection)) return undefined;
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

  private isAfterCursor(place: Required<TraceCursor>, words: TraceWords, selection: SpanSelection): boolean {
    const { after } = this.query;
    if (!after) return true;
    if (!comesBefore(after, place)) return false;
    return place.rank !== (after.rank ?? 0n) || !this.hasMatchBefore(after, place.traceId, words, selection);
  }

  /** Whether another match, newer than this one, puts the trace on an earlier page. */
  private hasMatchBefore(
    after: TraceCursor,
    traceId: string,
    words: TraceWords,
    selection: SpanSelection,
  ): boolean {
    const last = traceId > after.traceId ? after.startUnixNano : after.startUnixNano - 1n;
    for (const block of this.blocks.all(words)) {
      const { rows } = block;
      const trace = traceIndexIn(rows, words);
      if (trace === undefined) continue;
      const matcher = selection.rowMatcher(block);
      for (let row = 0; row < rows.spanCount; row++) {
        if (rows.traceOf[row] !== trace) continue;
        const start = wideOf(rows.startLow[row] ?? 0, rows.startHigh[row] ?? 0);
        if (start > last && start <= selection.starts.to && matcher.matches(row)) return true;
      }
    }
    return false;
  }

  /**
   * Whether a trace comes after a place, decided by approximate totals. Most traces of a search do, and need no exact
   * check.
   *
   * @param start start of a match of the trace
   */
  isBehind(place: TraceCursor, words: TraceWords, start: number): boolean {
    const { orderBy = 'recent' } = this.query;
    const sum: TraceNumbers = { spanCount: 0, errorCount: 0, start: Infinity, end: 0 };
    for (const totals of this.blockTotalsOf(words)) {
      const trace = totals.traceOf(words);
      if (trace !== undefined) totals.addTo(sum, trace);
    }
    const rank = RANKS[orderBy](sum);
    const limit = Number(place.rank ?? 0n);
    if (!COUNTS.has(orderBy)) return rank + DOUBLE_SLACK < limit;
    // The newest match may be in another block, which is visited too.
    return rank < limit || (rank === limit && start + DOUBLE_SLACK < Number(place.startUnixNano));
  }

  private totalsOf(words: TraceWords): TraceTotals | undefined {
    let sum: TraceTotals | undefined;
    for (const totals of this.blockTotalsOf(words)) {
      const trace = totals.traceOf(words);
      if (trace === undefined) continue;
      const part = totals.of(trace);
      sum = sum ? joinTotals(sum, part) : part;
    }
    return sum;
  }

  private blockTotalsOf(words: TraceWords): BlockTotals[] {
    const found: BlockTotals[] = [];
    for (const rows of this.blocks.open()) found.push(this.keep(rows.block, rows));
    for (const block of this.blocks.sealedOf(words)) {
      const known = this.totalsByBlock.get(block);
      const rows = known ? undefined : this.blocks.rows(block);
      if (known) found.push(known);
      else if (rows) found.push(this.keep(block, rows));
    }
    return found;
  }

  private keep(block: number, rows: SpanRows): BlockTotals {
    const known = this.totalsByBlock.get(block);
    // An open block grows.
    if (known?.rowCount === rows.spanCount) return known;
    const totals = new BlockTotals(rows);
    this.totalsByBlock.set(block, totals);
    const [oldest] = this.totalsByBlock.keys();
    if (oldest !== undefined && this.totalsByBlock.size > MAX_KNOWN_BLOCKS) this.totalsByBlock.delete(oldest);
    return totals;
  }
}

/** Approximate variant of {@link rankOf}. */
const RANKS: Readonly<Record<TraceOrder, (sum: TraceNumbers) => number>> = {
  recent: () => 0,
  oldest: ({ start }) => -start,
  longest: ({ start, end }) => end - start,
  shortest: ({ start, end }) => start - end,
  mostSpans: ({ spanCount }) => spanCount,
  fewestSpans: ({ spanCount }) => -spanCount,
  mostErrors: ({ errorCount }) => errorCount,
};
