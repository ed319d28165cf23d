import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** What the port is for, and the variable that chooses another: both appear in messages. */
  readonly purpose: string;
  readonly variable: string;
}

/** A server cannot listen. The message names the port, what it is for, and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** @returns the URL that reaches the server, with the port that it really has */
export const listen = async (server: FastifyInstance, options: ListenOptions): Promise<string> => {
  const { host, port } = options;
  // Hands its connections to the server: as if that listened on a second address.
  const door = createServer((socket) => server.server.emit('connection', socket));
  server.addHook('preClose', async () => {
    door.close();
  });
  try {
    await server.listen({ host: primaryHostOf(host), port });
    const bound = (server.server.address() as AddressInfo).port;
    if (host === 'localhost') await listenOnIpv6Loopback(door, bound, port === 0);
    return `http://${urlHost(host)}:${bound}`;
  } catch (error) {
    throw new ListenError(explain(error, options), { cause: error });
  }
};

export interface Door {
  /** What reaches it, with the port that it really has. */
  readonly url: string;
  /** Lets nobody in any more; who is in stays. */
  close(): void;
}

/**
 * As {@link listen}, for what takes connections and is no Fastify server.
 *
 * @throws {ListenError}
 */
export const openDoor = async (accept: (socket: Socket) => void, options: ListenOptions): Promise<Door> => {
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
 * Clients that resolve `localhost` to ::1 first find the server too. What Fastify does for that name would
 * hide that the port is taken on one of the two addresses.
 */
const listenOnIpv6Loopback = async (door: Server, port: number, anyPort: boolean): Promise<void> => {
  door.listen(port, '::1');
  try {
    await once(door, 'listening');
  } catch (error) {
    const code = codeOf(error);
    // A machine without IPv6, or a port that was chosen for 127.0.0.1 alone.
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
