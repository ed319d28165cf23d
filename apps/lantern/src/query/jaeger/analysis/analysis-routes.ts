import {
  parseV3ExplanationRequest,
  parseV3TraceRequest,
  type V3Detection,
  type V3Detections,
} from '@lantern/query-api';
import type { TraceId } from '@lantern/telemetry-model';
import type { DETECTION_KINDS, Detection, TraceFacts } from '@lantern/trace-analysis';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { searchParamsOf, sendJson } from '../../../transport/answers/text.js';
import { HttpError } from '../../../transport/errors/http-error.js';
import { loadAnalysis } from './load-analysis.js';
import type { TraceAnalysis, TraceAnalyst } from './trace-analyst.js';

/** Maximum number of span IDs of one detection. The count of all is beside them. */
const MAX_SPAN_IDS = 200;

/** Answers what the spans of a trace show: detections as JSON, explanations as text. */
export const analysisRoutes = (analyst: TraceAnalyst) => (server: FastifyInstance) => {
  const analysisOf = async (id: TraceId | undefined, reply: FastifyReply): Promise<TraceAnalysis> => {
    const analysis = id && (await analyst.analyze(id, server.answerBytes.shareOf(reply)));
    if (!analysis) throw new HttpError(404, 'No traces found');
    return analysis;
  };

  server.get<{ Params: { id: string } }>('/api/v3/lantern/traces/:id/detections', async (request, reply) => {
    const { traceId } = parseV3TraceRequest(request.params.id, searchParamsOf(request));
    const { facts, detections } = await analysisOf(traceId, reply);
    const { DETECTION_KINDS: kinds } = await loadAnalysis();
    const answer: V3Detections = {
      traceId: facts.traceId,
      spanCount: facts.table.length,
      durationNano: String(Math.round(facts.table.duration)),
      detections: detections.map((detection) => detectionJson(facts, detection, kinds[detection.kind])),
    };
    return sendJson(reply, JSON.stringify(answer));
  });

  server.get<{ Params: { id: string } }>('/api/v3/lantern/traces/:id/explanation', async (request, reply) => {
    const { traceId, question, limit } = parseV3ExplanationRequest(
      request.params.id,
      searchParamsOf(request),
    );
    const analysis = await analysisOf(traceId, reply);
    const baseUrl = `${request.protocol}://${request.headers.host ?? ''}`;
    const text = await analyst.explain(analysis, question, { baseUrl, limit });
    return reply.header('content-type', 'text/plain; charset=utf-8').send(`${text}\n`);
  });
};

const detectionJson = (
  facts: TraceFacts,
  { kind, share, rows, text }: Detection,
  { title, subject, advice }: (typeof DETECTION_KINDS)[keyof typeof DETECTION_KINDS],
): V3Detection => {
  const spanIds = rows.slice(0, MAX_SPAN_IDS).map((row) => facts.table.spanIds[row] ?? '');
  return {
    kind,
    title,
    subject,
    // Four digits: the times behind it are not more exact.
    share: Math.round(share * 1e4) / 1e4,
    text,
    advice,
    link: `/trace/${facts.traceId}?uiFind=${spanIds[0] ?? ''}`,
    spanCount: rows.length,
    spanIds,
  };
};
