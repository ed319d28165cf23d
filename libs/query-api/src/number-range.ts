import { NANOS_PER_SECOND } from '@lantern/telemetry-model';

/** Smallest and greatest value of a parameter, both included. */
export interface NumberRange<Value extends bigint | number = bigint> {
  readonly min: Value;
  readonly max: Value;
}

/** Values of Go's `int64`, as which Jaeger and Loki hold durations in nanoseconds. */
export const INT64_RANGE: NumberRange = { min: -(1n << 63n), max: (1n << 63n) - 1n };

/** Nanoseconds since 1970 of the times that RFC 3339 can write: the years 0 to 9999. */
export const TIME_RANGE: NumberRange = {
  min: -62_167_219_200n * NANOS_PER_SECOND,
  max: 253_402_300_800n * NANOS_PER_SECOND - 1n,
};

/** Converts a range of nanoseconds into one of a larger unit. */
export const inUnits = ({ min, max }: NumberRange, nanosPerUnit: bigint): NumberRange => ({
  min: min / nanosPerUnit,
  max: max / nanosPerUnit,
});

/**
 * Adds a range to the parser of a number. Every number that a route reads passes through it before the route
 * allocates or loops by it.
 *
 * @throws {RangeError} from the parser, for a value outside of the range, `NaN` included
 */
export const within =
  <Value extends bigint | number>(
    { min, max }: NumberRange<Value>,
    parse: (text: string) => Value,
  ): ((text: string) => Value) =>
  (text) => {
    const value = parse(text);
    if (value >= min && value <= max) return value;
    throw new RangeError(`must be from ${min} to ${max}, received: ${text}`);
  };

/** @throws {RangeError} for a parameter that is repeated more often than a route accepts */
export const checkListLength = (count: number, max: number): void => {
  if (count > max) throw new RangeError(`must be given at most ${max} times, received: ${count}`);
};
