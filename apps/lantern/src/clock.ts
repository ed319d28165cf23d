import type { UnixNano } from '@lantern/telemetry-model';

/** The end of the current millisecond, so that what happened within it lies before "now". */
export const nowUnixNano = (): UnixNano => BigInt(Date.now() + 1) * 1_000_000n;
