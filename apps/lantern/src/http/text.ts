import type { FastifyReply, FastifyRequest } from 'fastify';

/** A refusal as Go's `http.Error` writes it, which is how Jaeger and Loki write theirs. */
export const sendText = (reply: FastifyReply, status: number, text: string): FastifyReply =>
  reply
    .code(status)
    .headers({ 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
    .send(`${text}\n`);

/** As a buffer, because Fastify adds a charset to the content type of a text. */
export const sendJson = (reply: FastifyReply, json: string): FastifyReply =>
  sendBytes(reply, Buffer.from(json));

/** JSON that is encoded already. */
export const sendBytes = (reply: FastifyReply, json: Buffer): FastifyReply =>
  reply.header('content-type', 'application/json').send(json);

/** What Go's router says of a path, or a method on it, that it does not know. */
export const sendNotFound = (reply: FastifyReply): FastifyReply => sendText(reply, 404, '404 page not found');

export const queryOf = (request: FastifyRequest): URLSearchParams => {
  const question = request.url.indexOf('?');
  return new URLSearchParams(question < 0 ? '' : request.url.slice(question + 1));
};
