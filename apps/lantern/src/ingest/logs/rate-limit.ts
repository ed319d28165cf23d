/** Size of the bucket, in seconds of the rate. */
const BURST_SECONDS = 1.5;

/** Token bucket: limits the average rate, and allows bursts. */
export class RateLimit {
  private available: number;
  private filledMillis: number;

  constructor(
    readonly perSecond: number,
    private readonly nowMillis: () => number,
  ) {
    this.available = perSecond * BURST_SECONDS;
    this.filledMillis = nowMillis();
  }

  /** Returns false, and takes no tokens, when the bucket has too few. */
  take(amount: number): boolean {
    if (this.perSecond === Infinity) return true;
    const now = this.nowMillis();
    const filled = this.available + ((now - this.filledMillis) / 1_000) * this.perSecond;
    this.available = Math.min(this.perSecond * BURST_SECONDS, filled);
    this.filledMillis = now;
    if (amount > this.available) return false;
    this.available -= amount;
    return true;
  }
}
