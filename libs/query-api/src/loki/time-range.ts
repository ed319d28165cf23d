import {
  goQuote,
  parseGoFloat,
  parseGoInt,
  parsePrometheusDuration,
  parseRfc3339Nano,
} from '@lantern/go-syntax';
import { NANOS_PER_SECOND, type UnixNano } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { TIME_RANGE, within } from '../number-range.js';
import { readParam } from './params.js';

export const DEFAULT_SINCE = 3_600n * NANOS_PER_SECOND;

/** The default time range of `series`, `labels` and label values. */
export const DEFAULT_LABELS_SINCE = 6n * DEFAULT_SINCE;

const MAX_RANGE_POINTS = 11_000n;

export interface LokiTimeRange {
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}

const parseAnyLokiTime = (text: string): UnixNano => {
  const [, sign, seconds = '', fraction] = /^([-+]?)(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  if (sign !== undefined && (fraction !== undefined || text.length <= 10)) {
    // Loki keeps no more than milliseconds of a fraction.
    const millis = Math.round(Number(`0.${fraction ?? ''}0`) * 1_000);
    const nanos = BigInt(seconds) * NANOS_PER_SECOND + BigInt(millis) * 1_000_000n;
    return sign === '-' ? -nanos : nanos;
  }
  try {
    return parseGoInt(text);
  } catch (error) {
    try {
      return parseRfc3339Nano(text);
    } catch {
      throw error;
    }
  }
};

const lokiTime = within(TIME_RANGE, parseAnyLokiTime);

/**
 * Reads a time in any of Loki's forms: with a decimal point, or of up to ten digits, seconds; a longer
 * integer, nanoseconds; otherwise RFC 3339.
 *
 * @throws {GoSyntaxError}
 */
export const parseLokiTime = (text: string): UnixNano => lokiTime(text);

/** `start`, `end` and `since`: the start is `since` before the end, or before now if that is earlier. */
export const parseRange = (params: URLSearchParams, now: UnixNano, defaultSince: bigint): LokiTimeRange => {
  const since = readParam(params, 'since', parsePrometheusDuration) ?? defaultSince;
  const endUnixNano = readParam(params, 'end', parseLokiTime) ?? now;
  const latestStart = endUnixNano < now ? endUnixNano : now;
  const startUnixNano = readParam(params, 'start', parseLokiTime) ?? latestStart - since;
  return { startUnixNano, endUnixNano };
};

export const parseCheckedRange = (params: URLSearchParams, now: UnixNano): LokiTimeRange => {
  const range = parseRange(params, now, DEFAULT_SINCE);
  if (range.endUnixNano <= range.startUnixNano) {
    throw new BadRequest('end timestamp must not be before or equal to start time');
  }
  return range;
};

/** Grafana sends a step with every query, also where nothing is stepped over: it has to be valid all the same. */
export const parseStep = (params: URLSearchParams, { startUnixNano, endUnixNano }: LokiTimeRange): bigint => {
  const rangeSeconds = (endUnixNano - startUnixNano) / NANOS_PER_SECOND;
  const defaultSeconds = rangeSeconds / 250n > 1n ? rangeSeconds / 250n : 1n;
  const text = params.get('step') ?? '';
  const step = text === '' ? defaultSeconds * NANOS_PER_SECOND : parseStepText(text);
  if (step <= 0n) {
    throw new BadRequest(
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if ((endUnixNano - startUnixNano) / step > MAX_RANGE_POINTS) {
    throw new BadRequest(
      'exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter',
    );
  }
  return step;
};

export const parseStepText = (text: string): bigint => {
  const seconds = secondsOf(text);
  if (seconds !== undefined) {
    const nanos = Math.round(seconds * 1e9);
    if (Math.abs(nanos) < 2 ** 63) return BigInt(nanos);
    throw new BadRequest(`cannot parse ${goQuote(text)} to a valid duration. It overflows int64`);
  }
  try {
    return parsePrometheusDuration(text);
  } catch {
    throw new BadRequest(`cannot parse ${goQuote(text)} to a valid duration`);
  }
};

/** Undefined for a text that is no number. */
const secondsOf = (text: string): number | undefined => {
  try {
    const seconds = parseGoFloat(text);
    return Number.isNaN(seconds) ? undefined : seconds;
  } catch {
    return undefined;
  }
};

export const floorMod = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;
