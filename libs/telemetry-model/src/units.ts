/** Nanoseconds since 1970-01-01 UTC. A bigint, because current times exceed the integers that a number holds exactly. */
export type UnixNano = bigint;

export type DurationNano = bigint;

export const NANOS_PER_MICRO = 1_000n;
export const NANOS_PER_MILLI = 1_000_000n;
export const NANOS_PER_SECOND = 1_000_000_000n;

/** Range of times that includes both ends. */
export interface TimeRange {
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}
