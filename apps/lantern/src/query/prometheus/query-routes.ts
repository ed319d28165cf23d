import type { Expr, QueryResult, QueryValue } from '@lantern/promql';
import {
  BadRequest,
  parseLimit,
  parseLookback,
  parseOptionalTime,
  parseSteps,
  parseTimeout,
  type PrometheusExemplars,
} from '@lantern/query-api';
import type { SeriesExemplars, MetricStore } from '@lantern/telemetry-store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Report } from '../../transport/errors/failure.js';
import { formatStatistics, formatValue, writeQueryData } from './format-samples.js';
import { formatTree } from './format-tree.js';
import { loadPromql } from './load-promql.js';
import { MAX_NOTES, TRUNCATED, sendData, sendWritten } from './prometheus-answer.js';
import { addRoute, goneSignal, paramsOf } from './prometheus-request.js';

/** Time after which a query is stopped, as Prometheus' default. */
const MAX_TIMEOUT_MILLIS = 120_000;
/** Estimated memory of a point of an answer. */
const BYTES_PER_POINT = 16;

const GET_OR_FORM = ['GET', 'POST'] as const;

/** Endpoints for queries in PromQL. */
export const queryRoutes = (server: FastifyInstance, metrics: MetricStore, report: Report): void => {
  const optionsOf = (params: URLSearchParams, reply: FastifyReply) => {
    const timeout = parseTimeout(params) ?? MAX_TIMEOUT_MILLIS;
    const lookbackMillis = parseLookback(params);
    return {
      timeoutMillis: Math.min(timeout, MAX_TIMEOUT_MILLIS),
      ...(lookbackMillis === undefined ? undefined : { lookbackMillis }),
      signal: goneSignal(reply),
      hold: server.answerBytes.shareOf(reply).hold,
    };
  };

  const send = async (
    reply: FastifyReply,
    params: URLSearchParams,
    evaluate: () => Promise<QueryResult>,
    limit: number | undefined,
  ): Promise<FastifyReply> => {
    const start = performance.now();
    const { value: whole, annotations, statistics } = await evaluate();
    const evalMillis = performance.now() - start;
    const value = truncated(whole, limit);
    server.answerBytes.shareOf(reply).hold(pointsOf(value) * BYTES_PER_POINT);
    const { warnings, infos } = annotations.texts(params.get('query') ?? '', MAX_NOTES);
    if (value !== whole) warnings.push(TRUNCATED);
    const stats = params.get('stats') ?? '';
    const statisticsJson = stats === '' ? undefined : formatStatistics(statistics, evalMillis);
    return sendWritten(
      reply,
      (out) => writeQueryData(out, value, statisticsJson),
      { warnings, infos },
      report,
    );
  };

  addRoute(server, GET_OR_FORM, '/query', async (request, reply) => {
    const params = paramsOf(request);
    const limit = parseLimit(params);
    const timeMillis = parseOptionalTime(params, 'time', Date.now());
    const options = optionsOf(params, reply);
    const { evaluateInstant, parsePromql } = await loadPromql();
    const expr = parsePromql(params.get('query') ?? '');
    return send(reply, params, () => evaluateInstant(expr, timeMillis, metrics, options), limit);
  });

  addRoute(server, GET_OR_FORM, '/query_range', async (request, reply) => {
    const params = paramsOf(request);
    const limit = parseLimit(params);
    const steps = parseSteps(params);
    const options = optionsOf(params, reply);
    const { evaluateRange, parsePromql } = await loadPromql();
    const expr = parsePromql(params.get('query') ?? '');
    return send(reply, params, () => evaluateRange(expr, steps, metrics, options), limit);
  });

  addRoute(server, GET_OR_FORM, '/query_exemplars', async (request, reply) => {
    const params = paramsOf(request);
    const startMillis = parseOptionalTime(params, 'start', Number.MIN_SAFE_INTEGER);
    const endMillis = parseOptionalTime(params, 'end', Number.MAX_SAFE_INTEGER);
    if (endMillis < startMillis) throw new BadRequest('end timestamp must not be before start timestamp');
    const { parsePromql, selectorsOf } = await loadPromql();
    const selectors = selectorsOf(parsePromql(params.get('query') ?? ''));
    if (selectors.length === 0) return reply.code(204).send();
    const found = new Map<string, SeriesExemplars>();
    for (const { matchers } of selectors) {
      for (const series of await metrics.exemplars(matchers, { startMillis, endMillis }))
        found.set(series.labels.key, series);
    }
    return sendData(
      reply,
      Array.from(found.values())
        .sort((a, b) => a.labels.compare(b.labels))
        .map(formatExemplars),
    );
  });

  addRoute(server, GET_OR_FORM, '/format_query', async (request, reply) => {
    const { formatPromql } = await loadPromql();
    return sendData(reply, formatPromql(await expressionOf(paramsOf(request))));
  });

  addRoute(server, GET_OR_FORM, '/parse_query', async (request, reply) =>
    sendData(reply, formatTree(await expressionOf(paramsOf(request)))),
  );
};

const expressionOf = async (params: URLSearchParams): Promise<Expr> =>
  (await loadPromql()).parsePromql(params.get('query') ?? '');

const truncated = (value: QueryValue, limit = Infinity): QueryValue => {
  if (value.type === 'vector' && value.samples.length > limit)
    return { ...value, samples: value.samples.slice(0, limit) };
  if (value.type === 'matrix' && value.series.length > limit)
    return { ...value, series: value.series.slice(0, limit) };
  return value;
};

const pointsOf = (value: QueryValue): number => {
  if (value.type === 'vector') return value.samples.length;
  if (value.type !== 'matrix') return 1;
  return value.series.reduce(
    (sum, { values, histograms }) => sum + values.length + 10 * histograms.length,
    0,
  );
};

const formatExemplars = ({ labels, exemplars }: SeriesExemplars): PrometheusExemplars => ({
  seriesLabels: labels.toRecord(),
  exemplars: exemplars.map((exemplar) => ({
    labels: exemplar.labels.toRecord(),
    value: formatValue(exemplar.value),
    timestamp: exemplar.timestampMillis / 1000,
  })),
});
