import { CATEGORIZE_LABELS, ENCODING_FLAGS_HEADER } from '@lantern/query-api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendValue } from '../../transport/answers/json-pieces.js';
import { searchParamsOf } from '../../transport/answers/text.js';
import type { Report } from '../../transport/errors/failure.js';

const PREFIX = '/loki/api/v1';

export type QueryHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Adds an endpoint that accepts its query by GET, or by POST as a form. */
export const addQuery = (server: FastifyInstance, path: string, handler: QueryHandler): void => {
  server.route({ method: ['GET', 'POST'], url: PREFIX + path, handler });
};

/** Returns the parameters of the form and of the URL. Those of the form come first, as in Go. */
export const paramsOf = (request: FastifyRequest): URLSearchParams => {
  const params = searchParamsOf(request);
  return request.body instanceof URLSearchParams ? new URLSearchParams([...request.body, ...params]) : params;
};

/** Returns whether the client asks for structured metadata and parsed labels apart from the labels of the stream. */
export const wantsCategories = (request: FastifyRequest): boolean =>
  String(request.headers[ENCODING_FLAGS_HEADER] ?? '')
    .split(',')
    .includes(CATEGORIZE_LABELS);

/** Returns a signal that is aborted when the connection closes before the answer ends. */
export const goneSignal = ({ raw }: FastifyReply): AbortSignal => {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
};

/** Sends `data` in Loki's envelope. Some endpoints answer without it. */
export const sendData = (reply: FastifyReply, data: unknown, report: Report) =>
  sendValue(reply, { status: 'success', data }, report);

/** Limit on the labels, values or series of an answer. */
export const MAX_LIST_LENGTH = 20_000;

/** Response header of a truncated list: its length and the length of the whole list. */
export const TRUNCATED_HEADER = 'lantern-truncated';

/** Sends a list, without `data` when it is empty, as Loki does. */
export const sendList = (reply: FastifyReply, list: readonly unknown[], report: Report) => {
  const data = list.length > MAX_LIST_LENGTH ? list.slice(0, MAX_LIST_LENGTH) : list;
  if (data.length < list.length) void reply.header(TRUNCATED_HEADER, `${data.length} of ${list.length}`);
  return sendValue(reply, { status: 'success', ...(list.length === 0 ? undefined : { data }) }, report);
};
