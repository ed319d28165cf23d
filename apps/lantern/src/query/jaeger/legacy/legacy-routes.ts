import { MalformedOtlpError, parseTraceRequestJsonSteps, type DecodedTraces } from '@lantern/otlp';
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
} from '@lantern/query-api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ResourceSpans } from '@lantern/telemetry-model';
import type { EncodedTrace } from '@lantern/telemetry-store';
import { nowUnixNano } from '../../../clock.js';
import type { AnswerShare } from '../../../transport/answers/answer-bytes.js';
import { sendPieces, type JsonPieces } from '../../../transport/answers/answer-pieces.js';
import { indented } from '../../../transport/answers/json-indenter.js';
import { Turn, inTurns } from '../../../transport/answers/turn.js';
import { decompress } from '../../../transport/requests/decompress.js';
import { failureOf, type Report } from '../../../transport/errors/failure.js';
import { HttpError } from '../../../transport/errors/http-error.js';
import { jsonPieces, sendValue } from '../../../transport/answers/json-pieces.js';
import { searchParamsOf, sendText } from '../../../transport/answers/text.js';
import { LEGACY_FORMAT } from './legacy-trace-json.js';
import { callRates, errorRates, latencies } from '../metrics.js';
import { tracesIn } from '../trace-groups.js';
import { traceQueryOf, type TraceQueries } from '../trace-query.js';
import { TracesJson } from '../traces-json.js';

/** Jaeger's query API as of v2.20 and before, under `/api`. Still spoken by Grafana and many scripts. */
export const legacyRoutes = (traces: TraceQueries, report: Report) => async (server: FastifyInstance) => {
  server.setErrorHandler(async (error, _request, reply) => {
    const { status, message } = failureOf(error, report);
    const body = envelope(null, { errors: [{ code: status, msg: message }] });
    // JSON in a text: so does Jaeger.
    return sendText(reply, status, JSON.stringify(body));
  });

  const sendWritten = (
    request: FastifyRequest,
    reply: FastifyReply,
    pieces: JsonPieces,
  ): Promise<FastifyReply> => sendPieces(reply, isPretty(request) ? indented(pieces) : pieces, report);

  const send = async (
    request: FastifyRequest,
    reply: FastifyReply,
    body: LegacyEnvelope<unknown>,
  ): Promise<FastifyReply> =>
    isPretty(request) ? sendWritten(request, reply, jsonPieces(body)) : await sendValue(reply, body, report);

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
    const params = searchParamsOf(request);
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
    const search = parseLegacyTracesRequest(searchParamsOf(request), nowUnixNano());
    const share = server.answerBytes.shareOf(reply);
    return sendWritten(request, reply, findTraces(search, share));
  });

  async function* findTraces(
    search: ReturnType<typeof parseLegacyTracesRequest>,
    share: AnswerShare,
  ): JsonPieces {
    const found = new TracesJson(LEGACY_FORMAT, traces.options, share, '{"data":[');
    const errors: LegacyError[] = [];
    if (search.traceIds.length === 0) {
      for await (const { trace } of traces.each(traceQueryOf(search), share))
        yield* found.add(trace, search.raw);
    }
    for (const [text, id] of new Map(search.traceIds.map(({ text, id }) => [id ?? text, id]))) {
      const trace = id && (await traces.store.getEncodedTrace(id, share.hold));
      if (trace) yield* found.add(trace, search.raw);
      else errors.push({ msg: 'trace not found', traceID: legacyTraceId(text) });
      share.clear();
    }
    yield found.finish(endOfList({ errors: errors.length === 0 ? null : errors }));
  }

  server.get<{ Params: { id: string } }>('/api/traces/:id', async (request, reply) => {
    const { traceId, raw } = parseLegacyTraceRequest(request.params.id, searchParamsOf(request));
    const share = server.answerBytes.shareOf(reply);
    const trace = traceId && (await traces.store.getEncodedTrace(traceId, share.hold));
    if (!trace) throw new HttpError(404, 'trace not found');
    return sendWritten(request, reply, oneTrace(trace, raw, share));
  });

  async function* oneTrace(trace: EncodedTrace, raw: boolean, share: AnswerShare): JsonPieces {
    const found = new TracesJson(LEGACY_FORMAT, traces.options, share, '{"data":[');
    yield* found.add(trace, raw);
    yield found.finish(endOfList({}));
  }

  server.post<{ Params: { id: string } }>('/api/archive/:id', async (request, reply) => {
    const { traceId } = parseLegacyTraceRequest(request.params.id, searchParamsOf(request));
    const { hold } = server.answerBytes.shareOf(reply);
    const isArchived = traceId !== undefined && (await traces.store.archiveTrace(traceId, hold));
    if (!isArchived) throw new HttpError(404, 'trace not found');
    return send(request, reply, envelope([], { errors: [] }));
  });

  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  server.post('/api/transform', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const plain = await decompress(body, request.headers['content-encoding']);
    const { resourceSpans, rejected } = await parseOtlp(plain);
    const errors = rejected.reasons.map((msg): LegacyError => ({ msg }));
    const share = server.answerBytes.shareOf(reply);
    return sendWritten(request, reply, transformed(resourceSpans, errors, share));
  });

  async function* transformed(
    resourceSpans: readonly ResourceSpans[],
    errors: readonly LegacyError[],
    share: AnswerShare,
  ): JsonPieces {
    const found = new TracesJson(LEGACY_FORMAT, traces.options, share, '{"data":[');
    for (const trace of tracesIn(resourceSpans)) yield* found.addDecoded(trace);
    yield found.finish(endOfList({ errors: errors.length === 0 ? null : errors }));
  }

  server.get('/api/metrics/latencies', async (request, reply) => {
    const params = searchParamsOf(request);
    const quantile = parseQuantile(params);
    const family = latencies(traces.store, parseMetricsRequest(params, nowUnixNano()), quantile);
    return sendWritten(request, reply, family);
  });

  server.get('/api/metrics/calls', async (request, reply) =>
    sendWritten(
      request,
      reply,
      callRates(traces.store, parseMetricsRequest(searchParamsOf(request), nowUnixNano())),
    ),
  );

  server.get('/api/metrics/errors', async (request, reply) =>
    sendWritten(
      request,
      reply,
      errorRates(traces.store, parseMetricsRequest(searchParamsOf(request), nowUnixNano())),
    ),
  );

  server.get('/api/dependencies', async (request, reply) => {
    const { range, service } = parseLegacyDependenciesRequest(searchParamsOf(request), nowUnixNano());
    const links = (await traces.store.dependencies(range))
      .filter(({ parent, child }) => service === '' || parent === service || child === service)
      .map(({ parent, child, callCount }): LegacyDependency => ({ parent, child, callCount }));
    return send(request, reply, envelope(links));
  });
};

const parseOtlp = async (body: Buffer): Promise<DecodedTraces> => {
  try {
    return await inTurns(parseTraceRequestJsonSteps(body.toString()), new Turn());
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

/** JSON after the items of a list. */
const endOfList = (rest: Partial<Rest>): string => `],${JSON.stringify(restOf(rest)).slice(1)}`;

const isPretty = (request: FastifyRequest): boolean =>
  !['', 'false'].includes(searchParamsOf(request).get('prettyPrint') ?? '');
