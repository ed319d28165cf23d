import { BadRequest, parseLimit, parseOptionalTime, unescapeLabelName } from '@lantern/query-api';
import {
  compareUtf8,
  mapKey,
  sortInSteps,
  type MillisRange,
  type SeriesLabels,
  type SeriesMatcher,
} from '@lantern/telemetry-model';
import type { MetricStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import { inTurns, Turn } from '../../transport/answers/turn.js';
import type { Report } from '../../transport/errors/failure.js';
import { loadPromql } from './load-promql.js';
import { sendList } from './prometheus-answer.js';
import { addRoute, paramsOf } from './prometheus-request.js';

/** Endpoints for series, their labels and the values of labels. */
export const seriesRoutes = (server: FastifyInstance, metrics: MetricStore, report: Report): void => {
  addRoute(server, ['GET', 'POST'], '/series', async (request, reply) => {
    const params = paramsOf(request);
    if (!params.has('match[]')) throw new BadRequest('no match[] parameter provided');
    const range = rangeOf(params);
    const limit = parseLimit(params);
    const selections = await selectionsOf(params, (message) => `invalid parameter "match[]": ${message}`);
    return sendList(reply, await seriesOf(selections, range, new Turn()), limit, report);
  });

  addRoute(server, ['GET', 'POST'], '/labels', async (request, reply) => {
    const params = paramsOf(request);
    const range = rangeOf(params);
    const limit = parseLimit(params);
    const turn = new Turn();
    const names = new Set<string>();
    for (const labels of await seriesOf(await selectionsOf(params), range, turn)) {
      for (const name of labels.names) names.add(name);
      await turn.giveWay();
    }
    return sendList(reply, await inTurns(sortInSteps([...names], compareUtf8), turn), limit, report);
  });

  addRoute(server, ['GET'], '/label/:name/values', async (request, reply) => {
    const params = paramsOf(request);
    const name = unescapeLabelName((request.params as { readonly name: string }).name);
    const range = rangeOf(params);
    const limit = parseLimit(params);
    const turn = new Turn();
    const values = new Set<string>();
    for (const labels of await seriesOf(await selectionsOf(params), range, turn)) {
      values.add(labels.get(name));
      await turn.giveWay();
    }
    values.delete('');
    return sendList(reply, await inTurns(sortInSteps([...values], compareUtf8), turn), limit, report);
  });

  /** Series that one of the selections matches, each once. */
  const seriesOf = async (
    selections: readonly (readonly SeriesMatcher[])[],
    range: MillisRange,
    turn: Turn,
  ): Promise<readonly SeriesLabels[]> => {
    const [first = []] = selections;
    if (selections.length <= 1) return metrics.series(first, range);
    const found = new Map<string, SeriesLabels>();
    for (const matchers of selections) {
      for (const labels of await metrics.series(matchers, range)) {
        found.set(mapKey(labels.key), labels);
        await turn.giveWay();
      }
    }
    return inTurns(
      sortInSteps([...found.values()], (a, b) => a.compare(b)),
      turn,
    );
  };
};

const rangeOf = (params: URLSearchParams): MillisRange => ({
  startMillis: parseOptionalTime(params, 'start', Number.MIN_SAFE_INTEGER),
  endMillis: parseOptionalTime(params, 'end', Number.MAX_SAFE_INTEGER),
});

/** @throws {BadRequest} */
const selectionsOf = async (
  params: URLSearchParams,
  explain = (message: string): string => message,
): Promise<(readonly SeriesMatcher[])[]> => {
  const texts = params.getAll('match[]');
  if (texts.length === 0) return [];
  const { PromqlParseError, parseSelector } = await loadPromql();
  return texts.map((text) => {
    try {
      const matchers = parseSelector(text);
      if (matchers.every((matcher) => matcher.matches('')))
        throw new BadRequest('match[] must contain at least one non-empty matcher');
      return matchers;
    } catch (error) {
      if (error instanceof PromqlParseError) throw new BadRequest(explain(error.message));
      throw error;
    }
  });
};
