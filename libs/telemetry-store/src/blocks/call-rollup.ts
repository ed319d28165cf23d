import { LatencyHistogram, latencyBucket } from './latency-histogram.js';
import type { ObservedCall } from './recent-spans.js';
import { periodOf } from './wide-time.js';

export const MINUTE_NANOS = 60e9;

/** The calls from one service to another whose called spans started in one minute. */
export interface CallCell {
  readonly parent: string;
  readonly child: string;
  readonly minute: number;
  calls: number;
  errors: number;
  readonly latency: LatencyHistogram;
}

/**
 * Calls, counted a minute, each under the block of its called span so that it goes with it:
 *
 * ```
 * byMinute   29453760 → "web → orders": 7 calls, 1 error
 * byBlock    3 → "web → orders" in 29453760: 4 calls;   4 → "web → orders" in 29453760: 3 calls, 1 error
 * ```
 */
export class CallRollup {
  private readonly byMinute = new Map<number, Map<string, CallCell>>();
  private readonly byBlock = new Map<number, Map<string, CallCell>>();

  add(
    { block, parent, child, startLow, startHigh, durationNanos, isError }: ObservedCall,
    sign: 1 | -1,
  ): void {
    const minute = periodOf(startLow, startHigh, MINUTE_NANOS);
    const edge = edgeKey(parent, child);
    const ofMinute = inner(this.byMinute, minute);
    const ofBlock = inner(this.byBlock, block);
    const cells = [
      cellIn(ofMinute, edge, parent, child, minute),
      cellIn(ofBlock, `${minute} ${edge}`, parent, child, minute),
    ];
    const bucket = latencyBucket(durationNanos);
    for (const cell of cells) {
      cell.calls += sign;
      if (isError) cell.errors += sign;
      cell.latency.add(bucket, sign);
    }
    if (sign < 0) this.removeEmpty(minute, edge);
  }

  drop(block: number): void {
    for (const { parent, child, minute, calls, errors, latency } of this.byBlock.get(block)?.values() ?? []) {
      const edge = edgeKey(parent, child);
      const cell = this.byMinute.get(minute)?.get(edge);
      if (!cell) continue;
      cell.calls -= calls;
      cell.errors -= errors;
      cell.latency.addAll(latency, -1);
      this.removeEmpty(minute, edge);
    }
    this.byBlock.delete(block);
  }

  /** All cells of whole minutes, both ends included. */
  *cells(firstMinute: number, lastMinute: number): Generator<CallCell> {
    if (lastMinute - firstMinute < this.byMinute.size) {
      for (let minute = firstMinute; minute <= lastMinute; minute++) {
        yield* this.byMinute.get(minute)?.values() ?? [];
      }
      return;
    }
    for (const [minute, cells] of this.byMinute) {
      if (minute >= firstMinute && minute <= lastMinute) yield* cells.values();
    }
  }

  hasMinute(minute: number): boolean {
    return this.byMinute.has(minute);
  }

  private removeEmpty(minute: number, edge: string): void {
    const cells = this.byMinute.get(minute);
    if (cells?.get(edge)?.calls !== 0) return;
    cells.delete(edge);
    if (cells.size === 0) this.byMinute.delete(minute);
  }
}

/** A service's name may hold any character but half a surrogate pair. */
const edgeKey = (parent: string, child: string): string => `${parent.length} ${parent}${child}`;

const inner = <Key>(maps: Map<Key, Map<string, CallCell>>, key: Key): Map<string, CallCell> => {
  let map = maps.get(key);
  if (!map) {
    map = new Map<string, CallCell>();
    maps.set(key, map);
  }
  return map;
};

const cellIn = (
  cells: Map<string, CallCell>,
  key: string,
  parent: string,
  child: string,
  minute: number,
): CallCell => {
  let cell = cells.get(key);
  if (!cell) {
    cell = { parent, child, minute, calls: 0, errors: 0, latency: new LatencyHistogram() };
    cells.set(key, cell);
  }
  return cell;
};
