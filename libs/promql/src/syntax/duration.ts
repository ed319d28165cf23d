import { GoSyntaxError, goQuote } from '@lantern/go-syntax';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/** Units from the largest to the smallest, in milliseconds. */
const UNITS: readonly (readonly [unit: string, millis: number])[] = [
  ['y', 365 * DAY],
  ['w', 7 * DAY],
  ['d', DAY],
  ['h', 3_600 * SECOND],
  ['m', 60 * SECOND],
  ['s', SECOND],
  ['ms', 1],
];

/** Go's durations are nanoseconds in 64 bits. */
const MAX_MILLIS = 2 ** 63 / 1e6;

const PART = /(\d+)(\D+)/y;

/**
 * Reads a duration literal. Unlike durations in the parameters of the API it is of whole numbers of
 * units, from the largest to the smallest.
 *
 * @throws {GoSyntaxError} in Prometheus' words
 * @see https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
 */
export const durationMillis = (text: string): number => {
  const invalid = () => new GoSyntaxError(`not a valid duration string: ${goQuote(text)}`);
  let millis = 0;
  let smallest = -1;
  for (PART.lastIndex = 0; PART.lastIndex < text.length;) {
    const [, digits, unit = ''] = PART.exec(text) ?? [];
    if (digits === undefined) throw invalid();
    const index = UNITS.findIndex(([name]) => name === unit);
    if (index < 0) throw new GoSyntaxError(`unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    if (index <= smallest) throw invalid();
    smallest = index;
    millis += Number(digits) * (UNITS[index]?.[1] ?? 0);
    if (millis >= MAX_MILLIS) throw new GoSyntaxError('duration out of range');
  }
  return millis;
};
