import { GoSyntaxError } from './go-syntax-error.js';
import { goQuote } from './quote.js';

const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const INFINITE = /^([-+]?)inf(?:inity)?$/i;
const HEXADECIMAL = /^([-+]?)0x([\da-f]*)(?:\.([\da-f]*))?p([-+]?\d{1,6})$/i;

/**
 * Reads a number as Go's `strconv.ParseFloat` does.
 *
 * @throws {GoSyntaxError}
 */
export const parseGoFloat = (written: string): number => plainDecimal(written) ?? parseAnyFloat(written);

/** Maximum number of digits that make an exact integer below 2^53. */
const MAX_EXACT_DIGITS = 15;

const POWERS_OF_TEN = Array.from({ length: MAX_EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/**
 * Returns a number of few digits, as most numbers in lines are, several times faster than `Number` behind a check. The
 * quotient of two exact numbers is rounded once, so it is the nearest double.
 */
const plainDecimal = (text: string): number | undefined => {
  if (text.length === 0 || text.length > MAX_EXACT_DIGITS) return undefined;
  let digits = 0;
  let point = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) digits = digits * 10 + code - 0x30;
    else if (code === 0x2e && point < 0 && at > 0) point = at;
    else return undefined;
  }
  return point < 0 ? digits : digits / (POWERS_OF_TEN[text.length - 1 - point] ?? 1);
};

const parseAnyFloat = (written: string): number => {
  const refuse = (reason: string) =>
    new GoSyntaxError(`strconv.ParseFloat: parsing ${goQuote(written)}: ${reason}`);
  const text = written.includes('_') ? withoutUnderscores(written) : written;
  if (text === undefined) throw refuse('invalid syntax');
  if (DECIMAL.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw refuse('value out of range');
  }
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  if (text.toLowerCase() === 'nan') return Number.NaN;
  const [, sign, whole = '', fraction = '', exponent] = HEXADECIMAL.exec(text) ?? [];
  if (exponent === undefined || whole + fraction === '' || whole.length + fraction.length > 13) {
    throw refuse('invalid syntax');
  }
  const value = Number.parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
};

/** Undefined when an underscore does not separate digits. */
const withoutUnderscores = (text: string): string | undefined => {
  const misplaced = /^[-+]?0x/i.test(text) ? /(?<![\da-fx])_|_(?![\da-f])/i : /(?<!\d)_|_(?!\d)/;
  return misplaced.test(text) ? undefined : text.replaceAll('_', '');
};

/** Writes a number without an exponent, with the fewest digits that identify it: Go's `strconv.FormatFloat(v, 'f', -1, 64)`. */
export const formatGoFloat = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  const [, sign = '', whole = '', fraction = '', exponent] =
    /^(-?)(\d+)(?:\.(\d+))?e([-+]\d+)$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
};

/** As Go prints a `float64` with `%v` or `%g`: with an exponent from 1e6 and below 1e-4. */
export const printGoFloat = (value: number): string => {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size === 0 || (size >= 1e-4 && size < 1e6)) return formatGoFloat(value);
  return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
};
