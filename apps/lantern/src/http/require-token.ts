import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessToken } from './access-token.js';
import { HttpError } from './http-error.js';

/** Tells that Lantern is there, and nothing else: probes carry no secrets. */
const PUBLIC_PATHS: ReadonlySet<string> = new Set(['/ready']);

const COOKIE = 'lantern-session';
const COOKIE_SECONDS = 30 * 24 * 3_600;

const NEEDED = 'a token is needed: send it as "Authorization: Bearer <token>"';

/**
 * Lets nobody in without the token. A browser shows it once, as `?token=` of any page, and gets a cookie that
 * no script can read and no other site can make it send.
 */
export const requireToken = (server: FastifyInstance, token: AccessToken): void => {
  server.addHook('onRequest', async (request, reply) => {
    const url = new URL(request.url, 'http://lantern');
    if (PUBLIC_PATHS.has(url.pathname) || isLetIn(request, token)) return undefined;
    const shown = url.searchParams.get('token');
    if (request.method === 'GET' && shown !== null && token.isToken(shown)) {
      return giveSession(reply, url, token);
    }
    void reply.header('www-authenticate', 'Bearer realm="Lantern"');
    throw new HttpError(401, `${NEEDED}, or open the web UI once with ?token=<token>`);
  });
};

const isLetIn = ({ headers }: FastifyRequest, token: AccessToken): boolean => {
  if (headers.authorization !== undefined) return token.isAuthorized(headers.authorization);
  const cookie = (headers.cookie ?? '').split('; ').find((pair) => pair.startsWith(`${COOKIE}=`));
  return cookie !== undefined && token.isSession(cookie.slice(COOKIE.length + 1));
};

/** The same page without the token, which then is in no history and no referrer. */
const giveSession = (reply: FastifyReply, url: URL, token: AccessToken): FastifyReply => {
  url.searchParams.delete('token');
  // A path that begins with two slashes would name another host.
  const path = url.pathname.replace(/^\/+/, '/');
  return reply
    .header(
      'set-cookie',
      `${COOKIE}=${token.session}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${COOKIE_SECONDS}`,
    )
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .redirect(path + url.search, 303);
};
