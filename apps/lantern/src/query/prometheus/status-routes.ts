import { hostname } from 'node:os';
import { BadRequest, type PrometheusMetadata } from '@lantern/query-api';
import { METRIC_NAME, boundedName } from '@lantern/telemetry-model';
import type { MetricStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import { LANTERN_VERSION } from '../../version.js';
import { Turn } from '../../transport/answers/turn.js';
import { sendData } from './prometheus-answer.js';
import { addRoute, paramsOf } from './prometheus-request.js';

/**
 * Version of Prometheus whose API Lantern answers. Grafana enables features by it.
 */
const PROMETHEUS_VERSION = '3.16.0';

const BUILD_INFO = {
  version: PROMETHEUS_VERSION,
  revision: `lantern-${LANTERN_VERSION}`,
  branch: 'lantern',
  buildUser: '',
  buildDate: '',
  goVersion: '',
};

/** Number of entries of each list of `status/tsdb`, as in Prometheus. */
const TSDB_LIST_LENGTH = 10;

export interface StatusParts {
  readonly metrics: MetricStore;
  /** Retention of samples in milliseconds; undefined for none. */
  readonly retentionMillis: number | undefined;
}

/** Endpoints for metadata of metrics and for the state of the server. */
export const statusRoutes = (server: FastifyInstance, { metrics, retentionMillis }: StatusParts): void => {
  addRoute(server, ['GET'], '/metadata', async (request, reply) => {
    const params = paramsOf(request);
    const limit = numberOr(params.get('limit'), 'limit must be a number');
    const perMetric = numberOr(params.get('limit_per_metric'), 'limit_per_metric must be a number');
    const metric = params.get('metric') ?? '';
    const found: Record<string, readonly PrometheusMetadata[]> = Object.create(null) as Record<
      string,
      readonly PrometheusMetadata[]
    >;
    let count = 0;
    for (const { name, type, help, unit } of metrics.metadata().values()) {
      if (metric !== '' && metric !== name) continue;
      if (limit >= 0 && count++ >= limit) break;
      found[name] = perMetric === 0 ? [] : [{ type, help, unit }];
    }
    return sendData(reply, found);
  });

  addRoute(server, ['GET'], '/alertmanagers', async (_request, reply) =>
    sendData(reply, { activeAlertmanagers: [], droppedAlertmanagers: [] }),
  );

  addRoute(server, ['GET'], '/status/buildinfo', async (_request, reply) => sendData(reply, BUILD_INFO));
  addRoute(server, ['GET'], '/status/config', async (_request, reply) => sendData(reply, { yaml: '' }));
  addRoute(server, ['GET'], '/status/flags', async (_request, reply) => sendData(reply, {}));

  addRoute(server, ['GET'], '/status/runtimeinfo', async (_request, reply) => {
    const startTime = new Date(performance.timeOrigin).toISOString();
    return sendData(reply, {
      startTime,
      CWD: '',
      hostname: hostname(),
      serverTime: new Date().toISOString(),
      reloadConfigSuccess: true,
      lastConfigTime: startTime,
      corruptionCount: 0,
      goroutineCount: 0,
      GOMAXPROCS: 1,
      GOMEMLIMIT: 0,
      GOGC: '',
      GODEBUG: '',
      storageRetention: retentionMillis === undefined ? '' : `${retentionMillis / 1000}s`,
    });
  });

  addRoute(server, ['GET'], '/status/tsdb', async (_request, reply) => {
    const { series: numSeries, minMillis, maxMillis } = await metrics.stats();
    const all = { startMillis: Number.MIN_SAFE_INTEGER, endMillis: Number.MAX_SAFE_INTEGER };
    const byMetric = new Map<string, number>();
    const valuesByName = new Map<string, Set<string>>();
    const byPair = new Map<string, number>();
    const valueBytes = new Map<string, number>();
    const turn = new Turn();
    for (const labels of await metrics.series([], all)) {
      count(byMetric, labels.get(METRIC_NAME));
      for (const [name, value] of labels.entries()) {
        const values = valuesByName.get(name) ?? new Set();
        if (!values.has(value)) count(valueBytes, name, value.length);
        valuesByName.set(name, values.add(value));
        count(byPair, boundedName(`${name}=${value}`));
      }
      await turn.giveWay();
    }
    const valueCounts = new Map(Array.from(valuesByName, ([name, { size }]) => [name, size]));
    return sendData(reply, {
      headStats: {
        numSeries,
        numLabelPairs: byPair.size,
        chunkCount: 0,
        minTime: minMillis ?? 0,
        maxTime: maxMillis ?? 0,
      },
      seriesCountByMetricName: largest(byMetric),
      labelValueCountByLabelName: largest(valueCounts),
      memoryInBytesByLabelName: largest(valueBytes),
      seriesCountByLabelValuePair: largest(byPair),
    });
  });
};

/** @returns -1 for an absent number */
const numberOr = (text: string | null, reason: string): number => {
  if (text === null || text === '') return -1;
  if (!/^[-+]?\d{1,15}$/.test(text)) throw new BadRequest(reason);
  return Number(text);
};

const count = (counts: Map<string, number>, key: string, by = 1): void => {
  counts.set(key, (counts.get(key) ?? 0) + by);
};

interface Counted {
  readonly name: string;
  readonly value: number;
}

/** Returns the entries with the greatest counts in one pass: there may be as many as series times labels. */
const largest = (counts: ReadonlyMap<string, number>): Counted[] => {
  const found: Counted[] = [];
  for (const [name, value] of counts) {
    const last = found.at(-1);
    if (last && found.length === TSDB_LIST_LENGTH && value < last.value) continue;
    found.push({ name, value });
    found.sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
    if (found.length > TSDB_LIST_LENGTH) found.pop();
  }
  return found;
};
