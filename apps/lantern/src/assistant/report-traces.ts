import {
  CATEGORIZE_LABELS,
  ENCODING_FLAGS_HEADER,
  type LokiResponse,
  type LokiStreams,
} from '@lantern/query-api';
import { NANOS_PER_SECOND, spansOf, type Trace } from '@lantern/telemetry-model';
import {
  traceReport,
  type ReportOptions,
  type ReportedLine,
  type ReportedTrace,
} from '@lantern/trace-report';
import { readTrace } from './explain-trace.js';
import { ClientError, type LanternClient } from './lantern-client.js';

/** Maximum number of log lines of a trace, below the limit of Loki (5,000). */
const MAX_LINES = 4_000;

/** Time around a trace in which its log lines are searched: clocks of hosts differ, and work goes on after the answer. */
const LOG_MARGIN_NANO = 600n * NANOS_PER_SECOND;

/**
 * Returns a report of a trace, or of two with their comparison. It is made here: the backend only reads the traces.
 *
 * @throws {ClientError}
 */
export const reportTraces = async (
  client: LanternClient,
  traceIds: readonly string[],
  options: Pick<ReportOptions, 'hidesMessages'> = {},
): Promise<string> => {
  if (traceIds.length > 2) throw new ClientError('A report has one trace, or two as <id>...<id>.');
  const traces: ReportedTrace[] = [];
  for (const traceId of traceIds) {
    const trace = await readTrace(client, traceId);
    const lines = await linesOf(client, trace);
    traces.push({ ...trace, lines, areLinesCut: lines.length >= MAX_LINES });
  }
  return traceReport(traces, { ...options, isComparison: traces.length === 2 });
};

const linesOf = async (client: LanternClient, { traceId, resourceSpans }: Trace): Promise<ReportedLine[]> => {
  const spans = [...spansOf(resourceSpans)].map(({ span }) => span);
  const starts = spans.map(({ startUnixNano }) => startUnixNano).filter((start) => start > 0n);
  const [first] = starts;
  if (first === undefined) return [];
  const start = starts.reduce((a, b) => (b < a ? b : a), first);
  const end = spans.reduce((latest, { endUnixNano }) => (endUnixNano > latest ? endUnixNano : latest), start);
  const { data } = await client.json<LokiResponse<LokiStreams>>(
    '/loki/api/v1/query_range',
    {
      query: `{service_name=~".+"} | trace_id="${traceId}"`,
      start: String(start - LOG_MARGIN_NANO),
      end: String(end + LOG_MARGIN_NANO),
      limit: String(MAX_LINES),
      direction: 'forward',
    },
    { [ENCODING_FLAGS_HEADER]: CATEGORIZE_LABELS },
  );
  return data.result
    .flatMap(({ stream, values }) =>
      values.map(([time, line, categories]): ReportedLine => ({
        timeUnixNano: BigInt(time),
        line,
        labels: stream,
        metadata: categories?.structuredMetadata ?? {},
      })),
    )
    .sort((a, b) => (a.timeUnixNano < b.timeUnixNano ? -1 : a.timeUnixNano > b.timeUnixNano ? 1 : 0));
};
