import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Purpose of the port, and the variable that configures it. Both appear in error messages. */
  readonly purpose: string;
  readonly variable: string;
}

/** A server cannot listen. The message names the port, its purpose, and a remedy. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** @returns URL of the server, with the port that it is bound to */
export const listen = async (server: FastifyInstance, options: ListenOptions): Promise<string> => {
  const { host, port } = options;
  // Passes its connections to the server, which thereby listens on a second address.
  const ipv6Listener = createServer((socket) => server.server.emit('connection', socket));
  server.addHook('preClose', async () => {
    ipv6Listener.close();
  });
  try {
    await server.listen({ host: primaryHostOf(host), port });
    const bound = (server.server.address() as AddressInfo).port;
    if (host === 'localhost') await listenOnIpv6Loopback(ipv6Listener, bound, port === 0);
    return `http://${urlHost(host)}:${bound}`;
  } catch (error) {
    throw new ListenError(explain(error, options), { cause: error });
  }
};

export interface ConnectionListener {
  /** URL of the server, with the port that it is bound to. */
  readonly url: string;
  /** Stops accepting connections. Established ones stay open. */
  close(): void;
}

/**
 * Same as {@link listen}, for a handler of connections that is not a Fastify server.
 *
 * @throws {ListenError}
 */
export const listenForConnections = async (
  accept: (socket: Socket) => void,
  options: ListenOptions,
): Promise<ConnectionListener> => {
  const { host, port } = options;
  const main = createServer(accept);
  const second = createServer(accept);
  const close = () => {
    main.close();
    second.close();
  };
  try {
    main.listen(port, primaryHostOf(host));
    await once(main, 'listening');
    const bound = (main.address() as AddressInfo).port;
    if (host === 'localhost') await listenOnIpv6Loopback(second, bound, port === 0);
    return { url: `http://${urlHost(host)}:${bound}`, close };
  } catch (error) {
    close();
    throw new ListenError(explain(error, options), { cause: error });
  }
};

const primaryHostOf = (host: string): string => (host === 'localhost' ? '127.0.0.1' : host);

/**
 * Listens on ::1 for clients that resolve `localhost` to it first. Fastify's own handling of `localhost` would
 * ignore that the port is in use on one of the two addresses.
 */
const listenOnIpv6Loopback = async (ipv6Listener: Server, port: number, anyPort: boolean): Promise<void> => {
  ipv6Listener.listen(port, '::1');
  try {
    await once(ipv6Listener, 'listening');
  } catch (error) {
    const code = codeOf(error);
    // The machine has no IPv6, or the system chose the port for 127.0.0.1 alone.
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT' || anyPort) return;
    throw error;
  }
};

const urlHost = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
};

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code);

const explain = (error: unknown, { host, port, purpose, variable }: ListenOptions): string => {
  const another = `choose another with ${variable} (0 takes any free one).`;
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `Port ${port}, for ${purpose}, is taken on ${host}: stop what uses it, or ${another}`;
    case 'EACCES':
      return `Port ${port}, for ${purpose}, needs more rights than this user has: ${another}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `"${host}" is no address of this machine: set LANTERN_HOST to one, or leave it out for localhost.`;
    default:
      return `Port ${port}, for ${purpose}, cannot be opened on ${host}: ${String(error)}`;
  }
};
