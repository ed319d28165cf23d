import { parseV3DifferencesRequest, type V3Differences, type V3DifferencesRequest } from '@lantern/query-api';
import type { FastifyInstance } from 'fastify';
import type { AnswerShare } from '../../../transport/answers/answer-bytes.js';
import { searchParamsOf, sendJson } from '../../../transport/answers/text.js';
import { Turn, inTurns } from '../../../transport/answers/turn.js';
import { traceQueryOf, type TraceQueries } from '../trace-query.js';
import { loadAnalysis } from './load-analysis.js';
import { ComparedTraces, type ComparedTrace } from './compared-traces.js';
import { decodeTraceSteps } from '@lantern/telemetry-store';

/** Maximum number of spans that are compared. Beyond it the newest traces are a sample. */
const MAX_SPANS = 100_000;

/** Maximum number of attributes in an answer. */
const MAX_DIFFERENCES = 50;

/** Answers how the traces of a selection differ from the others that match a search. */
export const differencesRoute = (traces: TraceQueries) => (server: FastifyInstance) => {
  server.get('/api/v3/lantern/differences', async (request, reply) => {
    const asked = parseV3DifferencesRequest(searchParamsOf(request));
    const compared = new ComparedTraces(server.answerBytes.shareOf(reply).hold);
    const isSampled = await readInto(compared, asked, server.answerBytes.shareOf(reply));
    const isInside = selectionOf(asked, compared.traces);
    const cohort = compared.traces.map((trace) => ({
      isInside: isInside(trace),
      attributes: trace.attributes,
    }));
    const { attributeDifferences } = await loadAnalysis();
    const selectedTraces = cohort.filter((trace) => trace.isInside).length;
    const answer: V3Differences = {
      selectedTraces,
      otherTraces: cohort.length - selectedTraces,
      spanCount: compared.spanCount,
      isSampled,
      differences: attributeDifferences(cohort, compared.pairs, MAX_DIFFERENCES).map(
        ({ key, divergence, values }) => ({
          key,
          divergence: Math.round(divergence * 1e3) / 1e3,
          values: values.map(({ value, inside, outside }) => ({
            value,
            selectedTraces: inside,
            otherTraces: outside,
          })),
        }),
      ),
    };
    return sendJson(reply, JSON.stringify(answer));
  });

  /** Returns whether more traces match than were read. */
  const readInto = async (
    compared: ComparedTraces,
    { search }: V3DifferencesRequest,
    share: AnswerShare,
  ): Promise<boolean> => {
    const turn = new Turn();
    const query = { ...traceQueryOf(search), limit: MAX_SPANS };
    for await (const { trace } of traces.each(query, share, search.filter?.trace)) {
      if (compared.spanCount >= MAX_SPANS) return true;
      compared.add(await inTurns(decodeTraceSteps(trace), turn));
      await turn.giveWay();
    }
    return false;
  };
};

/** Returns the condition of the selection. */
const selectionOf = (
  { select, minDurationNano, maxDurationNano }: V3DifferencesRequest,
  traces: readonly ComparedTrace[],
): ((trace: ComparedTrace) => boolean) => {
  if (select === 'failed') return ({ hasError }) => hasError;
  if (select === undefined) {
    return ({ durationNano }) =>
      durationNano >= Number(minDurationNano) && durationNano <= Number(maxDurationNano);
  }
  const durations = Float64Array.from(traces, ({ durationNano }) => durationNano).sort();
  const p95 = durations[Math.max(0, Math.ceil(durations.length * 0.95) - 1)] ?? 0;
  return ({ durationNano }) => durationNano > p95;
};
