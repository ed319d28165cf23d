import type { FastifyInstance } from 'fastify';
import { sendText } from './text.js';

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

export const isLoopback = (host: string): boolean => LOOPBACK.test(host) || host === '::1';

const hostnameOf = (url: string): string | undefined =>
  URL.canParse(url) ? new URL(url).hostname : undefined;

/**
 * Keeps web pages from elsewhere out, although the browser that shows them may run on this machine:
 *
 * - Requests across origins: the `Origin` header names the page's host. Without CORS headers such a page
 *   could not read an answer; here it cannot send either.
 * - DNS rebinding, where a page's own host name comes to resolve to 127.0.0.1: the `Host` header still has
 *   that name. A server that listens elsewhere goes by names that it cannot know; there the token keeps such
 *   pages out, since a browser has its cookie for another name.
 */
export const guardAgainstForeignPages = (server: FastifyInstance, listenHost: string): void => {
  const isLocal = isLoopback(listenHost);
  server.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers;
    const hostname = host === undefined ? 'localhost' : hostnameOf(`http://${host}`);
    if (isLocal && (hostname === undefined || !isLoopback(hostname))) {
      return sendText(reply, 403, `Lantern listens on this machine only, as localhost, and not as ${host}.`);
    }
    const pageHost = origin === undefined ? hostname : hostnameOf(origin);
    const isOwnPage = pageHost === hostname || (isLocal && isLoopback(pageHost ?? ''));
    if (!isOwnPage) return sendText(reply, 403, `Lantern takes no requests from pages of ${origin}.`);
    return undefined;
  });
};
