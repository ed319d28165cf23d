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

/** Limit on the labels, values or series of an answer. */
export const MAX_LIST_LENGTH = 20_000;

/** Response header of a list that was cut: how many entries of how many it has. */
export const TRUNCATED_HEADER = 'lantern-truncated';

/** Loki leaves `data` out when there is none. */
export const sendList = (reply: FastifyReply, list: readonly unknown[]): FastifyReply => {
  const data = list.length > MAX_LIST_LENGTH ? list.slice(0, MAX_LIST_LENGTH) : list;
  if (data.length < list.length) void reply.header(TRUNCATED_HEADER, `${data.length} of ${list.length}`);
  return sendJson(
    reply,
    JSON.stringify({ status: 'success', ...(list.length === 0 ? undefined : { data }) }),
  );
};
