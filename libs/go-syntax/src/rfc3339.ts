import { GoSyntaxError } from './go-syntax-error.js';
import { goQuote } from './quote.js';

const LAYOUT = '2006-01-02T15:04:05.999999999Z07:00';

/** One piece of the text, with the name that Go's layout has for it. */
const PIECES: readonly (readonly [RegExp, string])[] = [
  [/\d{4}/y, '2006'],
  [/-/y, '-'],
  [/\d{2}/y, '01'],
  [/-/y, '-'],
  [/\d{2}/y, '02'],
  [/T/y, 'T'],
  [/\d{2}/y, '15'],
  [/:/y, ':'],
  [/\d{2}/y, '04'],
  [/:/y, ':'],
  [/\d{2}/y, '05'],
  [/(?:[.,]\d+)?/y, ''],
  [/Z|[-+]\d{2}:\d{2}/y, 'Z07:00'],
];

/** The calendar repeats every 400 years; adding them keeps `Date.UTC` from reading year 99 as 1999. */
const daysIn = (year: number, month: number): number => new Date(Date.UTC(year + 400, month, 0)).getUTCDate();

/**
 * Reads a time as Go's `time.Parse(time.RFC3339Nano, …)` does, to the nanosecond.
 *
 * @returns nanoseconds since 1970-01-01 UTC
 * @throws {GoSyntaxError}
 */
export const parseRfc3339Nano = (text: string): bigint => {
  const found: string[] = [];
  let offset = 0;
  for (const [pattern, element] of PIECES) {
    pattern.lastIndex = offset;
    const piece = pattern.exec(text)?.[0];
    if (piece === undefined) {
      throw new GoSyntaxError(
        `parsing time ${goQuote(text)} as ${goQuote(LAYOUT)}: ` +
          `cannot parse ${goQuote(text.slice(offset))} as ${goQuote(element)}`,
      );
    }
    found.push(piece);
    offset += piece.length;
  }
  if (offset < text.length) {
    throw new GoSyntaxError(`parsing time ${goQuote(text)}: extra text: ${goQuote(text.slice(offset))}`);
  }

  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = [0, 2, 4, 6, 8, 10].map((at) =>
    Number(found[at]),
  );
  const outOfRange = (what: string) =>
    new GoSyntaxError(`parsing time ${goQuote(text)}: ${what} out of range`);
  if (month < 1 || month > 12) throw outOfRange('month');
  if (day < 1 || day > daysIn(year, month)) throw outOfRange('day');
  if (hour > 23) throw outOfRange('hour');
  if (minute > 59) throw outOfRange('minute');
  if (second > 59) throw outOfRange('second');

  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const zone = found[12] ?? 'Z';
  const zoneMinutes =
    zone === 'Z'
      ? 0
      : (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))) * (zone.startsWith('-') ? -1 : 1);
  const fraction = (found[11] ?? '').slice(1, 10).padEnd(9, '0');
  return BigInt(date.getTime() - zoneMinutes * 60_000) * 1_000_000n + BigInt(fraction);
};
