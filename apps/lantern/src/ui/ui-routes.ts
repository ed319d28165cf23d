import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { sendNotFound } from '../transport/answers/text.js';

/** Everything from the own origin; styles inline too, since the component library writes them so. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ');

const ASSETS = '/assets/';

const NOT_BUILT = `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>Lantern</title>
  <h1>The web UI is not built</h1>
  <p>Lantern runs, and its APIs answer. Build the UI with</p>
  <pre>npx nx build @lantern/lantern-ui</pre>
  <p>and load this page again.</p>
</html>
`;

/** A file beside the page, such as its icon. */
const TOP_LEVEL_FILE = /^\w[\w-]*\.\w+$/;

/** Serves the built UI: its files, and its page for every other path, because the page has the routes. */
export const uiRoutes = (directory: string) => async (server: FastifyInstance) => {
  server.addHook('onSend', async (_request, reply) => {
    // The token page replaces any page and has a stricter policy.
    if (reply.hasHeader('content-security-policy')) return;
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });

  // A path that no file can have, such as one with a zero byte, is a file that is not there.
  server.setErrorHandler(async (error: FastifyError, _request, reply) => {
    if (error.statusCode !== 400 && error.statusCode !== 403) throw error;
    return sendNotFound(reply);
  });

  await server.register(fastifyStatic, {
    root: join(directory, 'assets'),
    prefix: ASSETS,
    index: false,
    // The names of assets hold a hash of their content.
    maxAge: '365d',
    immutable: true,
    // The build leaves a `.gz` beside each asset that shrinks by it.
    preCompressed: true,
  });

  server.get('/', async (_request, reply) => sendPage(reply, directory));

  server.get<{ Params: { file: string } }>('/:file', async (request, reply) => {
    const { file } = request.params;
    return TOP_LEVEL_FILE.test(file) && existsSync(join(directory, file))
      ? sendUncached(reply, file, directory)
      : sendPage(reply, directory);
  });

  // Only what a browser navigates to is a page: 200 would tell an exporter that is configured with this port that its data
  // was stored.
  server.setNotFoundHandler(async ({ method, url }, reply) =>
    (method === 'GET' || method === 'HEAD') && !url.startsWith(ASSETS)
      ? sendPage(reply, directory)
      : sendNotFound(reply),
  );
};

const sendPage = (reply: FastifyReply, directory: string): FastifyReply =>
  existsSync(join(directory, 'index.html'))
    ? sendUncached(reply.code(200), 'index.html', directory)
    : reply.code(200).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(NOT_BUILT);

/** To be asked for each time: the page names the assets of the present build. */
const sendUncached = (reply: FastifyReply, file: string, directory: string): FastifyReply =>
  reply.header('cache-control', 'no-cache').sendFile(file, directory, { cacheControl: false });
