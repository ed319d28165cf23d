import { MAX_HASHED_LENGTH, hasLongMemberName } from '@lantern/telemetry-model';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';

/** Numbers of 16 digits or more may exceed the integers that a JavaScript number holds exactly. */
const LONG_NUMBER = /[:[,]\s*-?\d{16}/;

/**
 * `JSON.parse` that keeps every digit: integers beyond 2^53 become bigints. OTLP/JSON encodes 64-bit integers as strings,
 * and protobuf's JSON accepts numbers too.
 *
 * @throws MalformedOtlpError
 * @see https://protobuf.dev/programming-guides/json/
 */
export const parseJson = (text: string): unknown => {
  // https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: names are field names, and no field name is long.
  if (hasLongMemberName(text)) {
    throw new MalformedOtlpError('', `has a name of more than ${MAX_HASHED_LENGTH} characters`);
  }
  try {
    return LONG_NUMBER.test(text) ? (JSON.parse(text, keepDigits) as unknown) : (JSON.parse(text) as unknown);
  } catch (error) {
    throw new MalformedOtlpError(
      '',
      `is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** A browser without https://github.com/tc39/proposal-json-parse-with-source passes no context, so it rounds. */
const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' &&
  !Number.isSafeInteger(value) &&
  context?.source &&
  /^-?\d+$/.test(context.source)
    ? BigInt(context.source)
    : value;
