import { WriteError } from '@lantern/telemetry-store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  OverloadedError,
  RETRY_AFTER_SECONDS,
  type BodyLease,
  type InFlightBytes,
} from './in-flight-bytes.js';
import { MAX_BODY_BYTES } from './limits.js';

const leases = new WeakMap<FastifyRequest, BodyLease>();

/** The lease that covers the body of a request; absent for a request that came without one. */
export const bodyLeaseOf = (request: FastifyRequest): BodyLease | undefined => leases.get(request);

const announcedBytes = ({ headers }: FastifyRequest): number => {
  if (headers['transfer-encoding'] !== undefined) return MAX_BODY_BYTES;
  // What is no number, or too large, is refused by the parser.
  return Math.min(Number(headers['content-length'] ?? 0) || 0, MAX_BODY_BYTES);
};

/** Refuses requests whose bodies do not fit into memory beside those that are being received, before reading them. */
export const boundBodies = (server: FastifyInstance, inFlight: InFlightBytes): void => {
  server.addHook('preParsing', async (request, reply, payload) => {
    const bytes = announcedBytes(request);
    if (bytes > 0) {
      const lease = inFlight.lease(bytes);
      leases.set(request, lease);
      reply.raw.once('close', () => lease.release());
    }
    return payload;
  });
  server.addHook('onError', async (_request, reply, error) => {
    if (error instanceof OverloadedError || error instanceof WriteError)
      void reply.header('retry-after', RETRY_AFTER_SECONDS);
  });
};
