import type { SpanTable, TraceId } from '@lantern/telemetry-model';
import { logsPath } from '../logs/logs-params.js';

/** Padding of the time range, because clocks of hosts differ. */
const AROUND_MICROS = 60_000_000n;

/** Returns the path of the logs page with the lines of this trace. */
export const logsPageOf = (traceId: TraceId, { startUnixNano, duration }: SpanTable): string => {
  const startMicros = startUnixNano / 1_000n;
  return logsPath({
    query: `{service_name=~".+"} | trace_id="${traceId}"`,
    range: {
      kind: 'fixed',
      startMicros: startMicros - AROUND_MICROS,
      endMicros: startMicros + BigInt(Math.ceil(duration / 1_000)) + AROUND_MICROS,
    },
  });
};
