import type { FastifyInstance } from 'fastify';
import { isLoopback } from '../../transport/access/allowed-hosts.js';
import { HttpError } from '../../transport/errors/http-error.js';

/** Deletes everything that was received, with all that is derived from it. */
export type ClearData = () => Promise<void>;

/**
 * Deletes all data for tests that need an empty backend. Only clients on the same machine may do so, and only where the operator
 * allows it.
 *
 * @param clear undefined where the operator does not allow it
 */
export const dataRoute = (clear: ClearData | undefined) => (server: FastifyInstance) => {
  server.delete('/api/v3/lantern/data', async (request, reply) => {
    if (clear === undefined) {
      throw new HttpError(
        403,
        'Deleting all data is disabled. Start Lantern with LANTERN_ALLOW_RESET=1 to enable it, for tests only.',
      );
    }
    if (!isLocalAddress(request.socket.remoteAddress ?? '')) {
      throw new HttpError(403, 'All data can be deleted only from the machine that Lantern runs on.');
    }
    await clear();
    return reply.code(204).send();
  });
};

/** @param address of a client; that of an IPv4 client has a prefix when Lantern listens on IPv6 too */
const isLocalAddress = (address: string): boolean => isLoopback(address.replace(/^::ffff:/i, ''));
