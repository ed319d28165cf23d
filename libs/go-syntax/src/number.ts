import { GoSyntaxError } from './go-syntax-error.js';
import { goQuote } from './quote.js';

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

const refuse = (fn: string, text: string, reason = 'invalid syntax') =>
  new GoSyntaxError(`strconv.${fn}: parsing ${goQuote(text)}: ${reason}`);

/**
 * Reads a signed decimal integer as Go's `strconv.ParseInt` does.
 *
 * @param fn the name that the message carries: `Atoi` reads the same
 * @throws {GoSyntaxError}
 */
export const parseGoInt = (text: string, bits: 32 | 64 = 64, fn = 'ParseInt'): bigint => {
  if (!/^[-+]?\d+$/.test(text)) throw refuse(fn, text);
  // No integer of 64 bits has more digits, without leading zeros.
  const digits = text.replace(/^[-+]/, '').replace(/^0+(?=\d)/, '');
  const value = digits.length > 19 ? undefined : BigInt(digits) * (text.startsWith('-') ? -1n : 1n);
  const limit = 1n << BigInt(bits - 1);
  if (value === undefined || value >= limit || value < -limit) throw refuse(fn, text, 'value out of range');
  return value;
};

/** @throws {GoSyntaxError} */
export const parseGoBool = (text: string): boolean => {
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  throw refuse('ParseBool', text);
};
