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
  ])('OBSERVABILITY_EXIT_TIMEOUT %j blocks the exit of a process for at most %i ms', (given, millis) => {
    if (given !== undefined) process.env.OBSERVABILITY_EXIT_TIMEOUT = given;
    expect(exitTimeoutMillis()).toBe(millis);
  });
});
