import type { TraceId } from '@lantern/telemetry-model';
import type { TraceQuery } from '../../trace-store.js';
import type { TraceWords } from '../trace-words.js';
import { wideOf } from '../wide-time.js';
import type { BlockSearch, ReadBlock } from './block-search.js';
import { ENDS_BEFORE_START, traceIndexIn } from './span-rows.js';

/** What a search asks about a trace as a whole, each trace once. */
export class TraceCheck {
  private readonly wanted = new Map<TraceId, boolean>();

  /** @param blocksOf all blocks in which a trace has spans */
  constructor(
    private readonly query: TraceQuery,
    private readonly blocksOf: (words: TraceWords) => Iterable<ReadBlock>,
  ) {}

  get needsLook(): boolean {
    const { after, minTraceDurationNano, maxTraceDurationNano } = this.query;
    return after !== undefined || minTraceDurationNano !== undefined || maxTraceDurationNano !== undefined;
  }

  isWanted(traceId: TraceId, words: TraceWords, search: BlockSearch): boolean {
    if (!this.needsLook) return true;
    let isWanted = this.wanted.get(traceId);
    if (isWanted === undefined) {
      isWanted = this.look(traceId, words, search);
      this.wanted.set(traceId, isWanted);
    }
    return isWanted;
  }

  private look(traceId: TraceId, words: TraceWords, search: BlockSearch): boolean {
    const { after, minTraceDurationNano: min, maxTraceDurationNano: max } = this.query;
    const last = after && (traceId > after.traceId ? after.startUnixNano : after.startUnixNano - 1n);
    let [earliest, latest]: (bigint | undefined)[] = [];
    for (const block of this.blocksOf(words)) {
      const { rows } = block;
      const trace = traceIndexIn(rows, ...words);
      if (trace === undefined) continue;
      const matcher = last === undefined ? undefined : search.rowMatcher(block);
      for (let row = 0; row < rows.spanCount; row++) {
        if (rows.traceOf[row] !== trace) continue;
        const start = wideOf(rows.startLow[row] ?? 0, rows.startHigh[row] ?? 0);
        // What begins its place in the order is its newest match: it may have been on an earlier page.
        if (last !== undefined && start > last && start <= search.starts.to && matcher?.matches(row))
          return false;
        const isBackwards = ((rows.flags[row] ?? 0) & ENDS_BEFORE_START) !== 0;
        const duration = isBackwards ? 0n : wideOf(rows.durationLow[row] ?? 0, rows.durationHigh[row] ?? 0);
        if (earliest === undefined || start < earliest) earliest = start;
        if (latest === undefined || start + duration > latest) latest = start + duration;
      }
    }
    const duration = (latest ?? 0n) - (earliest ?? 0n);
    return (min === undefined || duration >= min) && (max === undefined || duration <= max);
  }
}
