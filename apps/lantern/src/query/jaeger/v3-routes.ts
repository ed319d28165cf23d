import { formatTraceRequestJson } from '@lantern/otlp';
import {
  SPAN_KIND_NAMES,
  parseV3DependenciesRequest,
  parseV3OperationsRequest,
  parseV3Search,
  parseV3TraceRequest,
  type V3Dependencies,
  type V3Dependency,
  type V3Error,
  type V3Operations,
  type V3Services,
  type V3TraceSummaries,
} from '@lantern/query-api';
import type { CallEdge } from '@lantern/telemetry-store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { failureOf, type Report } from '../../http/failure.js';
import { HttpError } from '../../http/http-error.js';
import { queryOf, sendJson, sendText } from '../../http/text.js';
import { summarizeTrace } from './trace-summary.js';
import { latencyQuantile } from './latency-quantile.js';
import type { TracePage, TraceQueries } from './trace-query.js';

/** Jaeger's API v3 over HTTP, under `/api/v3`. */
export const v3Routes = (traces: TraceQueries, report: Report) => async (server: FastifyInstance) => {
  server.setErrorHandler(async (error, _request, reply) => {
    const { status, message } = failureOf(error, report);
    const body: V3Error = { error: { httpCode: status, message } };
    // JSON in a text: so does Jaeger.
    return sendText(reply, status, JSON.stringify(body));
  });

  server.get('/api/v3/services', async (_request, reply) => {
    const services = await traces.store.services();
    return sendJson(reply, JSON.stringify({ services } satisfies V3Services));
  });

  server.get('/api/v3/operations', async (request, reply) => {
    const { service, spanKind } = parseV3OperationsRequest(queryOf(request));
    const operations = (await traces.store.operations(service))
      .map(({ name, kind }) => ({ name, kind: SPAN_KIND_NAMES[kind] }))
      .filter(({ kind }) => spanKind === '' || kind === spanKind)
      // A span of unspecified kind reads as internal, as OpenTelemetry has it.
      .map(({ name, kind }) => ({ name, spanKind: kind === '' ? 'internal' : kind }));
    return sendJson(reply, JSON.stringify({ operations } satisfies V3Operations));
  });

  server.get<{ Params: { id: string } }>('/api/v3/traces/:id', async (request, reply) => {
    const { traceId, raw } = parseV3TraceRequest(request.params.id, queryOf(request));
    const trace = await traces.byId(traceId, raw);
    return sendTraces(reply, { traces: trace ? [trace] : [] });
  });

  server.get('/api/v3/traces', async (request, reply) =>
    sendTraces(reply, await traces.page(parseV3Search(queryOf(request)))),
  );

  server.get('/api/v3/trace-summaries', async (request, reply) => {
    const { traces: found, ...page } = await traces.page({ ...parseV3Search(queryOf(request)), raw: false });
    return sendJson(
      reply,
      JSON.stringify({ summaries: found.map(summarizeTrace), ...page } satisfies V3TraceSummaries),
    );
  });

  // Beside the paths of Jaeger, which serves no dependencies here over HTTP, and below one that it does not use.
  server.get('/api/v3/lantern/dependencies', async (request, reply) => {
    const { range, service } = parseV3DependenciesRequest(queryOf(request));
    const edges = (await traces.store.callEdges(range)).filter(
      ({ parent, child }) => service === '' || parent === service || child === service,
    );
    return sendJson(
      reply,
      JSON.stringify({ dependencies: edges.map(toDependency) } satisfies V3Dependencies),
    );
  });
};

const toDependency = ({ latencies, ...link }: CallEdge): V3Dependency => {
  const at = (quantile: number) => (latencyQuantile(latencies, quantile) ?? 0) / 1e6;
  return {
    ...link,
    ...(latencies.length > 0 && { latencyMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99) } }),
  };
};

const sendTraces = (reply: FastifyReply, { traces, ...page }: TracePage): FastifyReply => {
  if (traces.length === 0) throw new HttpError(404, 'No traces found');
  const result = formatTraceRequestJson(traces.flatMap(({ resourceSpans }) => resourceSpans));
  return sendJson(reply, JSON.stringify({ result, ...page }));
};
