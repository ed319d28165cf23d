import { CATEGORIZE_LABELS, ENCODING_FLAGS_HEADER } from '@lantern/query-api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryOf, sendJson } from '../../http/text.js';

const PREFIX = '/loki/api/v1';

export type QueryHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Every query may come by GET, or by POST as a form. */
export const addQuery = (server: FastifyInstance, path: string, handler: QueryHandler): void => {
  server.route({ method: ['GET', 'POST'], url: PREFIX + path, handler });
};

/** Of both the form and the URL, the form first, as Go merges them. */
export const paramsOf = (request: FastifyRequest): URLSearchParams => {
  const params = queryOf(request);
  return request.body instanceof URLSearchParams ? new URLSearchParams([...request.body, ...params]) : params;
};

/** Whether the answer keeps structured metadata and parsed labels apart from those of the stream. */
export const wantsCategories = (request: FastifyRequest): boolean =>
  String(request.headers[ENCODING_FLAGS_HEADER] ?? '')
    .split(',')
    .includes(CATEGORIZE_LABELS);

/** Aborted when the connection ends before the answer does. */
export const goneSignal = ({ raw }: FastifyReply): AbortSignal => {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
};

/** Many answers are wrapped like this; some are bare. */
export const sendData = (reply: FastifyReply, data: unknown): FastifyReply =>
  sendJson(reply, JSON.stringify({ status: 'success', data }));

/** Loki leaves `data` out when there is none. */
export const sendList = (reply: FastifyReply, list: readonly unknown[]): FastifyReply =>
  sendJson(reply, JSON.stringify({ status: 'success', ...(list.length === 0 ? undefined : { data: list }) }));
