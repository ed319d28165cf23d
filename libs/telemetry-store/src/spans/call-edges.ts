import type { TimeRange } from '@lantern/telemetry-model';
import { Turn } from '../turn.js';
import { wideOf } from '../bytes/wide-time.js';
import type { SpanBlockReader } from './block-reader.js';
import type { SignedCall } from './summary.js';
import { MINUTE_NANOS } from './call-rollup.js';
import { EdgeCounts, type Edge } from './edge-counts.js';
import type { OpenSpans } from './open-rows.js';
import type { SealedSpanBlocks } from './sealed-blocks.js';

/** Counts the calls between services in a time range. */
export class CallEdges {
  constructor(
    private readonly sealed: SealedSpanBlocks,
    private readonly reader: SpanBlockReader,
    private readonly open: OpenSpans,
  ) {}

  /** @param withLatency false skips the work on latencies */
  async within(range: TimeRange, withLatency: boolean): Promise<Edge[]> {
    const edges = new EdgeCounts(withLatency);
    const minute = BigInt(MINUTE_NANOS);
    const from = range.startUnixNano < 0n ? 0n : range.startUnixNano;
    const to = range.endUnixNano;
    // Whole minutes are counted already. In minutes that the range cuts, single calls are counted.
    const firstWhole = (from + minute - 1n) / minute;
    const lastWhole = (to + 1n) / minute - 1n;
    if (firstWhole > lastWhole) {
      await this.countCalls({ startUnixNano: from, endUnixNano: to }, edges);
      return edges.sorted();
    }
    for (const cell of this.sealed.calls.cells(Number(firstWhole), Number(lastWhole))) edges.addCell(cell);
    await this.countCalls({ startUnixNano: from, endUnixNano: firstWhole * minute - 1n }, edges);
    await this.countCalls({ startUnixNano: (lastWhole + 1n) * minute, endUnixNano: to }, edges);
    return edges.sorted();
  }

  /** Counts the single calls that start in a range of less than two minutes. */
  private async countCalls(range: TimeRange, edges: EdgeCounts): Promise<void> {
    const { startUnixNano: from, endUnixNano: to } = range;
    if (from > to) return;
    const [first, last] = [Number(from / BigInt(MINUTE_NANOS)), Number(to / BigInt(MINUTE_NANOS))];
    const turn = new Turn();
    const firstOpen = this.open.blocks[0]?.block ?? 0;
    const count = (calls: readonly SignedCall[]): void => {
      for (const call of calls) {
        const start = wideOf(call.startLow, call.startHigh);
        if (start < from || start > to || (call.block < firstOpen && !this.sealed.has(call.block))) continue;
        edges.add(call);
      }
    };
    for (const { calls } of this.open.blocks) count(calls);
    const blocks = new Set([first, last].flatMap((minute) => [...this.sealed.blocksWithCallsIn(minute)]));
    for (const block of blocks) {
      const summary = this.reader.summary(block);
      if (summary) count(summary.calls);
      await turn.yieldWhenOver();
    }
  }
}
