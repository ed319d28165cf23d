import type { LokiMatrix, LokiResponse, LokiStreams } from '@lantern/query-api';
import { Explanation, type ExplainOptions } from '@lantern/trace-analysis';
import type { LanternClient } from './lantern-client.js';
import { rfc3339, windowOf } from './time-window.js';

export interface LogQuestion {
  /** Query in LogQL: `{service="order-service"} |= "failed"`. */
  readonly query: string;
  readonly last: string;
  readonly count: number;
}

/** @throws {ClientError} */
export const readLogs = (
  client: LanternClient,
  { query, last, count }: LogQuestion,
): Promise<LokiResponse<LokiStreams | LokiMatrix>> => {
  const { startUnixNano, endUnixNano } = windowOf(last);
  return client.json('/loki/api/v1/query_range', {
    query,
    start: String(startUnixNano),
    end: String(endUnixNano),
    limit: String(count),
    direction: 'backward',
  });
};

/** Returns the newest log lines that a query matches, or the values of a metric query. */
export const searchLogs = async (
  client: LanternClient,
  question: LogQuestion,
  options: ExplainOptions = {},
): Promise<string> => {
  const { data } = await readLogs(client, question);
  const text = new Explanation(options);
  if (data.resultType === 'matrix') {
    const series = data.result.map(({ metric, values }) => {
      const [time, value] = values.at(-1) ?? [0, '–'];
      return `- ${labelsOf(metric)}: ${value} at ${new Date(time * 1_000).toISOString()} (${values.length} values)`;
    });
    text.add(`${series.length} series of ${question.query} in the last ${question.last}:`);
    text.addList('The last value of each:', series, 'series');
    return text.finish('Aggregate more, or ask for a shorter window.');
  }
  const lines = data.result
    .flatMap(({ stream, values }) => values.map(([time, line]) => ({ stream, time: BigInt(time), line })))
    .sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
  if (lines.length === 0) return `No log line of the last ${question.last} matches ${question.query}.`;
  text.add(`${lines.length} lines, the newest first:`);
  text.addList(
    'Time, service, level, trace ID, line:',
    lines.map(({ stream, time, line }) => {
      const {
        service = stream.service_name ?? '',
        detected_level: level = stream.level ?? '',
        trace_id = '–',
      } = stream;
      return `- ${rfc3339(time)} ${service} ${level} ${trace_id} ${line.replaceAll(/\s+/g, ' ').slice(0, 300)}`;
    }),
    'lines',
  );
  if (lines.length >= question.count) text.leaveOut(`older lines than the ${question.count} newest`);
  return text.finish('Add a filter such as |= "text", or ask for a shorter window.');
};

const labelsOf = (metric: Readonly<Record<string, string>>): string =>
  `{${Object.entries(metric)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}}`;
