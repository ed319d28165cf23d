import { LatencyHistogram } from './latency-histogram.js';
import type { ObservedCall } from './call-matcher.js';
import { periodOf } from '../bytes/wide-time.js';
import { OTHER_SERVICES } from './operation-catalog.js';

export const MINUTE_NANOS = 60e9;

/** Limit on the number of pairs of services whose calls are counted separately. */
export const MAX_EDGES = 10_000;

/** Calls from one service to another whose called spans started in one minute. */
export interface CallCell {
  readonly parent: string;
  readonly child: string;
  readonly minute: number;
  calls: number;
  errors: number;
  readonly latency: LatencyHistogram;
}

/** Cells by parent, then child, then minute. Nested maps avoid building a key for each call. */
type CellsByEdge = Map<string, Map<string, Map<number, CallCell>>>;

/**
 * Number of calls per minute, by the block of the called span, so that dropping a block subtracts its calls:
 *
 * ```
 * total      web → orders → 29453760: 7 calls, 1 error
 * byBlock    3 → web → orders → 29453760: 4 calls;   4 → web → orders → 29453760: 3 calls, 1 error
 * ```
 *
 * Beyond a limit, calls between further services are counted as calls from {@link OTHER_SERVICES} to itself.
 */
export class CallRollup {
  private readonly total: CellsByEdge = new Map();
  private readonly byBlock = new Map<number, CellsByEdge>();
  private edgeCount = 0;

  constructor(private readonly maxEdges = MAX_EDGES) {}

  add(call: ObservedCall, sign: 1 | -1): void {
    const { block, startLow, startHigh, durationNanos, isError } = call;
    const minute = periodOf(startLow, startHigh, MINUTE_NANOS);
    let ofBlock = this.byBlock.get(block);
    if (!ofBlock) this.byBlock.set(block, (ofBlock = new Map() as CellsByEdge));
    const [parent, child] = this.edgeOf(call, sign < 0 ? ofBlock : this.total, minute);
    if (!this.total.get(parent)?.has(child)) this.edgeCount++;
    for (const cells of [this.total, ofBlock]) {
      const cell = cellIn(cells, parent, child, minute);
      cell.calls += sign;
      if (isError) cell.errors += sign;
      cell.latency.add(durationNanos, sign);
    }
    if (sign < 0) this.removeEmpty(parent, child, minute);
  }

  drop(block: number): void {
    for (const { parent, child, minute, calls, errors, latency } of cellsIn(this.byBlock.get(block))) {
      const cell = cellIn(this.total, parent, child, minute);
      cell.calls -= calls;
      cell.errors -= errors;
      cell.latency.addAll(latency, -1);
      this.removeEmpty(parent, child, minute);
    }
    this.byBlock.delete(block);
  }

  /** Yields all cells of whole minutes, both ends inclusive. */
  *cells(firstMinute: number, lastMinute: number): Generator<CallCell> {
    for (const children of this.total.values()) {
      for (const minutes of children.values()) {
        if (lastMinute - firstMinute < minutes.size) {
          for (let minute = firstMinute; minute <= lastMinute; minute++) {
            const cell = minutes.get(minute);
            if (cell) yield cell;
          }
          continue;
        }
        for (const cell of minutes.values()) {
          if (cell.minute >= firstMinute && cell.minute <= lastMinute) yield cell;
        }
      }
    }
  }

  /**
   * Returns the pair of services under which a call is counted or subtracted. `counted` is all cells for a new call,
   * and the cells of its block for a call to subtract.
   */
  private edgeOf(
    { parent, child }: ObservedCall,
    counted: CellsByEdge,
    minute: number,
  ): readonly [parent: string, child: string] {
    const children = counted.get(parent)?.get(child);
    const isKnown = counted === this.total ? children !== undefined : (children?.get(minute)?.calls ?? 0) > 0;
    const hasRoom = counted === this.total && this.edgeCount < this.maxEdges;
    return isKnown || hasRoom ? [parent, child] : [OTHER_SERVICES, OTHER_SERVICES];
  }

  private removeEmpty(parent: string, child: string, minute: number): void {
    const children = this.total.get(parent);
    const minutes = children?.get(child);
    if (minutes?.get(minute)?.calls !== 0) return;
    minutes.delete(minute);
    if (minutes.size === 0 && children?.delete(child)) this.edgeCount--;
    if (children?.size === 0) this.total.delete(parent);
  }
}

const cellIn = (cells: CellsByEdge, parent: string, child: string, minute: number): CallCell => {
  let children = cells.get(parent);
  if (!children) cells.set(parent, (children = new Map() as Map<string, Map<number, CallCell>>));
  let minutes = children.get(child);
  if (!minutes) children.set(child, (minutes = new Map() as Map<number, CallCell>));
  let cell = minutes.get(minute);
  if (!cell) {
    cell = { parent, child, minute, calls: 0, errors: 0, latency: new LatencyHistogram() };
    minutes.set(minute, cell);
  }
  return cell;
};

function* cellsIn(cells: CellsByEdge | undefined): Generator<CallCell> {
  for (const children of cells?.values() ?? []) {
    for (const minutes of children.values()) yield* minutes.values();
  }
}
