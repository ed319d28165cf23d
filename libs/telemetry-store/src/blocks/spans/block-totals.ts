import { StatusCode } from '@lantern/telemetry-model';
import type { TraceTotals } from '../../trace-place.js';
import { wideOf } from '../wide-time.js';
import { ENDS_BEFORE_START, statusOf, type SpanRows } from './span-rows.js';

/** What the spans of each trace of a block add up to, from one pass through its columns. */
export class BlockTotals {
  /** So many spans of the block are added up: an open block grows. */
  readonly rowCount: number;
  private readonly spanCount: Uint32Array;
  private readonly errorCount: Uint32Array;
  private readonly startLow: Uint32Array;
  private readonly startHigh: Uint32Array;
  private readonly endLow: Uint32Array;
  private readonly endHigh: Uint32Array;

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
    this.spanCount = spanCount;
    this.errorCount = errorCount;
    this.startLow = startLow;
    this.startHigh = startHigh;
    this.endLow = endLow;
    this.endHigh = endHigh;
  }

  /** @param trace its index in the block */
  of(trace: number): TraceTotals {
    return {
      earliestStart: wideOf(this.startLow[trace] ?? 0, this.startHigh[trace] ?? 0),
      latestEnd: wideOf(this.endLow[trace] ?? 0, this.endHigh[trace] ?? 0),
      spanCount: this.spanCount[trace] ?? 0,
      errorCount: this.errorCount[trace] ?? 0,
    };
  }
}

/** The totals of a trace that is in two blocks. */
export const joinTotals = (a: TraceTotals, b: TraceTotals): TraceTotals => ({
  earliestStart: a.earliestStart < b.earliestStart ? a.earliestStart : b.earliestStart,
  latestEnd: a.latestEnd > b.latestEnd ? a.latestEnd : b.latestEnd,
  spanCount: a.spanCount + b.spanCount,
  errorCount: a.errorCount + b.errorCount,
});
