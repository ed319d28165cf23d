import {
  CATEGORIZE_LABELS,
  ENCODING_FLAGS_HEADER,
  type LokiStream,
  type LokiStreams,
} from '@lantern/query-api/wire';
import type { TraceId, UnixNano } from '@lantern/telemetry-model';
import type { ReportLine, ReportedLine } from '@lantern/trace-report';
import { getJson } from './http.js';
import { openedTrace } from './opened-files/opened-traces.js';

/** Maximum number of lines of a trace, below the limit of Loki (5,000). */
export const LOG_LIMIT = 1_000;

/** Padding of the time range: clocks of hosts differ, and some senders batch lines. */
const PADDING_NANOS = 600_000_000_000n;

interface TimedTrace {
  readonly traceId: TraceId;
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}

/** Returns the log lines of a trace as Loki's streams: those of its file if that has any, otherwise those of Lantern. */
export const traceStreams = async (
  { traceId, startUnixNano, endUnixNano }: TimedTrace,
  file: string | undefined,
  signal: AbortSignal,
): Promise<readonly LokiStream[]> => {
  const opened = file === undefined ? undefined : await openedTrace(traceId);
  if (opened?.lines !== undefined) return opened.lines.map(streamOf);
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
  return (answer as { data?: Partial<LokiStreams> }).data?.result ?? [];
};

const streamOf = ({ timeUnixNano, line, labels, metadata }: ReportLine): LokiStream => ({
  stream: labels,
  values: [[timeUnixNano, line, { structuredMetadata: metadata }]],
});

/** Returns the lines for a report, oldest first. */
export const reportedLines = (streams: readonly LokiStream[]): ReportedLine[] =>
  streams
    .flatMap(({ stream, values }) =>
      values.map(([time, line, categories]): ReportedLine => ({
        timeUnixNano: BigInt(time),
        line,
        labels: stream,
        metadata: categories?.structuredMetadata ?? {},
      })),
    )
    .sort((a, b) => (a.timeUnixNano < b.timeUnixNano ? -1 : a.timeUnixNano > b.timeUnixNano ? 1 : 0));
