import { StatusCode } from '@lantern/telemetry-model';
import type { TraceTotals } from '../trace-place.js';
import { isSameTrace, traceHash, wordsAt, type TraceWords } from '../blocks/trace-words.js';
import { doubleOf, wideOf } from '../bytes/wide-time.js';
import { ENDS_BEFORE_START, statusOf, type SpanRows } from './rows.js';

/**
 * Approximate totals of a trace's spans, with times to {@link DOUBLE_SLACK} nanoseconds. Most comparisons need no more.
 */
export interface TraceNumbers {
  spanCount: number;
  errorCount: number;
  start: number;
  end: number;
}

/** Totals of each trace of a block, computed in one pass over its columns. */
export class BlockTotals {
  /** Number of rows that the totals include. An open block grows later. */
  readonly rowCount: number;
  private readonly spanCount: Uint32Array;
  private readonly errorCount: Uint32Array;
  private readonly startLow: Uint32Array;
  private readonly startHigh: Uint32Array;
  private readonly endLow: Uint32Array;
  private readonly endHigh: Uint32Array;

  /** Hash table from a trace ID to the index of the trace + 1. */
  private readonly slots: Uint32Array;
  private readonly traceWords: Uint32Array;

  constructor(rows: SpanRows) {
    const { spanCount: rowCount, traceCount, traceOf, flags } = rows;
    this.rowCount = rowCount;
    const [spanCount, errorCount] = [new Uint32Array(traceCount), new Uint32Array(traceCount)];
    const [startLow, startHigh] = [new Uint32Array(traceCount), new Uint32Array(traceCount)];
    const [endLow, endHigh] = [new Uint32Array(traceCount), new Uint32Array(traceCount)];
    for (let row = 0; row < rowCount; row++) {
      const trace = traceOf[row] ?? 0;
      const flag = flags[row] ?? 0;
      const [low, high] = [rows.startLow[row] ?? 0, rows.startHigh[row] ?? 0];
      const [knownLow, knownHigh] = [startLow[trace] ?? 0, startHigh[trace] ?? 0];
      const isFirst = spanCount[trace] === 0;
      if (isFirst || high < knownHigh || (high === knownHigh && low < knownLow)) {
        startLow[trace] = low;
        startHigh[trace] = high;
      }
      const isBackwards = (flag & ENDS_BEFORE_START) !== 0;
      const lowSum = low + (isBackwards ? 0 : (rows.durationLow[row] ?? 0));
      const lastLow = lowSum >>> 0;
      // The carry of the lower words.
      const lastHigh = high + (isBackwards ? 0 : (rows.durationHigh[row] ?? 0)) + (lowSum > lastLow ? 1 : 0);
      const [lateLow, lateHigh] = [endLow[trace] ?? 0, endHigh[trace] ?? 0];
      if (isFirst || lastHigh > lateHigh || (lastHigh === lateHigh && lastLow > lateLow)) {
        endLow[trace] = lastLow;
        endHigh[trace] = lastHigh;
      }
      spanCount[trace] = (spanCount[trace] ?? 0) + 1;
      if (statusOf(flag) === StatusCode.error) errorCount[trace] = (errorCount[trace] ?? 0) + 1;
    }
    this.traceWords = rows.traceWords;
    this.slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * traceCount + 1)));
    const mask = this.slots.length - 1;
    for (let trace = 0; trace < traceCount; trace++) {
      let slot = traceHash(wordsAt(rows.traceWords, trace)) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = trace + 1;
    }
    this.spanCount = spanCount;
    this.errorCount = errorCount;
    this.startLow = startLow;
    this.startHigh = startHigh;
    this.endLow = endLow;
    this.endHigh = endHigh;
  }

  /** Returns the index of a trace in the block; undefined when the block has no span of it. */
  traceOf(traceId: TraceWords): number | undefined {
    const { slots, traceWords } = this;
    const mask = slots.length - 1;
    for (let slot = traceHash(traceId) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const trace = (slots[slot] ?? 0) - 1;
      if (isSameTrace(wordsAt(traceWords, trace), traceId)) return trace;
    }
    return undefined;
  }

  /** Adds the spans of a trace to approximate totals. */
  addTo(sum: TraceNumbers, trace: number): void {
    sum.spanCount += this.spanCount[trace] ?? 0;
    sum.errorCount += this.errorCount[trace] ?? 0;
    sum.start = Math.min(sum.start, doubleOf(this.startLow[trace] ?? 0, this.startHigh[trace] ?? 0));
    sum.end = Math.max(sum.end, doubleOf(this.endLow[trace] ?? 0, this.endHigh[trace] ?? 0));
  }

  /** @param trace index of the trace in the block */
  of(trace: number): TraceTotals {
    return {
      earliestStart: wideOf(this.startLow[trace] ?? 0, this.startHigh[trace] ?? 0),
      latestEnd: wideOf(this.endLow[trace] ?? 0, this.endHigh[trace] ?? 0),
      spanCount: this.spanCount[trace] ?? 0,
      errorCount: this.errorCount[trace] ?? 0,
    };
  }
}

/** Joins the totals of a trace that is in two blocks. */
export const joinTotals = (a: TraceTotals, b: TraceTotals): TraceTotals => ({
  earliestStart: a.earliestStart < b.earliestStart ? a.earliestStart : b.earliestStart,
  latestEnd: a.latestEnd > b.latestEnd ? a.latestEnd : b.latestEnd,
  spanCount: a.spanCount + b.spanCount,
  errorCount: a.errorCount + b.errorCount,
});
