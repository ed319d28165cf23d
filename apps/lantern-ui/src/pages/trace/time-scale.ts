import { NANOS_PER_MILLI, type DurationNano, type TraceTree, type UnixNano } from '@lantern/telemetry-model';

/** From moments to places on the time line of a trace. */
export interface TimeScale {
  readonly startUnixNano: UnixNano;
  /** At least 1, so that it can divide. */
  readonly durationNano: DurationNano;
}

export const timeScaleOf = ({ startUnixNano, endUnixNano }: TraceTree): TimeScale => ({
  startUnixNano,
  durationNano: endUnixNano > startUnixNano ? endUnixNano - startUnixNano : 1n,
});

/**
 * The place of a moment, 0 at the start of the trace and 100 at its end; moments outside are moved to the edge. Only
 * the difference passes through a number, which holds it exactly for a hundred days.
 */
export const percentAt = (scale: TimeScale, time: UnixNano): number => {
  const percent = (Number(time - scale.startUnixNano) / Number(scale.durationNano)) * 100;
  return Math.min(100, Math.max(0, percent));
};

export interface Tick {
  readonly percent: number;
  readonly offsetNano: DurationNano;
}

/** Round numbers of a person's units: seconds count by tens below a minute, by sixties above. */
const LONG_STEPS = [
  10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400,
].map((seconds) => BigInt(seconds) * 1_000n * NANOS_PER_MILLI);

/** Marks at round times from the start of the trace on, at most `most` of them. */
export const ticksOf = ({ durationNano }: TimeScale, most: number): Tick[] => {
  const step = stepFor(durationNano, BigInt(most));
  const ticks: Tick[] = [];
  for (let offsetNano = 0n; offsetNano <= durationNano; offsetNano += step) {
    ticks.push({ offsetNano, percent: (Number(offsetNano) / Number(durationNano)) * 100 });
  }
  return ticks;
};

/** The smallest round step of which fewer than `most` fit into the duration. */
const stepFor = (durationNano: DurationNano, most: bigint): bigint => {
  for (let decade = 1n; decade <= 1_000_000_000n; decade *= 10n) {
    for (const factor of [1n, 2n, 5n]) if (decade * factor * most > durationNano) return decade * factor;
  }
  const long = LONG_STEPS.find((step) => step * most > durationNano);
  if (long !== undefined) return long;
  const day = LONG_STEPS.at(-1) ?? 1n;
  return (durationNano / most / day + 1n) * day;
};
