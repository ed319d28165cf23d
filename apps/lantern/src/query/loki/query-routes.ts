import { parseInstantQuery, parseRangeQuery } from '@lantern/query-api';
import {
  LogqlParseError,
  evaluateLog,
  evaluateMetric,
  formatLogql,
  parseLogql,
} from '@lantern/query-api/logql';
import type { LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import { nowUnixNano } from '../../clock.js';
import { sendJson } from '../../http/text.js';
import { formatMatrix, formatScalar, formatVector } from './format-samples.js';
import { formatStreams } from './format-streams.js';
import { LanternQueryControl } from './lantern-query-control.js';
import { addQuery, goneSignal, paramsOf, sendData, wantsCategories } from './loki-request.js';
import { refuseMetadataAsLabel } from './metadata-hint.js';
import { LogStoreSource } from './log-store-source.js';

/** Queries in LogQL. */
export const queryRoutes = (server: FastifyInstance, logs: LogStore): void => {
  const source = new LogStoreSource(logs);

  addQuery(server, '/query_range', async (request, reply) => {
    const query = parseRangeQuery(paramsOf(request), nowUnixNano());
    await refuseMetadataAsLabel(logs, query.expression);
    const control = new LanternQueryControl(goneSignal(reply));
    if (query.kind === 'metric') {
      return sendData(
        reply,
        formatMatrix(await evaluateMetric(query.expression, query.steps, source, control)),
      );
    }
    const lines = await evaluateLog(query.expression, query, source, control);
    return sendData(reply, formatStreams(lines, wantsCategories(request)));
  });

  addQuery(server, '/query', async (request, reply) => {
    const { expression, steps } = parseInstantQuery(paramsOf(request), nowUnixNano());
    await refuseMetadataAsLabel(logs, expression);
    if (expression.kind === 'number') {
      return sendData(reply, formatScalar({ timeUnixNano: steps.startUnixNano, value: expression.value }));
    }
    const control = new LanternQueryControl(goneSignal(reply));
    return sendData(reply, formatVector(await evaluateMetric(expression, steps, source, control)));
  });

  addQuery(server, '/format_query', async (request, reply) => {
    let formatted: string;
    try {
      formatted = formatLogql(parseLogql(paramsOf(request).get('query') ?? ''));
    } catch (error) {
      if (!(error instanceof LogqlParseError)) throw error;
      return sendJson(reply.code(400), JSON.stringify({ status: 'invalid-query', error: error.message }));
    }
    return sendData(reply, formatted);
  });
};
