import { PromqlEvaluationError } from './evaluation-error.js';

/** Work between two reads of the clock: about 100 µs. */
const WORK_PER_CHECK = 20_000;

/** Work of creating or visiting a row beside its samples. */
export const WORK_PER_ROW = 100;

/** Work of an operation on a native histogram, in samples. */
export const WORK_PER_HISTOGRAM = 50;

/** Steps that are computed without a look at the clock in between. */
const STEPS_PER_SLICE = 4_096;

/** Time after which a query lets other work run. */
const DEFAULT_TURN_MILLIS = 5;

export interface PaceOptions {
  readonly timeoutMillis: number;
  readonly signal?: AbortSignal;
  readonly turnMillis?: number;
}

/** Waits until other work of the event loop has run. */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    // Browsers have no `setImmediate`.
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

/** Stops a query at its timeout or when it is aborted, and lets other work run in between. */
export class QueryPace {
  private readonly deadline: number;
  private readonly signal: AbortSignal | undefined;
  private readonly turnMillis: number;
  private turnEnds: number;
  private work = 0;

  constructor({ timeoutMillis, signal, turnMillis = DEFAULT_TURN_MILLIS }: PaceOptions) {
    const now = performance.now();
    this.deadline = now + timeoutMillis;
    this.signal = signal;
    this.turnMillis = turnMillis;
    this.turnEnds = now + turnMillis;
  }

  /**
   * Counts work, roughly in samples. The caller awaits a promise before it continues; undefined means that it may continue at
   * once.
   *
   * @throws {PromqlEvaluationError} at the timeout, or when the query was aborted
   */
  spend(work: number): Promise<void> | undefined {
    this.work += work;
    if (this.work < WORK_PER_CHECK) return undefined;
    this.work = 0;
    const now = performance.now();
    this.check(now);
    return now < this.turnEnds ? undefined : this.giveWay();
  }

  /**
   * Visits all steps in slices, between which other work may run.
   *
   * @param workPerStep roughly in samples
   * @throws {PromqlEvaluationError}
   */
  async slices(steps: number, visit: (from: number, to: number) => void, workPerStep = 1): Promise<void> {
    for (let from = 0; from < steps; from += STEPS_PER_SLICE) {
      const to = Math.min(steps, from + STEPS_PER_SLICE);
      visit(from, to);
      const wait = this.spend(WORK_PER_ROW + workPerStep * (to - from));
      if (wait) await wait;
    }
  }

  /** @throws {PromqlEvaluationError} */
  check(now = performance.now()): void {
    if (this.signal?.aborted) {
      throw new PromqlEvaluationError('query was canceled in expression evaluation', 'canceled');
    }
    if (now > this.deadline) {
      throw new PromqlEvaluationError('query timed out in expression evaluation', 'timeout');
    }
  }

  private async giveWay(): Promise<void> {
    await nextTurn();
    const now = performance.now();
    this.check(now);
    this.turnEnds = now + this.turnMillis;
  }
}
