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

/** Returns the lease for the body of a request; undefined for a request without a body. */
export const bodyLeaseOf = (request: FastifyRequest): BodyLease | undefined => leases.get(request);

const announcedBytes = ({ headers }: FastifyRequest): number => {
  if (headers['transfer-encoding'] !== undefined) return MAX_BODY_BYTES;
  // The parser rejects an invalid or too large Content-Length.
  return Math.min(Number(headers['content-length'] ?? 0) || 0, MAX_BODY_BYTES);
};

/** Rejects requests whose bodies exceed the limit on bodies in flight, before reading them. */
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
