import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

const gzipAsync = promisify(gzip);

/** What is smaller fits into one packet anyway. */
const MIN_BYTES = 1_400;

/** `gzip;q=0` says that it is not wanted. */
const ACCEPTS_GZIP = /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$)))?[^,;]*(?:,|$)/i;

/**
 * Answers are compressed for whoever takes that, beside the thread that serves. JSON of traces shrinks to a
 * twentieth; a middling level gives nearly all of that.
 */
export const compressAnswers = (server: FastifyInstance): void => {
  server.addHook('onSend', async (request, reply, payload) => {
    const isJson = String(reply.getHeader('content-type')).startsWith('application/json');
    if (!isJson || !Buffer.isBuffer(payload) || payload.length < MIN_BYTES) return payload;
    void reply.header('vary', 'accept-encoding');
    if (!ACCEPTS_GZIP.test(request.headers['accept-encoding'] ?? '')) return payload;
    void reply.header('content-encoding', 'gzip').removeHeader('content-length');
    return gzipAsync(payload, { level: 5, chunkSize: 256 * 1024 });
  });
};
