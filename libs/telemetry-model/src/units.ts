/** Nanoseconds since 1970-01-01 UTC. Always a bigint: today's values exceed what a number holds exactly. */
export type UnixNano = bigint;

export type DurationNano = bigint;

export const NANOS_PER_MICRO = 1_000n;
export const NANOS_PER_MILLI = 1_000_000n;
export const NANOS_PER_SECOND = 1_000_000_000n;

/** Both ends belong to the range. */
export interface TimeRange {
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}
