import { GoSyntaxError } from './go-syntax-error.js';
import { goQuote } from './quote.js';

const UNIT_NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  // U+00B5 is the micro sign, U+03BC the Greek letter mu: both are typed.
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const MAX_NANOS = (1n << 63n) - 1n;
const PART = /(\d*)(?:\.(\d*))?([^\d.]*)/y;

/**
 * Reads a duration as Go's `time.ParseDuration` does, for example `1m30s`, `1.5s` or `-250ms`.
 *
 * @returns nanoseconds
 * @throws {GoSyntaxError}
 * @see https://pkg.go.dev/time#ParseDuration
 */
export const parseGoDuration = (text: string): bigint => {
  const invalid = () => new GoSyntaxError(`time: invalid duration ${goQuote(text)}`);
  const negative = text.startsWith('-');
  const body = /^[-+]/.test(text) ? text.slice(1) : text;
  if (body === '0') return 0n;
  if (body === '') throw invalid();

  let nanos = 0n;
  let offset = 0;
  while (offset < body.length) {
    PART.lastIndex = offset;
    const [part = '', whole = '', fraction = '', unit = ''] = PART.exec(body) ?? [];
    if (whole === '' && fraction === '') throw invalid();
    if (unit === '') throw new GoSyntaxError(`time: missing unit in duration ${goQuote(text)}`);
    const unitNanos = UNIT_NANOS[unit];
    if (unitNanos === undefined) {
      throw new GoSyntaxError(`time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    }
    // Longer fractions than these digits are below a nanosecond in every unit; longer wholes overflow.
    const digits = fraction.slice(0, 18);
    if (whole.length > 20) throw invalid();
    nanos += BigInt(whole || 0) * unitNanos;
    if (digits !== '') nanos += (BigInt(digits) * unitNanos) / 10n ** BigInt(digits.length);
    if (nanos > MAX_NANOS) throw invalid();
    offset += part.length;
  }
  return negative ? -nanos : nanos;
};

/**
 * Writes a duration as Go's `time.Duration.String` does: `1h0m0s`, `1m30s`, `35ms`, `1.5\u00b5s`, `0s`.
 *
 * @param nanos may be negative
 */
export const formatGoDuration = (nanos: bigint): string => {
  if (nanos < 0n) return `-${formatGoDuration(-nanos)}`;
  if (nanos === 0n) return '0s';
  for (const unit of ['ns', '\u00b5s', 'ms'] as const) {
    const unitNanos = UNIT_NANOS[unit] ?? 1n;
    if (nanos < unitNanos * 1_000n) return decimal(nanos, unitNanos) + unit;
  }
  const minutes = nanos / 60_000_000_000n;
  const seconds = `${decimal(nanos % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
};

const decimal = (nanos: bigint, unitNanos: bigint): string => {
  const digits = String(unitNanos).length - 1;
  const fraction =
    digits === 0
      ? ''
      : String(nanos % unitNanos)
          .padStart(digits, '0')
          .replace(/0+$/, '');
  return `${nanos / unitNanos}${fraction === '' ? '' : `.${fraction}`}`;
};
