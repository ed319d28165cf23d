import type { FastifyInstance } from 'fastify';

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

export const isLoopback = (host: string): boolean => LOOPBACK.test(host) || host === '::1';

const hostnameOf = (url: string): string | undefined =>
  URL.canParse(url) ? new URL(url).hostname : undefined;

/**
 * Keeps web pages from elsewhere out of a server that listens on loopback, although the browser that shows
 * them runs on this machine:
 *
 * - DNS rebinding, where a page's own host name comes to resolve to 127.0.0.1: the `Host` header still has
 *   that name.
 * - Requests across origins: the `Origin` header names the page's host. Without CORS headers such a page
 *   could not read an answer; here it cannot send either.
 *
 * A server that listens elsewhere goes by names that it cannot know, so nothing is checked there.
 */
export const guardAgainstForeignPages = (server: FastifyInstance, listenHost: string): void => {
  if (!isLoopback(listenHost)) return;
  server.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers;
    const hostname = host === undefined ? 'localhost' : hostnameOf(`http://${host}`);
    if (hostname === undefined || !isLoopback(hostname)) {
      return reply
        .code(403)
        .type('text/plain; charset=utf-8')
        .send(`Lantern listens on this machine only, as localhost, and not as ${host}.\n`);
    }
    if (origin !== undefined && !isLoopback(hostnameOf(origin) ?? '')) {
      return reply
        .code(403)
        .type('text/plain; charset=utf-8')
        .send(`Lantern takes no requests from pages of ${origin}.\n`);
    }
    return undefined;
  });
};
