import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_MEDIA_TYPE } from '@lantern/service-contracts';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { plainProblem, toDocument } from './problem-details.js';

/** Responds to a URL that Fastify's router rejects, before Nest and its filters. */
export const answerBrokenUrl = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
  const problem = plainProblem(error.statusCode ?? 400, 'The path cannot be read.');
  void reply
    .code(problem.status)
    .header('Content-Type', PROBLEM_MEDIA_TYPE)
    .send(toDocument(problem, request.raw.url ?? '/'));
};

/** Responds to broken HTTP, to a request timeout and to headers above the limit, when there is only a socket. */
export const answerBrokenHttp = (error: Error & { code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_BY_CODE[error.code ?? ''] ?? 400;
  const body = JSON.stringify(plainProblem(status));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
};

const STATUS_BY_CODE: Record<string, number> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};
