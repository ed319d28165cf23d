import { CATEGORIZE_LABELS, ENCODING_FLAGS_HEADER } from '@lantern/query-api/wire';
import type { TraceId, UnixNano } from '@lantern/telemetry-model';
import { queryOptions } from '@tanstack/react-query';
import { getJson } from './http.js';
import { logLinesOf } from './log-line.js';

/** Maximum number of lines of a trace, below the limit of Loki (5,000). */
export const LOG_LIMIT = 1_000;

/** Padding of the time range: clocks of hosts differ, and some senders batch lines. */
const PADDING_NANOS = 600_000_000_000n;

/** Query for the log lines with the ID of the trace, oldest first. */
export const traceLogsQuery = (traceId: TraceId, startUnixNano: UnixNano, endUnixNano: UnixNano) =>
  queryOptions({
    queryKey: ['trace-logs', traceId, String(startUnixNano), String(endUnixNano)],
    queryFn: async ({ signal }) => {
      const answer = await getJson({
        path: '/loki/api/v1/query_range',
        params: {
          query: `{service_name=~".+"} | trace_id="${traceId}"`,
          start: String(startUnixNano - PADDING_NANOS),
          end: String(endUnixNano + PADDING_NANOS),
          limit: String(LOG_LIMIT),
          direction: 'forward',
        },
        headers: { [ENCODING_FLAGS_HEADER]: CATEGORIZE_LABELS },
        signal,
      });
      return logLinesOf(answer);
    },
  });
