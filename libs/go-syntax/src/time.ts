import { GoSyntaxError } from './go-syntax-error.js';
import { goQuote } from './quote.js';

/** A moment, and the clock on the wall where it is read. As Go's `time.Time`. */
export interface GoTime {
  readonly unixNano: bigint;
  readonly zone: GoZone;
}

export interface GoZone {
  /** As `MST` writes it, for example `UTC` or `CET`. */
  readonly name: string;
  readonly offsetSeconds: number;
}

export const UTC: GoZone = { name: 'UTC', offsetSeconds: 0 };

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Elements of a layout, the longer ones first. @see https://pkg.go.dev/time#pkg-constants */
const ELEMENT =
  /January|Jan|Monday|Mon|MST|2006|Z07:00:00|Z07:00|Z0700|Z07|-07:00:00|-07:00|-0700|-07|[.,]0+(?!\d)|[.,]9+(?!\d)|__2|_2|002|01|02|03|04|05|06|15|PM|pm|1|2|3|4|5/g;

const pad = (value: number, width: number, fill = '0'): string => String(value).padStart(width, fill);

const floorDiv = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b));

/** @see https://pkg.go.dev/time#Time.Format */
export const formatGoTime = (time: GoTime, layout: string): string => {
  const millis = floorDiv(time.unixNano, 1_000_000n);
  const date = new Date(Number(millis) + time.zone.offsetSeconds * 1_000);
  const nanos = pad(Number(time.unixNano - floorDiv(time.unixNano, 1_000_000_000n) * 1_000_000_000n), 9);
  const hour = date.getUTCHours();
  const dayOfYear = Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  const elements: Readonly<Record<string, () => string>> = {
    January: () => MONTHS[date.getUTCMonth()] ?? '',
    Jan: () => (MONTHS[date.getUTCMonth()] ?? '').slice(0, 3),
    Monday: () => DAYS[date.getUTCDay()] ?? '',
    Mon: () => (DAYS[date.getUTCDay()] ?? '').slice(0, 3),
    MST: () => time.zone.name,
    '2006': () => pad(date.getUTCFullYear(), 4),
    '06': () => pad(date.getUTCFullYear() % 100, 2),
    '01': () => pad(date.getUTCMonth() + 1, 2),
    '1': () => String(date.getUTCMonth() + 1),
    '02': () => pad(date.getUTCDate(), 2),
    _2: () => pad(date.getUTCDate(), 2, ' '),
    '2': () => String(date.getUTCDate()),
    __2: () => pad(dayOfYear, 3, ' '),
    '002': () => pad(dayOfYear, 3),
    '15': () => pad(hour, 2),
    '03': () => pad(hour % 12 || 12, 2),
    '3': () => String(hour % 12 || 12),
    '04': () => pad(date.getUTCMinutes(), 2),
    '4': () => String(date.getUTCMinutes()),
    '05': () => pad(date.getUTCSeconds(), 2),
    '5': () => String(date.getUTCSeconds()),
    PM: () => (hour < 12 ? 'AM' : 'PM'),
    pm: () => (hour < 12 ? 'am' : 'pm'),
  };
  return layout.replace(ELEMENT, (element) => {
    if (/^[.,]0/.test(element)) return element.charAt(0) + nanos.slice(0, element.length - 1);
    if (/^[.,]9/.test(element)) {
      const digits = nanos.slice(0, element.length - 1).replace(/0+$/, '');
      return digits === '' ? '' : element.charAt(0) + digits;
    }
    if (/^[Z-]07/.test(element)) return formatOffset(time.zone.offsetSeconds, element);
    return elements[element]?.() ?? element;
  });
};

const formatOffset = (offsetSeconds: number, element: string): string => {
  if (element.startsWith('Z') && offsetSeconds === 0) return 'Z';
  const size = Math.abs(offsetSeconds);
  const parts = [Math.floor(size / 3_600), Math.floor(size / 60) % 60, size % 60].map((part) => pad(part, 2));
  const count = element.replace(/\D/g, '').length / 2;
  const separator = element.includes(':') ? ':' : '';
  return (offsetSeconds < 0 ? '-' : '+') + parts.slice(0, count).join(separator);
};

/** As `time.Time.String` does. */
export const printGoTime = (time: GoTime): string =>
  formatGoTime(time, '2006-01-02 15:04:05.999999999 -0700 MST');

/** Go's zero time, the result for an invalid text where the error is ignored. */
export const ZERO_TIME: GoTime = { unixNano: -62_135_596_800_000_000_000n, zone: UTC };

const NUMBER_ELEMENTS: Readonly<Record<string, readonly [part: string, pattern: RegExp]>> = {
  '2006': ['year', /(\d{4})/y],
  '06': ['shortYear', /(\d{2})/y],
  '01': ['month', /(\d{2})/y],
  '1': ['month', /(\d{1,2})/y],
  '02': ['day', /(\d{2})/y],
  _2: ['day', /( ?\d{1,2})/y],
  '2': ['day', /(\d{1,2})/y],
  '002': ['dayOfYear', /(\d{3})/y],
  __2: ['dayOfYear', /([ \d]{2}\d)/y],
  '15': ['hour', /(\d{2})/y],
  '03': ['hour', /(\d{2})/y],
  '3': ['hour', /(\d{1,2})/y],
  '04': ['minute', /(\d{2})/y],
  '4': ['minute', /(\d{1,2})/y],
  '05': ['second', /(\d{2})/y],
  '5': ['second', /(\d{1,2})/y],
};

/**
 * Reads a time by a layout. A zone in the text comes before `zone`.
 *
 * @throws {GoSyntaxError}
 * @see https://pkg.go.dev/time#Parse
 */
export const parseGoTime = (
  layout: string,
  text: string,
  zone: (localMillis: number) => GoZone = () => UTC,
): GoTime => {
  const refuse = () =>
    new GoSyntaxError(`parsing time ${goQuote(text)} as ${goQuote(layout)}: cannot parse ${goQuote(text)}`);
  const found = new Map<string, string>();
  let at = 0;
  let end = 0;
  // Parses from the left, greedily and without backtracking, so that no layout takes long.
  const literal = (expected: string): void => {
    if (!text.startsWith(expected, at)) throw refuse();
    at += expected.length;
  };
  const take = (part: string, pattern: RegExp): void => {
    pattern.lastIndex = at;
    const [whole, value = ''] = pattern.exec(text) ?? [];
    if (whole === undefined) throw refuse();
    found.set(part, value);
    at += whole.length;
  };
  for (const match of layout.matchAll(ELEMENT)) {
    literal(layout.slice(end, match.index));
    end = match.index + match[0].length;
    const [part, pattern] = parsePiece(match[0]);
    take(part, pattern);
    // A fraction may follow the seconds without being in the layout.
    if (part === 'second' && !/^[.,][09]/.test(layout.slice(end, end + 2)))
      take('fraction', /(?:[.,](\d{1,9}))?/y);
  }
  literal(layout.slice(end));
  if (at < text.length) throw refuse();
  return timeOf(found, zone);
};

const oneOf = (names: readonly string[], length?: number): RegExp =>
  new RegExp(`(${names.map((name) => name.slice(0, length)).join('|')})`, 'y');

const parsePiece = (element: string): readonly [part: string, pattern: RegExp] => {
  const number = Object.hasOwn(NUMBER_ELEMENTS, element) ? NUMBER_ELEMENTS[element] : undefined;
  if (number) return number;
  if (/^[.,]0/.test(element)) return ['fraction', new RegExp(`[.,](\\d{${element.length - 1}})`, 'y')];
  if (/^[.,]9/.test(element)) return ['fraction', /(?:[.,](\d{1,9}))?/y];
  if (element.startsWith('Z07')) return ['offset', /(Z|[-+]\d{2}(?::?\d{2})?(?::?\d{2})?)/y];
  if (element.startsWith('-07')) return ['offset', /([-+]\d{2}(?::?\d{2})?(?::?\d{2})?)/y];
  if (element === 'January') return ['monthName', oneOf(MONTHS)];
  if (element === 'Jan') return ['monthName', oneOf(MONTHS, 3)];
  if (element === 'Monday') return ['dayName', oneOf(DAYS)];
  if (element === 'Mon') return ['dayName', oneOf(DAYS, 3)];
  if (element === 'MST') return ['zoneName', /([A-Z]{3,4})/y];
  return ['half', element === 'PM' ? /(AM|PM)/y : /(am|pm)/y];
};

const timeOf = (found: ReadonlyMap<string, string>, zone: (localMillis: number) => GoZone): GoTime => {
  const number = (part: string, fallback: number) => {
    const text = found.get(part)?.trim() ?? '';
    return text === '' ? fallback : Number(text);
  };
  const shortYear = found.get('shortYear');
  const year =
    shortYear === undefined ? number('year', 0) : Number(shortYear) + (Number(shortYear) >= 69 ? 1900 : 2000);
  const monthName = found.get('monthName');
  const month =
    monthName === undefined ? number('month', 1) : MONTHS.findIndex((name) => name.startsWith(monthName)) + 1;
  const dayOfYear = found.get('dayOfYear') === undefined ? undefined : number('dayOfYear', 1);
  const day = dayOfYear ?? number('day', 1);
  const half = found.get('half')?.toLowerCase();
  const plainHour = number('hour', 0);
  const hour = half === undefined ? plainHour : (plainHour % 12) + (half === 'pm' ? 12 : 0);
  const [minute, second] = [number('minute', 0), number('second', 0)];
  if (
    month < 1 ||
    month > 12 ||
    day < 1 ||
    day > (dayOfYear === undefined ? 31 : 366) ||
    hour > 23 ||
    minute > 59 ||
    second > 59
  ) {
    throw new GoSyntaxError('parsing time: value out of range');
  }
  const date = new Date(0);
  date.setUTCFullYear(year, dayOfYear === undefined ? month - 1 : 0, day);
  date.setUTCHours(hour, minute, second);
  const where = offsetZone(found.get('offset')) ?? zone(date.getTime());
  const fraction = BigInt((found.get('fraction') ?? '').padEnd(9, '0').slice(0, 9) || 0);
  return {
    unixNano: BigInt(date.getTime() - where.offsetSeconds * 1_000) * 1_000_000n + fraction,
    zone: where,
  };
};

const offsetZone = (text: string | undefined): GoZone | undefined => {
  if (text === undefined) return undefined;
  const [hours = '0', minutes = '0', seconds = '0'] = text.replaceAll(':', '').slice(1).match(/\d{2}/g) ?? [];
  const size = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  const offsetSeconds = text.startsWith('-') ? -size : size;
  return offsetSeconds === 0 ? UTC : { name: '', offsetSeconds };
};

/**
 * The zone of a place such as `Europe/Berlin`, by what its clocks show; UTC for an unknown place.
 *
 * @returns what to do with the milliseconds that the clock on the wall shows, read as if it were UTC
 */
export const zoneOfPlace = (place: string): ((localMillis: number) => GoZone) => {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: place || 'UTC', timeZoneName: 'longOffset' });
  } catch {
    return () => UTC;
  }
  const offsetAt = (millis: number): number => {
    const name = format.formatToParts(millis).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    return offsetZone(name.replace('GMT', '') || '+00')?.offsetSeconds ?? 0;
  };
  return (localMillis) => {
    // The offset at the place's own time: guessed, then looked up again near a change of clocks.
    const guess = offsetAt(localMillis);
    const offsetSeconds = offsetAt(localMillis - guess * 1_000);
    return offsetSeconds === 0 ? UTC : { name: place, offsetSeconds };
  };
};
