import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { useLantern } from '../../testing/running-lantern.js';
import { AllowedHosts, type HostPolicy } from './allowed-hosts.js';
import { AnswerBytes } from '../answers/answer-bytes.js';
import { InFlightBytes } from '../requests/in-flight-bytes.js';
import { createServer } from '../server/server.js';

const lantern = useLantern();

/** `fetch` does not let anyone choose these headers. */
const statusWith = (
  headers: Record<string, string>,
  url = `${lantern.urls.jaeger}/api/services`,
): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
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

/** How browsers mark a request that the element `<img>` of a page makes. */
const image = (site: string) => ({
  'sec-fetch-site': site,
  'sec-fetch-mode': 'no-cors',
  'sec-fetch-dest': 'image',
});

const link = (site: string) => ({
  'sec-fetch-site': site,
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
});

describe('a request that a page makes without an Origin header', () => {
  it.each(['/api/services', '/api/v3/services', '/loki/api/v1/labels', '/', '/api/unknown'])(
    'is rejected at %s when the page is of another site',
    async (path) => {
      expect(await statusWith(image('cross-site'), lantern.urls.jaeger + path)).toBe(403);
    },
  );

  it('is rejected on every port when the page is of another site', async () => {
    for (const port of ['otlp', 'loki', 'sampling'] as const) {
      expect(await statusWith(image('cross-site'), `${lantern.urls[port]}/?service=a`)).toBe(403);
    }
  });

  it.each(['same-origin', 'same-site', 'none'])(
    'is answered on loopback for Sec-Fetch-Site: %s',
    async (site) => {
      expect(await statusWith(image(site))).toBe(200);
    },
  );

  it('is answered when it follows a link to a page of the web UI', async () => {
    expect(await statusWith(link('cross-site'), `${lantern.urls.jaeger}/trace/1`)).toBe(200);
  });

  it.each(['/api/services', '/loki/api/v1/labels', '/api?x', '/%61pi/services'])(
    'is rejected when it follows a link of another site to the API path %s',
    async (path) => {
      expect(await statusWith(link('cross-site'), lantern.urls.jaeger + path)).toBe(403);
    },
  );
});

it('rejects a WebSocket that a page of another site opens', async () => {
  const upgrade = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    origin: 'https://evil.example',
  };
  const tail = `${lantern.urls.loki}/loki/api/v1/tail?query=%7Ba%3D%22b%22%7D`;
  expect(await statusWith(upgrade, tail)).toBe(403);
});

describe('a server that others can reach', () => {
  const statusAt = async (
    headers: Record<string, string>,
    policy: Partial<HostPolicy> = {},
  ): Promise<number> => {
    const hosts = new AllowedHosts({ listenHost: '0.0.0.0', allowedHosts: [], hasToken: false, ...policy });
    const server = createServer({
      hosts,
      report: () => undefined,
      inFlight: new InFlightBytes(1),
      answers: new AnswerBytes(1),
    });
    server.get('/', async () => 'here');
    const { statusCode } = await server.inject({ url: '/', headers });
    await server.close();
    return statusCode;
  };

  it.each(['evil.example', 'lantern.evil.example:16686', 'lantern', 'logs.', '[::1'])(
    'rejects the name %s, which DNS may have rebound',
    async (host) => {
      expect(await statusAt({ host, origin: `http://${host}` })).toBe(403);
      expect(await statusAt({ host })).toBe(403);
    },
  );

  it.each(['10.0.0.7:16686', '[fd00::7]:16686', '192.168.1.2', 'localhost:16686', '127.0.0.1', '[::1]'])(
    'answers as %s, which DNS cannot rebind',
    async (host) => {
      expect(await statusAt({ host })).toBe(200);
      expect(await statusAt({ host, origin: `http://${host}` })).toBe(200);
    },
  );

  it('answers under the names that are configured, and under subdomains of those with a leading dot', async () => {
    const policy = { allowedHosts: ['otlp', 'Logs', '.example.com'] };
    for (const host of ['otlp:4318', 'logs', 'LOGS:3100', 'a.example.com', 'a.b.example.com:80']) {
      expect(await statusAt({ host }, policy)).toBe(200);
    }
    for (const host of ['example.com', 'evilexample.com', 'otlp.evil.example', 'lantern']) {
      expect(await statusAt({ host }, policy)).toBe(403);
    }
  });

  it('answers under the name that it listens on', async () => {
    expect(await statusAt({ host: 'telemetry.lan:16686' }, { listenHost: 'telemetry.lan' })).toBe(200);
  });

  it('answers under any name with a token, unless names are configured: a rebound page has no cookie', async () => {
    expect(await statusAt({ host: 'lantern.example.com' }, { hasToken: true })).toBe(200);
    const policy = { hasToken: true, allowedHosts: ['lantern'] };
    expect(await statusAt({ host: 'lantern.example.com' }, policy)).toBe(403);
  });

  it('answers requests of its own pages, and of no others', async () => {
    const statusFrom = (origin: string) =>
      statusAt({ host: 'lantern.example.com:16686', origin }, { allowedHosts: ['.example.com'] });
    expect(await statusFrom('https://lantern.example.com')).toBe(200);
    expect(await statusFrom('https://evil.example.com')).toBe(403);
    expect(await statusFrom('null')).toBe(403);
  });

  it('rejects what a page of a sibling domain makes a browser send', async () => {
    expect(await statusAt({ host: '10.0.0.7', ...image('same-site') })).toBe(403);
    expect(await statusAt({ host: '10.0.0.7', ...image('same-origin') })).toBe(200);
  });
});
