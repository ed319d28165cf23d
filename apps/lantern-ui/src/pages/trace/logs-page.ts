import type { SpanTable, TraceId } from '@lantern/telemetry-model';
import { logsPath } from '../logs/logs-params.js';

/** Clocks differ between hosts: the page shows some time around the trace. */
const AROUND_MICROS = 60_000_000n;

/** The page of the logs, asked for the lines of this trace. */
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
