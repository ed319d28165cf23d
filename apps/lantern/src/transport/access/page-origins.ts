import type { FastifyInstance } from 'fastify';
import { isLoopback } from './allowed-hosts.js';

/** Time for which a browser remembers the answer to a preflight request: two hours, the most that Chromium accepts. */
const PREFLIGHT_SECONDS = 7_200;

/** Origins of web pages that may send telemetry: those on loopback, and those that are configured. */
export class PageOrigins {
  private readonly origins: ReadonlySet<string>;

  /** @param origins such as `https://shop.example.com`; `*` accepts every page */
  constructor(origins: readonly string[]) {
    this.origins = new Set(origins);
  }

  accepts(origin: string): boolean {
    if (this.origins.has('*') || this.origins.has(origin)) return true;
    return URL.canParse(origin) && isLoopback(new URL(origin).hostname);
  }
}

/**
 * Lets pages of accepted origins read the answers of a server, and answers their preflight requests. To be added before the
 * hooks that reject requests: a page learns the reason of a rejection only if that answer bears the header too.
 *
 * Cookies are not allowed, so a page has no rights but those of its own token.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export const allowPages = (server: FastifyInstance, origins: PageOrigins): void => {
  server.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    // Caches must not give the answer for one page to another.
    reply.header('vary', 'Origin');
    if (origin === undefined || !origins.accepts(origin)) return undefined;
    reply.header('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
      return undefined;
    const requestedHeaders = request.headers['access-control-request-headers'];
    if (requestedHeaders !== undefined) reply.header('access-control-allow-headers', requestedHeaders);
    return reply
      .header('access-control-allow-methods', 'POST')
      .header('access-control-max-age', PREFLIGHT_SECONDS)
      .code(204)
      .send();
  });
};
