import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { useLantern } from '../testing/running-lantern.js';
import { InFlightBytes } from './in-flight-bytes.js';
import { createServer } from './server.js';

const lantern = useLantern();

/** `fetch` does not let anyone choose these headers. */
const statusWith = (headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(`${lantern.urls.jaeger}/api/services`, { headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    })
      .once('error', reject)
      .end();
  });

describe('a server on loopback', () => {
  it.each(['localhost', 'LOCALHOST:16686', '127.0.0.1:3100', '[::1]:80', 'lantern.localhost'])(
    'answers as %s',
    async (host) => {
      expect(await statusWith({ host })).toBe(200);
    },
  );

  it.each(['example.com', 'localhost.example.com', '127.0.0.1.example.com', '10.0.0.1:16686', 'a b'])(
    'does not answer as %j, which a page elsewhere could have made its own name',
    async (host) => {
      expect(await statusWith({ host })).toBe(403);
    },
  );

  it.each([
    ['http://localhost:5173', 200],
    ['http://127.0.0.1', 200],
    ['https://example.com', 403],
    ['http://localhost.example.com', 403],
    ['null', 403],
  ])('answers a page of %s with %i', async (origin, status) => {
    expect(await statusWith({ host: 'localhost', origin })).toBe(status);
  });
});

describe('a server that others can reach', () => {
  it('goes by names that it cannot know', async () => {
    const server = createServer({
      host: '0.0.0.0',
      report: () => undefined,
      inFlight: new InFlightBytes(1),
    });
    server.get('/', async () => 'here');
    const { statusCode } = await server.inject({ url: '/', headers: { host: 'lantern.example.com' } });
    expect(statusCode).toBe(200);
    await server.close();
  });

  it('takes requests from pages of its own, and from no others', async () => {
    const server = createServer({
      host: '0.0.0.0',
      report: () => undefined,
      inFlight: new InFlightBytes(1),
    });
    server.get('/', async () => 'here');
    const statusFrom = async (origin: string) => {
      const headers = { host: 'lantern.example.com:16686', origin };
      return (await server.inject({ url: '/', headers })).statusCode;
    };
    expect(await statusFrom('https://lantern.example.com')).toBe(200);
    expect(await statusFrom('https://evil.example.com')).toBe(403);
    expect(await statusFrom('null')).toBe(403);
    await server.close();
  });
});
