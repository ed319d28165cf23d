import { formatLabels, parseLabelsRequest, parseSeriesRequest } from '@lantern/query-api';
import { compileMatcher, type Matcher } from '@lantern/logql';
import { sortInSteps, type LogLabels } from '@lantern/telemetry-model';
import type { LabelMatcher, LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { nowUnixNano } from '../../clock.js';
import { Turn, inTurns } from '../../transport/answers/turn.js';
import type { Report } from '../../transport/errors/failure.js';
import { addQuery, paramsOf, sendList } from './loki-request.js';
import { ownValue } from './own-value.js';
import { sortLabels } from './sort-labels.js';

/** Endpoints for streams, their labels and the values of labels. */
export const seriesRoutes = (server: FastifyInstance, logs: LogStore, report: Report): void => {
  // The second name is Loki's older one.
  for (const path of ['/labels', '/label']) {
    addQuery(server, path, async (request, reply) => {
      return sendList(reply, await distinct(await readSeries(request), Object.keys), report);
    });
  }

  addQuery(server, '/label/:name/values', async (request, reply) => {
    const { name } = request.params as { name: string };
    const values = await distinct(await readSeries(request), (labels) => ownValue(labels, name) ?? []);
    return sendList(reply, values, report);
  });

  addQuery(server, '/series', async (request, reply) => {
    const { groups, ...range } = parseSeriesRequest(paramsOf(request), nowUnixNano());
    const found = new Map<string, LogLabels>();
    const turn = new Turn();
    for (const matchers of groups) {
      const series = await logs.series({ matchers: matchers.map(toLabelMatcher), range });
      for (const labels of series) {
        found.set(formatLabels(labels), sortLabels(labels));
        const pause = turn.giveWay();
        if (pause) await pause;
      }
    }
    const sorted = await inTurns(
      sortInSteps([...found], ([a], [b]) => (a < b ? -1 : 1)),
      turn,
    );
    return sendList(
      reply,
      sorted.map(([, labels]) => labels),
      report,
    );
  });

  const readSeries = async (request: FastifyRequest): Promise<LogLabels[]> => {
    const { matchers, ...range } = parseLabelsRequest(paramsOf(request), nowUnixNano());
    return logs.series({ matchers: matchers.map(toLabelMatcher), range });
  };
};

const toLabelMatcher = (matcher: Matcher): LabelMatcher => ({
  name: matcher.name,
  matches: compileMatcher(matcher),
});

/** Returns the distinct texts of all labels, sorted. */
const distinct = async (
  series: readonly LogLabels[],
  textsOf: (labels: LogLabels) => string | readonly string[],
): Promise<string[]> => {
  const turn = new Turn();
  const texts = new Set<string>();
  for (const labels of series) {
    for (const text of [textsOf(labels)].flat()) texts.add(text);
    const pause = turn.giveWay();
    if (pause) await pause;
  }
  return inTurns(sortInSteps([...texts], byCharacters), turn);
};

const byCharacters = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
