import { createServer, type AddressInfo, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { ListenError, listen } from './listen.js';

const opened: (FastifyInstance | Server)[] = [];

afterEach(async () => {
  for (const server of opened.splice(0)) await new Promise<void>((done) => void server.close(() => done()));
});

const fresh = (): FastifyInstance => {
  const server = Fastify();
  server.get('/', async () => 'here');
  opened.push(server);
  return server;
};

const occupy = async (host: string, port = 0): Promise<number> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(port, host, done));
  opened.push(server);
  return (server.address() as AddressInfo).port;
};

/** Containers often have no IPv6. */
const LOOPBACK = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .map(({ address }) => address)
  .filter((address) => address === '127.0.0.1' || address === '::1');

const purpose = { purpose: 'the Loki API', variable: 'LANTERN_LOKI_PORT' };

const urlOf = (address: string, port: string): string =>
  address.includes(':') ? `http://[${address}]:${port}/` : `http://${address}:${port}/`;

const errorOf = async (host: string, port: number): Promise<string> => {
  try {
    return await listen(fresh(), { host, port, ...purpose });
  } catch (error) {
    return error instanceof ListenError ? error.message : `not a ListenError: ${String(error)}`;
  }
};

describe('listen', () => {
  it('is found as localhost on each loopback address, on the same port', async () => {
    const url = await listen(fresh(), { host: 'localhost', port: 0, ...purpose });
    const { port, hostname } = new URL(url);
    expect(hostname).toBe('localhost');
    for (const address of LOOPBACK) {
      expect(await (await fetch(urlOf(address, port))).text()).toBe('here');
    }
  });

  it('frees its addresses when it closes', async () => {
    const server = fresh();
    const { port } = new URL(await listen(server, { host: 'localhost', port: 0, ...purpose }));
    for (const address of LOOPBACK) await (await fetch(urlOf(address, port))).text();
    await server.close();
    for (const address of LOOPBACK) await occupy(address, Number(port));
  });

  it('names a host as a URL needs it', async () => {
    if (LOOPBACK.includes('::1')) {
      expect(await listen(fresh(), { host: '::1', port: 0, ...purpose })).toMatch(/^http:\/\/\[::1\]:\d+$/);
    }
    expect(await listen(fresh(), { host: '0.0.0.0', port: 0, ...purpose })).toMatch(
      /^http:\/\/localhost:\d+$/,
    );
    expect(await listen(fresh(), { host: '127.0.0.1', port: 0, ...purpose })).toMatch(
      /^http:\/\/127\.0\.0\.1:/,
    );
  });

  it.each(['127.0.0.1', '::1'])(
    'says that a port is taken on %s, what it is for, and what to do',
    async (host) => {
      const port = await occupy(host);
      expect(await errorOf('localhost', port)).toBe(
        `Port ${port}, for the Loki API, is taken on localhost: stop what uses it, ` +
          'or choose another with LANTERN_LOKI_PORT (0 takes any free one).',
      );
    },
  );

  it('says that a host is none of this machine', async () => {
    expect(await errorOf('192.0.2.1', 0)).toBe(
      '"192.0.2.1" is no address of this machine: set LANTERN_HOST to one, or leave it out for localhost.',
    );
  });
});
