import { describe, expect, it } from '@jest/globals';
import { epochMillis } from './clock.js';
import { now } from './logging/timestamp.js';

describe('the clock of spans and log lines', () => {
  it('The time of a log line is between the starts of the spans before and after it', () => {
    for (let i = 0; i < 1000; i++) {
      const [before, line, after] = [epochMillis(), now(), epochMillis()];
      // Lines are cut off to microseconds.
      expect(line).toBeGreaterThanOrEqual(before - 0.0011);
      expect(line).toBeLessThanOrEqual(after);
    }
  });

  /** Two milliseconds on either side, and what the machine's clock is cut off by. */
  const expectNow = (read: () => number): void => {
    const [before, time, after] = [Date.now(), read(), Date.now()];
    expect(time).toBeGreaterThan(before - 2);
    expect(time).toBeLessThan(after + 3);
  };

  it('The clock of spans and log lines stays close to the clock of the machine', () => {
    expectNow(() => epochMillis());
  });

  it('The clock of spans and log lines follows when the machine’s clock is set', () => {
    // An hour after the process began according to `performance.now()`, although no time has passed for the machine.
    const later = performance.now() + 3_600_000;
    expectNow(() => epochMillis(later));
    expectNow(() => epochMillis());
  });
});
