import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sends an error in the format of Go's `http.Error`, which Jaeger and Loki use. */
export const sendText = (reply: FastifyReply, status: number, text: string): FastifyReply =>
  reply
    .code(status)
    .headers({ 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
    .send(`${text}\n`);

/** Sends JSON as a buffer, because Fastify adds a charset to the content type of a string. */
export const sendJson = (reply: FastifyReply, json: string): FastifyReply =>
  sendBytes(reply, Buffer.from(json));

/** Sends JSON that is already encoded. */
export const sendBytes = (reply: FastifyReply, json: Buffer): FastifyReply =>
  reply.header('content-type', 'application/json').send(json);

/** Sends the answer of Go's router for an unknown path or method. */
export const sendNotFound = (reply: FastifyReply): FastifyReply => sendText(reply, 404, '404 page not found');

/** Returns the parameters in the URL of a request. */
export const searchParamsOf = (request: FastifyRequest): URLSearchParams => {
  const question = request.url.indexOf('?');
  return new URLSearchParams(question < 0 ? '' : request.url.slice(question + 1));
};
