import type { V3Error } from '@lantern/query-api';
import type { FastifyInstance } from 'fastify';
import { failureOf, type Report } from '../../transport/errors/failure.js';
import { sendText } from '../../transport/answers/text.js';

/** Refuses as Jaeger's API v3 does. */
export const sendV3Failures = (server: FastifyInstance, report: Report): void => {
  server.setErrorHandler(async (error, _request, reply) => {
    const { status, message } = failureOf(error, report);
    const body: V3Error = { error: { httpCode: status, message } };
    // JSON in a text: so does Jaeger.
    return sendText(reply, status, JSON.stringify(body));
  });
};
