import { addWarning } from '@lantern/telemetry-model';
import { TIME_WORDS } from '@lantern/otlp';
import { eachSpan } from '../../../edit-spans.js';
import type { Sanitizer } from './sanitizer.js';

const isoTime = (unixNano: bigint): string => {
  const fraction = String(unixNano % 1_000_000_000n).padStart(9, '0');
  return `${new Date(Number(unixNano / 1_000_000_000n) * 1_000).toISOString().slice(0, 19)}.${fraction}Z`;
};

/**
 * Moves the end of a span that ends before it starts to one nanosecond after its start, and adds a warning. A span that
 * ends when it starts is not changed: it was shorter than a tick of its clock. (Jaeger changes those too.)
 */
export const negativeDuration: Sanitizer = {
  isNeeded: ({ columns: { spanCount, times } }) => {
    for (let at = 0; at < TIME_WORDS * spanCount; at += TIME_WORDS) {
      const [startHigh = 0, endHigh = 0] = [times[at + 1], times[at + 3]];
      if (endHigh < startHigh || (endHigh === startHigh && (times[at + 2] ?? 0) < (times[at] ?? 0)))
        return true;
    }
    return false;
  },
  repair: eachSpan((span) =>
    span.endUnixNano >= span.startUnixNano
      ? span
      : addWarning(
          { ...span, endUnixNano: span.startUnixNano + 1n },
          `Negative duration detected, sanitizing end timestamp. Original end timestamp: ${isoTime(span.endUnixNano)}`,
        ),
  ),
};
