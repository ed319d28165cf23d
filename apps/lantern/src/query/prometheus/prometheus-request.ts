import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { searchParamsOf, sendText } from '../../transport/answers/text.js';

export const PREFIX = '/api/v1';

export type PrometheusHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

const ALL_METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Adds a route. Other methods get 405 and the list of those that are allowed. */
export const addRoute = (
  server: FastifyInstance,
  methods: readonly HTTPMethods[],
  path: string,
  handler: PrometheusHandler,
): void => {
  const url = PREFIX + path;
  server.route({ method: [...methods], url, handler });
  server.route({
    method: ALL_METHODS.filter((method) => !methods.includes(method)),
    url,
    handler: async (_request, reply) =>
      sendText(reply.header('allow', methods.join(', ')), 405, 'Method Not Allowed'),
  });
};

/** Returns the parameters of the form and of the URL. Those of the form come first, as in Go. */
export const paramsOf = (request: FastifyRequest): URLSearchParams => {
  const params = searchParamsOf(request);
  return request.body instanceof URLSearchParams ? new URLSearchParams([...request.body, ...params]) : params;
};

/** Returns a signal that is aborted when the connection closes before the answer ends. */
export const goneSignal = ({ raw }: FastifyReply): AbortSignal => {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
};
