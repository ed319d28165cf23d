import { parseGoFloat } from '@lantern/go-syntax';
import {
  parseDetectedFieldsRequest,
  parseDetectedLabelsRequest,
  type LokiDetectedFields,
  type LokiDetectedLabels,
  type LokiDetectedValues,
} from '@lantern/query-api';
import { CheckPace, compileMatcher, evaluateLog } from '@lantern/logql';
import type { LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nowUnixNano } from '../../clock.js';
import { sendValue } from '../../transport/answers/json-pieces.js';
import { Turn } from '../../transport/answers/turn.js';
import type { Report } from '../../transport/errors/failure.js';
import { DetectedFields } from './detected-fields.js';
import { LanternQueryControl } from './lantern-query-control.js';
import { addQuery, goneSignal, paramsOf } from './loki-request.js';

/** Labels that are listed whatever their values are. */
const STATIC_LABELS: ReadonlySet<string> = new Set(['cluster', 'namespace', 'instance', 'pod']);

/** Maximum number of values of a listed label. Loki's default. */
const MAX_CARDINALITY = 50;

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

const isId = (value: string): boolean => {
  if (UUID.test(value)) return true;
  try {
    parseGoFloat(value);
    return true;
  } catch {
    return false;
  }
};

/** Endpoints for the labels and fields that Grafana's Logs Drilldown offers as filters. */
export const detectedRoutes = (server: FastifyInstance, logs: LogStore, report: Report): void => {
  addQuery(server, '/detected_labels', async (request, reply) => {
    const { expression, startUnixNano, endUnixNano } = parseDetectedLabelsRequest(
      paramsOf(request),
      nowUnixNano(),
    );
    const matchers = expression.matchers.map((matcher) => ({
      name: matcher.name,
      matches: compileMatcher(matcher),
    }));
    const series = await logs.series({ matchers, range: { startUnixNano, endUnixNano } });
    const values = new Map<string, Set<string>>();
    const turn = new Turn();
    for (const labels of series) {
      for (const [name, value] of Object.entries(labels))
        values.set(name, (values.get(name) ?? new Set()).add(value));
      const pause = turn.giveWay();
      if (pause) await pause;
    }
    const answer: LokiDetectedLabels = {
      detectedLabels: Array.from(values.entries())
        .filter(
          ([name, set]) =>
            STATIC_LABELS.has(name) || (set.size <= MAX_CARDINALITY && !Array.from(set).every(isId)),
        )
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([label, set]) => ({ label, cardinality: set.size })),
    };
    return sendValue(reply, answer, report);
  });

  const detect = async (request: FastifyRequest, reply: FastifyReply) => {
    const { lineLimit, limit, ...query } = parseDetectedFieldsRequest(paramsOf(request), nowUnixNano());
    const control = new LanternQueryControl(goneSignal(reply));
    const options = { ...query, direction: 'backward', limit: lineLimit } as const;
    const fields = new DetectedFields(limit);
    const pace = new CheckPace();
    for (const line of await evaluateLog(query.expression, options, logs, control)) {
      const pause = pace.isDueAfter(line.line) ? control.checkpoint() : undefined;
      if (pause) await pause;
      fields.add(line);
    }
    return { fields, limit };
  };

  addQuery(server, '/detected_fields', async (request, reply) => {
    const { fields, limit } = await detect(request, reply);
    const answer: LokiDetectedFields = { fields: fields.list(), limit };
    return sendValue(reply, answer, report);
  });

  addQuery(server, '/detected_field/:name/values', async (request, reply) => {
    const { name } = request.params as { name: string };
    const { fields, limit } = await detect(request, reply);
    const answer: LokiDetectedValues = { values: fields.valuesOf(name), limit };
    return sendValue(reply, answer, report);
  });
};
