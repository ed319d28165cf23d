import type { V3TraceSummaries, V3TraceSummary } from '@lantern/query-api';
import { QuerySyntaxError, all, compare, parseQuery } from '@lantern/query-api/search-query';
import { formatNanos, type TraceOrder } from '@lantern/telemetry-model';
import { Explanation, type ExplainOptions } from '@lantern/trace-analysis';
import { ClientError, type LanternClient } from './lantern-client.js';
import { rfc3339, windowOf } from './time-window.js';

export interface TraceQuestion {
  /** Query of the search: `status = error and duration > 250ms`. Empty for all traces. */
  readonly query: string;
  readonly service?: string | undefined;
  /** Window that ends now: `1h`. */
  readonly last: string;
  readonly order: TraceOrder;
  readonly count: number;
}

/** @throws {ClientError} */
export const readTraceSummaries = async (
  client: LanternClient,
  { query, service = '', last, order, count }: TraceQuestion,
): Promise<V3TraceSummaries> => {
  const window = windowOf(last);
  const calls = [
    ...(service === '' ? [] : [compare('eq', { field: { level: 'resource', name: 'service' } }, service)]),
    ...(query.trim() === '' ? [] : [parsed(query)]),
  ];
  return client.json<V3TraceSummaries>('/api/v3/trace-summaries', {
    'query.startTimeMin': rfc3339(window.startUnixNano),
    'query.startTimeMax': rfc3339(window.endUnixNano),
    'query.searchDepth': String(count),
    'lantern.orderBy': order,
    'lantern.total': 'true',
    ...(calls.length > 0 && { 'query.filter': JSON.stringify(all(calls)) }),
  });
};

/** Returns traces as a list, one a line. */
export const findTraces = async (
  client: LanternClient,
  question: TraceQuestion,
  options: ExplainOptions = {},
): Promise<string> => {
  const { summaries, total = summaries.length } = await readTraceSummaries(client, question);
  const condition = question.query.trim() === '' ? 'any condition' : question.query.trim();
  if (summaries.length === 0) {
    return `No trace of the last ${question.last} matches ${condition}. Ask for a longer window, or for less.`;
  }
  const text = new Explanation(options);
  text.add(`${total} traces of the last ${question.last} match ${condition}, order: ${question.order}.`);
  text.addList('Start, duration, spans, errors, root, trace ID:', summaries.map(summaryLine), 'traces shown');
  if (total > summaries.length) text.leaveOut(`${total - summaries.length} further traces`);
  return text.finish('Narrow the query, or change the order or the window.');
};

const summaryLine = (summary: V3TraceSummary): string => {
  const { traceId, rootServiceName, rootOperationName, spanCount, errorSpanCount } = summary;
  const start = BigInt(summary.minStartTimeUnixNano);
  const duration = Number(BigInt(summary.maxEndTimeUnixNano) - start);
  const root = `${rootServiceName} ${rootOperationName}`.slice(0, 100).trim() || '(root span missing)';
  return `- ${rfc3339(start)} ${formatNanos(duration)}, ${spanCount} spans, ${errorSpanCount} errors, ${root}, ${traceId}`;
};

const parsed = (query: string) => {
  try {
    return parseQuery(query);
  } catch (error) {
    if (error instanceof QuerySyntaxError) {
      throw new ClientError(`The query is wrong at character ${error.from + 1}: ${error.message}`);
    }
    throw error;
  }
};
