import { formatTraceRequestJson } from '@lantern/otlp';
import {
  SPAN_KIND_NAMES,
  parseV3OperationsRequest,
  parseV3Search,
  parseV3TraceRequest,
  type V3Operations,
  type V3Services,
  type V3TraceSummaries,
} from '@lantern/query-api';
import type { Trace } from '@lantern/telemetry-model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Report } from '../../http/failure.js';
import { HttpError } from '../../http/http-error.js';
import { queryOf, sendJson } from '../../http/text.js';
import type { Page, TraceQueries } from './trace-query.js';
import { sendV3Failures } from './v3-failure.js';

/** Jaeger's API v3 over HTTP, under `/api/v3`. */
export const v3Routes = (traces: TraceQueries, report: Report) => async (server: FastifyInstance) => {
  sendV3Failures(server, report);

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
    return sendTraces(reply, { items: trace ? [trace] : [] });
  });

  server.get('/api/v3/traces', async (request, reply) =>
    sendTraces(reply, await traces.page(parseV3Search(queryOf(request)))),
  );

  server.get('/api/v3/trace-summaries', async (request, reply) => {
    const { items: summaries, ...page } = await traces.summaries(parseV3Search(queryOf(request)));
    return sendJson(reply, JSON.stringify({ summaries, ...page } satisfies V3TraceSummaries));
  });
};

const sendTraces = (reply: FastifyReply, { items: traces, ...page }: Page<Trace>): FastifyReply => {
  if (traces.length === 0) throw new HttpError(404, 'No traces found');
  const result = formatTraceRequestJson(traces.flatMap(({ resourceSpans }) => resourceSpans));
  return sendJson(reply, JSON.stringify({ result, ...page }));
};
