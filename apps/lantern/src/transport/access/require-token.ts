import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessToken } from './access-token.js';
import { HttpError } from '../errors/http-error.js';
import { normalizeTarget } from '../requests/request-target.js';
import { sendTokenPage } from './token-page.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Clients of the route need no token. */
    readonly isPublic?: boolean;
  }
}

const COOKIE = 'lantern-session';
const COOKIE_SECONDS = 30 * 24 * 3_600;

/** Path that the token page posts the token to. */
const SESSION_PATH = '/session';
const MAX_FORM_BYTES = 16 * 1024;

const NEEDED = 'a token is needed: send it as "Authorization: Bearer <token>"';

/**
 * Rejects requests without the token, except on routes that are public. The route decides, not the text of the
 * path, so that no spelling of a path reaches another route.
 *
 * A browser gets a page that asks for the token. The page posts it, or a link brings it once as `?token=`; the
 * browser gets a cookie that no script can read and no other site can make it send.
 */
export const requireToken = (server: FastifyInstance, token: AccessToken): void => {
  server.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.isPublic === true || isAuthenticated(request, token)) return undefined;
    const url = new URL(request.url, 'http://lantern');
    const shown = url.searchParams.get('token');
    if (request.method === 'GET' && shown !== null && token.isToken(shown)) {
      url.searchParams.delete('token');
      return startSession(reply, url.pathname + url.search, token);
    }
    void reply.header('www-authenticate', 'Bearer realm="Lantern"');
    if (request.method === 'GET' && acceptsHtml(request)) {
      url.searchParams.delete('token');
      return sendTokenPage(reply, { returnTo: url.pathname + url.search, wasWrong: shown !== null });
    }
    throw new HttpError(401, `${NEEDED}, or open the web UI in a browser, which asks for it`);
  });
  void server.register(sessionRoute(token));
};

const sessionRoute = (token: AccessToken) => async (server: FastifyInstance) => {
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  const options = { config: { isPublic: true }, bodyLimit: MAX_FORM_BYTES };
  server.post(SESSION_PATH, options, async (request, reply) => {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    // A normalized target is a path of this server: it begins with one slash.
    const returnTo = normalizeTarget(form.get('returnTo') ?? '/');
    if (token.isToken(form.get('token')?.trim() ?? '')) return startSession(reply, returnTo, token);
    return sendTokenPage(reply, { returnTo, wasWrong: true });
  });
};

const isAuthenticated = ({ headers }: FastifyRequest, token: AccessToken): boolean => {
  if (headers.authorization !== undefined) return token.isAuthorized(headers.authorization);
  const cookie = (headers.cookie ?? '').split('; ').find((pair) => pair.startsWith(`${COOKIE}=`));
  return cookie !== undefined && token.isSession(cookie.slice(COOKIE.length + 1));
};

const acceptsHtml = ({ headers }: FastifyRequest): boolean => /\btext\/html\b/i.test(headers.accept ?? '');

/** Redirects to the page without the token, which then is in no history and no referrer. */
const startSession = (reply: FastifyReply, path: string, token: AccessToken): FastifyReply =>
  reply
    .header(
      'set-cookie',
      `${COOKIE}=${token.session}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${COOKIE_SECONDS}`,
    )
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .redirect(path, 303);
