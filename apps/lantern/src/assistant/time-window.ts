import { parseGoDuration } from '@lantern/go-syntax';
import { NANOS_PER_MILLI } from '@lantern/telemetry-model';
import { nowUnixNano } from '../clock.js';
import { ClientError } from './lantern-client.js';

/** Window that ends now, as assistants and commands name it: `15m`, `24h`. */
export interface TimeWindow {
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
}

export const DEFAULT_WINDOW = '1h';

/** Clocks of senders may be ahead: their newest traces start after now. */
const AHEAD_NANO = 60_000n * NANOS_PER_MILLI;

/** @throws {ClientError} */
export const windowOf = (last: string): TimeWindow => {
  let duration: bigint;
  try {
    duration = parseGoDuration(last);
  } catch {
    throw new ClientError(`"${last}" is not a duration. Use one such as 15m or 24h.`);
  }
  const now = nowUnixNano();
  return { startUnixNano: now - duration, endUnixNano: now + AHEAD_NANO };
};

/** Formats a time in RFC 3339, with milliseconds. */
export const rfc3339 = (unixNano: bigint): string =>
  new Date(Number(unixNano / NANOS_PER_MILLI)).toISOString();
