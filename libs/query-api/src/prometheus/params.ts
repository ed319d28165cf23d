import {
  GoSyntaxError,
  goQuote,
  parseGoFloat,
  parsePrometheusDuration,
  parseRfc3339Nano,
} from '@lantern/go-syntax';
import { BadRequest } from '../bad-request.js';

/** Latest and earliest time that a parameter may name, in milliseconds: what a `Date` can hold. */
const MAX_MILLIS = 8.64e15;

const invalid = (name: string, reason: string) =>
  new BadRequest(`invalid parameter ${goQuote(name)}: ${reason}`);

/** Returns milliseconds since 1970 of float seconds or RFC 3339; undefined for any other text. */
const millisOfTime = (text: string): number | undefined => {
  try {
    const millis = Math.round(parseGoFloat(text) * 1000);
    return Math.abs(millis) <= MAX_MILLIS ? millis : undefined;
  } catch (error) {
    if (!(error instanceof GoSyntaxError)) throw error;
  }
  try {
    return Number(parseRfc3339Nano(text) / 1_000_000n);
  } catch {
    return undefined;
  }
};

/** @throws {BadRequest} */
export const parseTime = (params: URLSearchParams, name: string): number => {
  const text = params.get(name) ?? '';
  const millis = millisOfTime(text);
  if (millis === undefined) throw invalid(name, `cannot parse ${goQuote(text)} to a valid timestamp`);
  return millis;
};

/** As {@link parseTime}, with a default for an absent parameter. @throws {BadRequest} */
export const parseOptionalTime = (params: URLSearchParams, name: string, absent: number): number => {
  const text = params.get(name) ?? '';
  if (text === '') return absent;
  const millis = millisOfTime(text);
  if (millis === undefined) {
    throw invalid(
      name,
      `invalid time value for '${name}': cannot parse ${goQuote(text)} to a valid timestamp`,
    );
  }
  return millis;
};

/** Returns milliseconds of float seconds or of a duration such as `1h30m`; undefined for any other text. */
const millisOfDuration = (text: string): number | undefined => {
  try {
    const millis = parseGoFloat(text) * 1000;
    return Math.abs(millis) < Number.MAX_SAFE_INTEGER ? millis : undefined;
  } catch (error) {
    if (!(error instanceof GoSyntaxError)) throw error;
  }
  // Prometheus' durations have no unit below a millisecond, and no fractions.
  if (!/^(?:\d+(?:ms|[smhdwy]))+$/.test(text)) return undefined;
  try {
    return Number(parsePrometheusDuration(text) / 1_000_000n);
  } catch {
    return undefined;
  }
};

/** @throws {BadRequest} */
const parseDuration = (params: URLSearchParams, name: string): number => {
  const text = params.get(name) ?? '';
  const millis = millisOfDuration(text);
  if (millis === undefined) throw invalid(name, `cannot parse ${goQuote(text)} to a valid duration`);
  return millis;
};

/** Range of a query in steps. */
export interface PrometheusSteps {
  readonly startMillis: number;
  readonly endMillis: number;
  readonly stepMillis: number;
}

/** Maximum number of steps: 60 s resolution for a week, or 1 h resolution for a year. */
const MAX_STEPS = 11_000;

/** @throws {BadRequest} */
export const parseSteps = (params: URLSearchParams): PrometheusSteps => {
  const startMillis = parseTime(params, 'start');
  const endMillis = parseTime(params, 'end');
  if (endMillis < startMillis) throw invalid('end', 'end timestamp must not be before start time');
  const stepMillis = parseDuration(params, 'step');
  if (stepMillis <= 0) {
    throw invalid(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if ((endMillis - startMillis) / stepMillis > MAX_STEPS) {
    throw new BadRequest(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  // Evaluation times are whole milliseconds.
  return { startMillis, endMillis, stepMillis: Math.max(1, Math.trunc(stepMillis)) };
};

/** Returns the limit on the number of items of an answer; undefined for none. @throws {BadRequest} */
export const parseLimit = (params: URLSearchParams): number | undefined => {
  const text = params.get('limit') ?? '';
  if (text === '') return undefined;
  if (!/^[-+]?\d{1,18}$/.test(text))
    throw invalid('limit', `strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`);
  const limit = Number(text);
  if (limit < 0) throw invalid('limit', 'limit must be non-negative');
  return limit === 0 ? undefined : limit;
};

/** Returns the time after which the client gives up; undefined for the server's default. @throws {BadRequest} */
export const parseTimeout = (params: URLSearchParams): number | undefined => {
  if ((params.get('timeout') ?? '') === '') return undefined;
  const millis = parseDuration(params, 'timeout');
  if (millis <= 0)
    throw new BadRequest(`invalid parameter "timeout": timeout must be positive, got ${millis / 1000}s`);
  return millis;
};

/** Returns the age from which on a sample is too old for an instant selector. @throws {BadRequest} */
export const parseLookback = (params: URLSearchParams): number | undefined => {
  const text = params.get('lookback_delta') ?? '';
  if (text === '') return undefined;
  const millis = millisOfDuration(text);
  if (millis === undefined) {
    throw new BadRequest(
      `error parsing lookback delta duration: cannot parse ${goQuote(text)} to a valid duration`,
    );
  }
  if (millis <= 0) throw new BadRequest('lookback delta must be positive');
  return millis;
};

/**
 * Returns the name of a label in a path: `U__` begins a name whose other characters are escaped as `_xx_` in hex, and
 * whose underscores are doubled.
 */
export const unescapeLabelName = (escaped: string): string =>
  escaped.startsWith('U__')
    ? escaped
        .slice(3)
        .replace(/__|_([0-9a-fA-F]{1,6})_/g, (whole, hex: string | undefined) =>
          hex === undefined ? '_' : codePointOr(Number.parseInt(hex, 16), whole),
        )
    : escaped;

const codePointOr = (code: number, otherwise: string): string =>
  code <= 0x10ffff ? String.fromCodePoint(code) : otherwise;
