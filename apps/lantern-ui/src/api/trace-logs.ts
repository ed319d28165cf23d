import type { TraceId, UnixNano } from '@lantern/telemetry-model';
import { queryOptions } from '@tanstack/react-query';
import { logLinesOf } from './log-line.js';
import { traceStreams } from './trace-streams.js';

/**
 * Query for the log lines with the ID of the trace, oldest first.
 *
 * @param file that the trace was opened from; undefined for a trace of Lantern
 */
export const traceLogsQuery = (
  traceId: TraceId,
  startUnixNano: UnixNano,
  endUnixNano: UnixNano,
  file: string | undefined,
) =>
  queryOptions({
    queryKey: ['trace-logs', traceId, String(startUnixNano), String(endUnixNano), file],
    queryFn: async ({ signal }) => {
      const result = await traceStreams({ traceId, startUnixNano, endUnixNano }, file, signal);
      return logLinesOf({ data: { result } });
    },
  });
