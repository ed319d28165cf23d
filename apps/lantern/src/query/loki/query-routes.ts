import {
  longestWindow,
  parseInstantQuery,
  parseRangeQuery,
  type InstantQueryRequest,
} from '@lantern/query-api';
import {
  LogqlParseError,
  evaluateLog,
  evaluateMetric,
  formatLogql,
  parseLogql,
  stepTime,
  type MetricSeries,
} from '@lantern/logql';
import type { LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { nowUnixNano } from '../../clock.js';
import type { Report } from '../../transport/errors/failure.js';
import { sendJson } from '../../transport/answers/text.js';
import { formatMatrix, formatScalar, formatVector } from './format-samples.js';
import { formatStreams } from './format-streams.js';
import { LanternQueryControl } from './lantern-query-control.js';
import { addQuery, goneSignal, paramsOf, sendData, wantsCategories } from './loki-request.js';
import { explainEmptyAnswer, refuseMetadataAsLabel, type EmptyAnswer } from './metadata-hint.js';
import { QueryStats } from './query-stats.js';

const countPoints = (series: readonly MetricSeries[]): number =>
  series.reduce((sum, { points }) => sum + points.length, 0);

/** Endpoints for queries in LogQL. */
export const queryRoutes = (server: FastifyInstance, logs: LogStore, report: Report): void => {
  const controlOf = (reply: FastifyReply): LanternQueryControl =>
    new LanternQueryControl(goneSignal(reply), { hold: server.answerBytes.shareOf(reply).hold });

  addQuery(server, '/query_range', async (request, reply) => {
    const stats = new QueryStats();
    const source = stats.counting(logs);
    const query = parseRangeQuery(paramsOf(request), nowUnixNano());
    await refuseMetadataAsLabel(logs, query.expression);
    const control = controlOf(reply);
    if (query.kind === 'metric') {
      const series = await evaluateMetric(query.expression, query.steps, source, control);
      if (series.length === 0) await explainEmptyAnswer(logs, readBy(query), control);
      const points = countPoints(series);
      return sendData(reply, formatMatrix(series, stats.summarize(points)), report);
    }
    const lines = await evaluateLog(query.expression, query, source, control);
    if (lines.length === 0) await explainEmptyAnswer(logs, query, control);
    const data = await formatStreams(lines, wantsCategories(request), stats.summarize(lines.length));
    return sendData(reply, data, report);
  });

  addQuery(server, '/query', async (request, reply) => {
    const stats = new QueryStats();
    const { expression, steps } = parseInstantQuery(paramsOf(request), nowUnixNano());
    await refuseMetadataAsLabel(logs, expression);
    if (expression.kind === 'number') {
      const point = { timeUnixNano: steps.startUnixNano, value: expression.value };
      return sendData(reply, formatScalar(point, stats.summarize(1)), report);
    }
    const control = controlOf(reply);
    const series = await evaluateMetric(expression, steps, stats.counting(logs), control);
    if (series.length === 0) await explainEmptyAnswer(logs, readBy({ expression, steps }), control);
    const points = countPoints(series);
    return sendData(reply, formatVector(series, stats.summarize(points)), report);
  });

  addQuery(server, '/format_query', async (request, reply) => {
    let formatted: string;
    try {
      formatted = formatLogql(parseLogql(paramsOf(request).get('query') ?? ''));
    } catch (error) {
      if (!(error instanceof LogqlParseError)) throw error;
      return sendJson(reply.code(400), JSON.stringify({ status: 'invalid-query', error: error.message }));
    }
    return sendData(reply, formatted, report);
  });
};

/** Returns a metric query with the range from which its first window begins to its last step. */
const readBy = ({ expression, steps }: InstantQueryRequest): EmptyAnswer => ({
  expression,
  startUnixNano: steps.startUnixNano - longestWindow(expression),
  endUnixNano: stepTime(steps, steps.count - 1) + 1n,
});
