import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { cpuSeconds, percentile } from './figures.js';

export interface Asked {
  readonly p50Millis: number;
  readonly p99Millis: number;
  /** Mean CPU of the process for one question. */
  readonly cpuMillis: number;
  /** Longest time for which the event loop was blocked. */
  readonly longestTurnMillis: number;
}

/** Asks a question a few times to warm up, and then `rounds` times that count. */
export const asked = async (rounds: number, ask: (round: number) => Promise<unknown>): Promise<Asked> => {
  for (let round = 0; round < Math.min(rounds, 10); round++) await ask(round);
  const turns = new TurnWatch();
  const times: number[] = [];
  const cpuBefore = process.cpuUsage();
  for (let round = 0; round < rounds; round++) {
    const at = performance.now();
    await ask(round);
    times.push(performance.now() - at);
    await setImmediate();
  }
  return {
    p50Millis: percentile(times, 0.5),
    p99Millis: percentile(times, 0.99),
    cpuMillis: (1000 * cpuSeconds(cpuBefore)) / rounds,
    longestTurnMillis: turns.stop(),
  };
};

/** Measures how long the event loop is blocked. */
export class TurnWatch {
  private longest = 0;
  private last = performance.now();
  private readonly timer = setInterval(() => this.tick(), 0);

  stop(): number {
    clearInterval(this.timer);
    this.tick();
    return this.longest;
  }

  private tick(): void {
    const now = performance.now();
    this.longest = Math.max(this.longest, now - this.last);
    this.last = now;
  }
}
