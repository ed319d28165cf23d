import { afterEach, describe, expect, it } from '@jest/globals';
import { exitTimeoutMillis } from './exit-timeout.js';

afterEach(() => {
  delete process.env.OBSERVABILITY_EXIT_TIMEOUT;
});

describe('OBSERVABILITY_EXIT_TIMEOUT', () => {
  it.each([
    [undefined, 2000],
    ['', 2000],
    ['500', 500],
    ['soon', 2000],
    ['0', 2000],
  ])('%j holds the end of a process up for %i ms at the most', (given, millis) => {
    if (given !== undefined) process.env.OBSERVABILITY_EXIT_TIMEOUT = given;
    expect(exitTimeoutMillis()).toBe(millis);
  });
});
