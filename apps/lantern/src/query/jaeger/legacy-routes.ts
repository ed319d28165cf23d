import { MalformedOtlpError, parseTraceRequestJson, type DecodedTraces } from '@lantern/otlp';
import {
  BadRequest,
  SPAN_KIND_NAMES,
  legacyTraceId,
  parseLegacyDependenciesRequest,
  parseLegacyTraceRequest,
  parseLegacyTracesRequest,
  parseMetricsRequest,
  parseQuantile,
  type LegacyDependency,
  type LegacyEnvelope,
  type LegacyError,
  type LegacyOperation,
  type MetricFamily,
} from '@lantern/query-api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nowUnixNano } from '../../clock.js';
import { decompress } from '../../http/decompress.js';
import { failureOf, type Report } from '../../http/failure.js';
import { HttpError } from '../../http/http-error.js';
import { queryOf, sendBytes, sendJson, sendText } from '../../http/text.js';
import { toLegacyTrace } from './legacy-trace.js';
import { TracesJson } from './legacy/traces-json.js';
import { callRates, errorRates, latencies } from './metrics.js';
import { tracesIn } from './trace-groups.js';
import type { TraceQueries } from './trace-query.js';

/** Jaeger's query API as of v2.20 and before, under `/api`. Still spoken by Grafana and many scripts. */
export const legacyRoutes = (traces: TraceQueries, report: Report) => async (server: FastifyInstance) => {
  server.setErrorHandler(async (error, _request, reply) => {
    const { status, message } = failureOf(error, report);
    const body = envelope(null, { errors: [{ code: status, msg: message }] });
    // JSON in a text: so does Jaeger.
    return sendText(reply, status, JSON.stringify(body));
  });

  server.get('/api/services', async (request, reply) => {
    const services = await traces.store.services();
    return send(request, reply, envelope(services, { total: services.length }));
  });

  server.get<{ Params: { service: string } }>('/api/services/:service/operations', async (request, reply) => {
    const operations = await traces.store.operations(request.params.service);
    const names = Array.from(new Set(operations.map(({ name }) => name)));
    return send(request, reply, envelope(names.length === 0 ? null : names, { total: names.length }));
  });

  server.get('/api/operations', async (request, reply) => {
    const params = queryOf(request);
    const service = params.get('service') ?? '';
    if (service === '') throw new BadRequest("parameter 'service' is required");
    const kind = params.get('spanKind') ?? '';
    const operations = (await traces.store.operations(service))
      .map((operation): LegacyOperation => ({
        name: operation.name,
        spanKind: SPAN_KIND_NAMES[operation.kind],
      }))
      .filter(({ spanKind }) => kind === '' || spanKind === kind);
    return send(request, reply, envelope(operations, { total: operations.length }));
  });

  server.get('/api/traces', async (request, reply) => {
    const search = parseLegacyTracesRequest(queryOf(request), nowUnixNano());
    const found = new TracesJson(traces.options);
    const errors: LegacyError[] = [];
    if (search.traceIds.length === 0) {
      await traces.each(search, (trace) => found.add(trace, search.raw));
    }
    for (const [text, id] of new Map(search.traceIds.map(({ text, id }) => [id ?? text, id]))) {
      const trace = id && (await traces.store.getEncodedTrace(id));
      if (trace) found.add(trace, search.raw);
      else errors.push({ msg: 'trace not found', traceID: legacyTraceId(text) });
    }
    return sendEncoded(request, reply, found.finish(restOf({ errors: errors.length === 0 ? null : errors })));
  });

  server.get<{ Params: { id: string } }>('/api/traces/:id', async (request, reply) => {
    const { traceId, raw } = parseLegacyTraceRequest(request.params.id, queryOf(request));
    const trace = traceId && (await traces.store.getEncodedTrace(traceId));
    if (!trace) throw new HttpError(404, 'trace not found');
    const found = new TracesJson(traces.options);
    found.add(trace, raw);
    return sendEncoded(request, reply, found.finish(restOf({})));
  });

  server.post<{ Params: { id: string } }>('/api/archive/:id', async (request, reply) => {
    const { traceId } = parseLegacyTraceRequest(request.params.id, queryOf(request));
    const isArchived = traceId !== undefined && (await traces.store.archiveTrace(traceId));
    if (!isArchived) throw new HttpError(404, 'trace not found');
    return send(request, reply, envelope([], { errors: [] }));
  });

  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  server.post('/api/transform', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const { resourceSpans, rejected } = parseOtlp(decompress(body, request.headers['content-encoding']));
    const errors = rejected.reasons.map((msg): LegacyError => ({ msg }));
    return send(
      request,
      reply,
      envelope(tracesIn(resourceSpans).map(toLegacyTrace), { errors: errors.length === 0 ? null : errors }),
    );
  });

  server.get('/api/metrics/latencies', async (request, reply) => {
    const params = queryOf(request);
    const quantile = parseQuantile(params);
    const family = await latencies(traces.store, parseMetricsRequest(params, nowUnixNano()), quantile);
    return send(request, reply, family);
  });

  server.get('/api/metrics/calls', async (request, reply) =>
    send(request, reply, await callRates(traces.store, parseMetricsRequest(queryOf(request), nowUnixNano()))),
  );

  server.get('/api/metrics/errors', async (request, reply) =>
    send(
      request,
      reply,
      await errorRates(traces.store, parseMetricsRequest(queryOf(request), nowUnixNano())),
    ),
  );

  server.get('/api/dependencies', async (request, reply) => {
    const { range, service } = parseLegacyDependenciesRequest(queryOf(request), nowUnixNano());
    const links = (await traces.store.dependencies(range))
      .filter(({ parent, child }) => service === '' || parent === service || child === service)
      .map(({ parent, child, callCount }): LegacyDependency => ({ parent, child, callCount }));
    return send(request, reply, envelope(links));
  });
};

const parseOtlp = (body: Buffer): DecodedTraces => {
  try {
    return parseTraceRequestJson(body.toString());
  } catch (error) {
    if (!(error instanceof MalformedOtlpError)) throw error;
    throw new BadRequest(`cannot unmarshal OTLP : ${error.message}`);
  }
};

type Rest = Omit<LegacyEnvelope<unknown>, 'data'>;

const restOf = ({ total = 0, errors = null }: Partial<Rest>): Rest => ({
  total,
  limit: 0,
  offset: 0,
  errors,
});

const envelope = <T>(data: T, rest: Partial<Rest> = {}): LegacyEnvelope<T> => ({ data, ...restOf(rest) });

const send = (
  request: FastifyRequest,
  reply: FastifyReply,
  body: LegacyEnvelope<unknown> | MetricFamily,
): FastifyReply => sendEncoded(request, reply, Buffer.from(JSON.stringify(body)));

const sendEncoded = (request: FastifyRequest, reply: FastifyReply, json: Buffer): FastifyReply => {
  const pretty = queryOf(request).get('prettyPrint') ?? '';
  if (pretty === '' || pretty === 'false') return sendBytes(reply, json);
  return sendJson(reply, JSON.stringify(JSON.parse(json.toString()), null, 4));
};
