import {
  BadRequest,
  CATEGORIZE_LABELS,
  ENCODING_FLAGS_HEADER,
  formatLabels,
  parseLabelsRequest,
  parseLogRangeRequest,
  parseLogql,
  parseSeriesRequest,
  type LokiBuildInfo,
  type LokiList,
  type LokiResponse,
  type LokiStreams,
} from '@lantern/query-api';
import type { LogLabels } from '@lantern/telemetry-model';
import type { LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nowUnixNano } from '../../clock.js';
import { failureOf, type Report } from '../../http/failure.js';
import { queryOf, sendJson, sendText } from '../../http/text.js';
import { LANTERN_VERSION } from '../../version.js';
import { formatStreams } from './format-streams.js';
import { queryLogs } from './log-query.js';
import { refuseMetadataAsLabel } from './metadata-hint.js';
import { ownValue } from './own-value.js';
import { toLabelMatcher } from './pipeline.js';
import { sortLabels } from './sort-labels.js';

const PREFIX = '/loki/api/v1';

/** What Loki answers to whoever reads. Every query may come by GET, or by POST as a form. */
export const lokiRoutes = (logs: LogStore, report: Report) => async (server: FastifyInstance) => {
  server.setErrorHandler(async (error, _request, reply) => {
    const { status, message } = failureOf(error, report);
    return sendText(reply, status, message);
  });

  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );

  const query = (path: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>) =>
    server.route({ method: ['GET', 'POST'], url: PREFIX + path, handler });

  query('/query_range', async (request, reply) => {
    const range = parseLogRangeRequest(paramsOf(request), nowUnixNano());
    await refuseMetadataAsLabel(logs, range.expression);
    const rows = await queryLogs(logs, range, goneSignal(reply));
    const data = formatStreams(rows, encodingFlagsOf(request).includes(CATEGORIZE_LABELS));
    return sendJson(reply, JSON.stringify({ status: 'success', data } satisfies LokiResponse<LokiStreams>));
  });

  query('/query', async (request) => {
    parseLogql(paramsOf(request).get('query') ?? '');
    throw new BadRequest(
      'log queries are not supported as an instant query type, please change your query to a range query type',
    );
  });

  // The second name is Loki's older one.
  for (const path of ['/labels', '/label']) {
    query(path, async (request, reply) => {
      const series = await readSeries(request);
      return sendList(reply, sortedUnique(series.flatMap((labels) => Object.keys(labels))));
    });
  }

  query('/label/:name/values', async (request, reply) => {
    const { name } = request.params as { name: string };
    const series = await readSeries(request);
    return sendList(reply, sortedUnique(series.flatMap((labels) => ownValue(labels, name) ?? [])));
  });

  query('/series', async (request, reply) => {
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

  server.get(`${PREFIX}/status/buildinfo`, async (_request, reply) => {
    const info: LokiBuildInfo = {
      version: LANTERN_VERSION,
      revision: '',
      branch: 'lantern',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    };
    return sendJson(reply, JSON.stringify(info));
  });

  const readSeries = async (request: FastifyRequest): Promise<LogLabels[]> => {
    const { matchers, ...range } = parseLabelsRequest(paramsOf(request), nowUnixNano());
    return logs.series({ matchers: matchers.map(toLabelMatcher), range });
  };
};

/** Of both the form and the URL, the form first, as Go merges them. */
const paramsOf = (request: FastifyRequest): URLSearchParams => {
  const params = queryOf(request);
  return request.body instanceof URLSearchParams ? new URLSearchParams([...request.body, ...params]) : params;
};

const encodingFlagsOf = (request: FastifyRequest): string[] =>
  String(request.headers[ENCODING_FLAGS_HEADER] ?? '').split(',');

/** Aborted when the connection ends before the answer does. */
const goneSignal = ({ raw }: FastifyReply): AbortSignal => {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
};

const sortedUnique = (texts: readonly string[]): string[] => Array.from(new Set(texts)).sort();

/** Loki leaves `data` out when there is none. */
const sendList = (reply: FastifyReply, list: readonly unknown[]): FastifyReply => {
  const body: LokiList<unknown> = { status: 'success', ...(list.length === 0 ? undefined : { data: list }) };
  return sendJson(reply, JSON.stringify(body));
};
