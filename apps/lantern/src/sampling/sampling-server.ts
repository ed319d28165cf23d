import type { FastifyInstance } from 'fastify';
import { createServer, type ServerOptions } from '../transport/server/server.js';
import { searchParamsOf, sendJson, sendText } from '../transport/answers/text.js';
import type { SamplingStrategies } from './strategies.js';

/**
 * Tells remote samplers how much to keep, on any path: each generation of Jaeger's clients asks on another.
 * The responses contain no secret, and samplers cannot send a token, so no token is required.
 */
export const createSamplingServer = (
  strategies: SamplingStrategies,
  options: ServerOptions,
): FastifyInstance => {
  const server = createServer({ ...options, token: undefined });
  server.get('/*', async (request, reply) => {
    const [service, ...others] = searchParamsOf(request).getAll('service');
    if (service === undefined || others.length > 0) {
      return sendText(reply, 400, "'service' parameter must be provided once");
    }
    return sendJson(reply, JSON.stringify(strategies.strategyFor(service)));
  });
  return server;
};
