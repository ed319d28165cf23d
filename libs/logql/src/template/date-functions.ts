import {
  GoSyntaxError,
  UTC,
  ZERO_TIME,
  formatGoTime,
  parseGoTime,
  zoneOfPlace,
  type GoTime,
} from '@lantern/go-syntax';
import { Arguments } from './arguments.js';
import type { TemplateFunction } from './functions.js';
import { TemplateError, isTime, typeName, type TemplateValue } from './value.js';

const timeOf = (value: TemplateValue): GoTime => {
  if (typeof value === 'object' && value !== null && isTime(value)) return value;
  throw new TemplateError(`wrong type for value; expected time.Time; got ${typeName(value)}`);
};

/** A text that is no such time is the zero time. */
const orZero = (parse: () => GoTime): GoTime => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof GoSyntaxError) return ZERO_TIME;
    throw error;
  }
};

/** The number of digits of a Unix time gives its unit, until the year 2286. */
const UNIX_DIGITS: Readonly<Record<number, bigint>> = {
  5: 86_400_000_000_000n,
  10: 1_000_000_000n,
  13: 1_000_000n,
  16: 1_000n,
  19: 1n,
};

const epoch =
  (unitNanos: bigint): TemplateFunction =>
  (args) =>
    String(timeOf(new Arguments(args, 1).any()).unixNano / unitNanos);

export const DATE_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  __timestamp__: (args, { timeUnixNano }) => (new Arguments(args, 0), { unixNano: timeUnixNano, zone: UTC }),
  now: (args) => (new Arguments(args, 0), { unixNano: BigInt(Date.now()) * 1_000_000n, zone: UTC }),
  date: (args) => {
    const given = new Arguments(args, 2);
    const layout = given.text();
    const value = given.any();
    // A number is seconds since 1970.
    const time = typeof value === 'bigint' ? { unixNano: value * 1_000_000_000n, zone: UTC } : timeOf(value);
    return formatGoTime(time, layout);
  },
  toDate: (args) => {
    const given = new Arguments(args, 2);
    const [layout, text] = [given.text(), given.text()];
    return orZero(() => parseGoTime(layout, text));
  },
  toDateInZone: (args) => {
    const given = new Arguments(args, 3);
    const [layout, place, text] = [given.text(), given.text(), given.text()];
    return orZero(() => parseGoTime(layout, text, zoneOfPlace(place)));
  },
  unixEpoch: epoch(1_000_000_000n),
  unixEpochMillis: epoch(1_000_000n),
  unixEpochNanos: epoch(1n),
  unixToTime: (args) => {
    const text = new Arguments(args, 1).text();
    const unitNanos = /^\d+$/.test(text) ? UNIX_DIGITS[text.length] : undefined;
    if (unitNanos === undefined) throw new TemplateError(`unable to parse time '${text}': no Unix time`);
    return { unixNano: BigInt(text) * unitNanos, zone: UTC };
  },
};
