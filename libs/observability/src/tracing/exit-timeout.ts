import { milliseconds } from '../environment.js';

const DEFAULT_MILLIS = 2000;

/**
 * How long spans and log lines together may hold up the end of the process after a crash or `process.exit()`, in
 * milliseconds: `LANTERN_EXIT_TIMEOUT`.
 */
export const exitTimeoutMillis = (): number =>
  milliseconds(process.env, 'LANTERN_EXIT_TIMEOUT') ?? DEFAULT_MILLIS;
