import type { LatencyCounts } from '@lantern/telemetry-store';

/** Upper bounds of the buckets in seconds: those of `http.server.request.duration`, so that both can be compared. */
export const LATENCY_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const NANOS_PER_SECOND = 1e9;

/** Returns the index of the bucket of a latency; that of the bounds' number is the one up to infinity. */
export const latencyIndex = (seconds: number): number => {
  const index = LATENCY_BOUNDS.findIndex((bound) => seconds <= bound);
  return index < 0 ? LATENCY_BOUNDS.length : index;
};

/** Histogram of latencies that only grows. */
export class LatencyCounter {
  readonly counts = new Float64Array(LATENCY_BOUNDS.length + 1);
  count = 0;
  sumSeconds = 0;

  static of(latencies: LatencyCounts): LatencyCounter {
    const counter = new LatencyCounter();
    for (const [nanos, count] of latencies) {
      const seconds = nanos / NANOS_PER_SECOND;
      const index = latencyIndex(seconds);
      counter.counts[index] = (counter.counts[index] ?? 0) + count;
      counter.count += count;
      counter.sumSeconds += count * seconds;
    }
    return counter;
  }

  /** Adds what `now` has more than `before`. Evicted spans lower a roll-up; a counter does not fall. */
  addIncrease(now: LatencyCounter, before: LatencyCounter): void {
    for (const [i, count] of now.counts.entries())
      this.counts[i] = (this.counts[i] ?? 0) + Math.max(0, count - (before.counts[i] ?? 0));
    this.count += Math.max(0, now.count - before.count);
    this.sumSeconds += Math.max(0, now.sumSeconds - before.sumSeconds);
  }
}
