import { formatDuration, type DurationNano } from '@lantern/telemetry-model';

export { formatDuration, formatNanos } from '@lantern/telemetry-model';

/** Formats an offset from the start of the trace: `+182 ms`, or `−35 ms` before it. */
export const formatOffset = (offset: DurationNano): string =>
  offset < 0n ? formatDuration(offset) : `+${formatDuration(offset)}`;
