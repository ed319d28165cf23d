import { formatLabels, parseLabelsRequest, parseSeriesRequest } from '@lantern/query-api';
import { compileMatcher, type Matcher } from '@lantern/logql';
import type { LogLabels } from '@lantern/telemetry-model';
import type { LabelMatcher, LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { nowUnixNano } from '../../clock.js';
import { addQuery, paramsOf, sendList } from './loki-request.js';
import { ownValue } from './own-value.js';
import { sortLabels } from './sort-labels.js';

/** Endpoints for streams, their labels and the values of labels. */
export const seriesRoutes = (server: FastifyInstance, logs: LogStore): void => {
  // The second name is Loki's older one.
  for (const path of ['/labels', '/label']) {
    addQuery(server, path, async (request, reply) => {
      const series = await readSeries(request);
      return sendList(reply, sortedUnique(series.flatMap((labels) => Object.keys(labels))));
    });
  }

  addQuery(server, '/label/:name/values', async (request, reply) => {
    const { name } = request.params as { name: string };
    const series = await readSeries(request);
    return sendList(reply, sortedUnique(series.flatMap((labels) => ownValue(labels, name) ?? [])));
  });

  addQuery(server, '/series', async (request, reply) => {
    const { groups, ...range } = parseSeriesRequest(paramsOf(request), nowUnixNano());
    const found = new Map<string, LogLabels>();
    for (const matchers of groups) {
      const series = await logs.series({ matchers: matchers.map(toLabelMatcher), range });
      for (const labels of series) found.set(formatLabels(labels), sortLabels(labels));
    }
    return sendList(
      reply,
      Array.from(found.keys())
        .sort()
        .map((key) => found.get(key)),
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

const sortedUnique = (texts: readonly string[]): string[] => Array.from(new Set(texts)).sort();
