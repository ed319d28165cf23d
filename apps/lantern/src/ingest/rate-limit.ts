/** How much of a second's worth may come at once. */
const BURST_SECONDS = 1.5;

/** A bucket that fills at a steady rate, and that everything that comes is taken from. */
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

  /** False when that much is not there; then nothing is taken. */
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
