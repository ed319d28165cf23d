import type { UnixNano } from '@lantern/telemetry-model';

/** The moments at which a metric query is answered. An instant query has one. */
export interface Steps {
  readonly startUnixNano: UnixNano;
  readonly stepNanos: bigint;
  /** At least 1. */
  readonly count: number;
}

export const stepTime = ({ startUnixNano, stepNanos }: Steps, index: number): UnixNano =>
  startUnixNano + BigInt(index) * stepNanos;
