import { addWarning } from '../../span-warnings.js';
import { eachSpan } from '../../edit-spans.js';

const isoTime = (unixNano: bigint): string => {
  const fraction = String(unixNano % 1_000_000_000n).padStart(9, '0');
  return `${new Date(Number(unixNano / 1_000_000_000n) * 1_000).toISOString().slice(0, 19)}.${fraction}Z`;
};

/**
 * A span that ends before it starts ends one nanosecond after its start instead, and says so. One that ends
 * when it starts stays as it is: it was shorter than its sender's clock can tell. (Jaeger changes those too.)
 */
export const negativeDuration = eachSpan((span) =>
  span.endUnixNano >= span.startUnixNano
    ? span
    : addWarning(
        { ...span, endUnixNano: span.startUnixNano + 1n },
        `Negative duration detected, sanitizing end timestamp. Original end timestamp: ${isoTime(span.endUnixNano)}`,
      ),
);
