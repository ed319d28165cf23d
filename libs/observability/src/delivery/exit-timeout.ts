import { milliseconds } from '../environment.js';

const DEFAULT_MILLIS = 2000;

/**
 * Returns the exit timeout, `OBSERVABILITY_EXIT_TIMEOUT`: maximum time, in milliseconds, for which spans and log lines together
 * delay the end of the process after a crash or `process.exit()`.
 */
export const exitTimeoutMillis = (): number =>
  milliseconds(process.env, 'OBSERVABILITY_EXIT_TIMEOUT') ?? DEFAULT_MILLIS;
