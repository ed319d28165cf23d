import { Readable } from 'node:stream';
import type { McpHttpHandler } from '@modelcontextprotocol/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Report } from '../transport/errors/failure.js';
import { LanternClient } from './lantern-client.js';

/** Maximum size of a request, which names a tool and its arguments. */
const MAX_REQUEST_BYTES = 256 * 1024;

/**
 * Serves the Model Context Protocol (Streamable HTTP, without sessions) at `/mcp`. The rules on host names, origins and the token are
 * those of the API, which the tools read over the loopback interface with the caller's token.
 *
 * @see https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#streamable-http
 */
export const mcpRoutes = (report: Report) => async (server: FastifyInstance) => {
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: MAX_REQUEST_BYTES },
    (_request, body, done) => done(null, body),
  );
  let loading: Promise<McpHttpHandler> | undefined;

  server.addHook('preClose', async () => {
    await (await loading)?.close();
  });

  server.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    handler: async (request, reply) => {
      const handler = await (loading ??= loadHandler(server, report));
      const { status, headers, body } = await handler.fetch(webRequestOf(request));
      void reply.code(status).headers(Object.fromEntries(headers));
      return reply.send(body === null ? '' : Readable.fromWeb(body));
    },
  });
};

/** Maximum number of clients that listen for changes. Lantern announces none, so none has to. */
const MAX_LISTENERS = 20;

/** Loads the SDK with the first request: it would double the time and the memory of a start. */
const loadHandler = async (server: FastifyInstance, report: Report): Promise<McpHttpHandler> => {
  const [{ createMcpHandler }, { createAssistantServer }] = await Promise.all([
    import('@modelcontextprotocol/server'),
    import('./mcp-server.js'),
  ]);
  const url = loopbackUrl(server);
  return createMcpHandler(
    ({ requestInfo }) =>
      createAssistantServer(
        new LanternClient({
          url,
          authorization: requestInfo?.headers.get('authorization') ?? undefined,
          publicUrl: requestInfo && new URL(requestInfo.url).origin,
        }),
      ),
    {
      maxSubscriptions: MAX_LISTENERS,
      onerror: (error) => report(`A request to /mcp failed: ${error.message}`),
    },
  );
};

const loopbackUrl = (server: FastifyInstance): string => {
  const address = server.server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The server does not listen on a port.');
  const isAny = address.address === '::' || address.address === '0.0.0.0';
  const host = isAny ? 'localhost' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
};

const publicUrlOf = (request: FastifyRequest): string =>
  `${request.protocol}://${request.headers.host ?? 'localhost'}`;

const webRequestOf = (request: FastifyRequest): Request => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const hasBody = request.method === 'POST';
  return new Request(new URL(request.url, publicUrlOf(request)), {
    method: request.method,
    headers,
    ...(hasBody && { body: typeof request.body === 'string' ? request.body : '' }),
  });
};
