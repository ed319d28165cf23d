import { MAX_HASHED_LENGTH, hasLongMemberName } from '@lantern/telemetry-model';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';

/** Sixteen digits are the first that a JavaScript number may not hold exactly. */
const LONG_NUMBER = /[:[,]\s*-?\d{16}/;

/**
 * `JSON.parse` that keeps every digit: whole numbers beyond 2^53 become bigints. Senders should write 64-bit
 * integers as strings, yet protobuf's JSON allows numbers too.
 *
 * @throws MalformedOtlpError
 * @see https://protobuf.dev/programming-guides/json/
 */
export const parseJson = (text: string): unknown => {
  // https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: names are those of fields, and none is long.
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

/** A browser without https://github.com/tc39/proposal-json-parse-with-source passes no context: rounded, then. */
const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' &&
  !Number.isSafeInteger(value) &&
  context?.source &&
  /^-?\d+$/.test(context.source)
    ? BigInt(context.source)
    : value;
