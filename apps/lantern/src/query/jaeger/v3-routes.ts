import {
  SPAN_KIND_NAMES,
  parseV3OperationsRequest,
  parseV3Search,
  parseV3TraceRequest,
  type V3Operations,
  type V3Services,
  type V3TraceSummaries,
  type V3TraceSummary,
} from '@lantern/query-api';
import type { TraceId } from '@lantern/telemetry-model';
import type { EncodedTrace } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import type { AnswerShare } from '../../transport/answers/answer-bytes.js';
import { sendPieces, type JsonPieces } from '../../transport/answers/answer-pieces.js';
import type { Report } from '../../transport/errors/failure.js';
import { HttpError } from '../../transport/errors/http-error.js';
import { sendValue } from '../../transport/answers/json-pieces.js';
import { searchParamsOf } from '../../transport/answers/text.js';
import { Turn } from '../../transport/answers/turn.js';
import type { PageEnd, TraceQueries } from './trace-query.js';
import { TracesJson } from './traces-json.js';
import { sendV3Failures } from './v3-failure.js';
import { V3_FORMAT } from './v3-trace-json.js';

/** Jaeger's API v3 over HTTP, under `/api/v3`. */
export const v3Routes = (traces: TraceQueries, report: Report) => async (server: FastifyInstance) => {
  sendV3Failures(server, report);

  server.get('/api/v3/services', async (_request, reply) => {
    const services = await traces.store.services();
    return sendValue(reply, { services } satisfies V3Services, report);
  });

  server.get('/api/v3/operations', async (request, reply) => {
    const { service, spanKind } = parseV3OperationsRequest(searchParamsOf(request));
    const operations = (await traces.store.operations(service))
      .map(({ name, kind }) => ({ name, kind: SPAN_KIND_NAMES[kind] }))
      .filter(({ kind }) => spanKind === '' || kind === spanKind)
      // A span of unspecified kind reads as internal, as OpenTelemetry has it.
      .map(({ name, kind }) => ({ name, spanKind: kind === '' ? 'internal' : kind }));
    return sendValue(reply, { operations } satisfies V3Operations, report);
  });

  server.get<{ Params: { id: string } }>('/api/v3/traces/:id', async (request, reply) => {
    const { traceId, raw } = parseV3TraceRequest(request.params.id, searchParamsOf(request));
    const share = server.answerBytes.shareOf(reply);
    return sendPieces(reply, writeTraces(oneTrace(traceId, share), raw, share), report);
  });

  server.get('/api/v3/traces', async (request, reply) => {
    const search = parseV3Search(searchParamsOf(request));
    const share = server.answerBytes.shareOf(reply);
    return sendPieces(reply, writeTraces(traces.page(search, share), search.raw, share), report);
  });

  async function* oneTrace(
    traceId: TraceId | undefined,
    share: AnswerShare,
  ): AsyncGenerator<EncodedTrace, PageEnd> {
    const trace = traceId && (await traces.store.getEncodedTrace(traceId, share.hold));
    if (trace) yield trace;
    return {};
  }

  async function* writeTraces(
    found: AsyncGenerator<EncodedTrace, PageEnd>,
    raw: boolean,
    share: AnswerShare,
  ): JsonPieces {
    const json = new TracesJson(V3_FORMAT, traces.options, share, '{"result":{"resourceSpans":[');
    let isEmpty = true;
    for (;;) {
      const next = await found.next();
      if (next.done === true) {
        if (isEmpty) throw new HttpError(404, 'No traces found');
        const end = JSON.stringify(next.value).slice(1);
        yield json.finish(end === '}' ? ']}}' : `]},${end}`);
        return;
      }
      isEmpty = false;
      yield* json.add(next.value, raw);
    }
  }

  server.get('/api/v3/trace-summaries', async (request, reply) => {
    const page = traces.page(parseV3Search(searchParamsOf(request)), server.answerBytes.shareOf(reply));
    const turn = new Turn();
    const summaries: V3TraceSummary[] = [];
    for (;;) {
      const next = await page.next();
      if (next.done === true) {
        return sendValue(reply, { summaries, ...next.value } satisfies V3TraceSummaries, report);
      }
      summaries.push(await traces.summaryOf(next.value, turn));
    }
  });
};
