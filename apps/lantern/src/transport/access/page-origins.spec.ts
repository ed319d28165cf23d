import { request, type IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { useLantern } from '../../testing/running-lantern.js';

const TOKEN = 'a-token-of-24-characters';
const SHOP = 'https://shop.example.com';

const open = useLantern({}, { corsOrigins: [SHOP] });
const guarded = useLantern({}, { corsOrigins: [SHOP], token: TOKEN });
const everybody = useLantern({}, { corsOrigins: ['*'] });

interface Sent {
  readonly method?: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Sends a request as a browser does for a page; `fetch` does not allow to set `Origin`. */
const send = (url: string, { method = 'POST', headers, body = '' }: Sent) =>
  new Promise<{ status: number | undefined; headers: IncomingHttpHeaders }>((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      response
        .resume()
        .once('end', () => resolve({ status: response.statusCode, headers: response.headers }));
    })
      .once('error', reject)
      .end(body);
  });

const preflight = (url: string, origin: string) =>
  send(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

const exportFrom = (url: string, origin: string, headers: Record<string, string> = {}) =>
  send(url, {
    headers: { origin, 'content-type': 'application/json', ...headers },
    body: '{"resourceSpans":[]}',
  });

describe('OTLP from web pages', () => {
  it.each(['/v1/traces', '/v1/logs', '/v1/metrics'])(
    'answers the preflight request for %s with the method, the headers and the time for which they hold',
    async (path) => {
      const { status, headers } = await preflight(open.urls.otlp + path, SHOP);
      expect(status).toBe(204);
      expect(headers).toMatchObject({
        'access-control-allow-origin': SHOP,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization,content-type',
        'access-control-max-age': '7200',
        vary: 'Origin',
      });
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    },
  );

  it.each(['http://localhost:8000', 'http://127.0.0.1:5173', 'http://[::1]:3000', SHOP])(
    'accepts an export of a page of %s and lets the page read the answer',
    async (origin) => {
      const { status, headers } = await exportFrom(`${open.urls.otlp}/v1/traces`, origin);
      expect(status).toBe(200);
      expect(headers['access-control-allow-origin']).toBe(origin);
    },
  );

  it.each([
    'https://example.com',
    'http://shop.example.com',
    'https://shop.example.com:8443',
    'https://evil.shop.example.com',
    'https://shop.example.com.evil.example',
    'http://localhost.evil.example',
    'null',
  ])('rejects a page of %s', async (origin) => {
    for (const { status, headers } of [
      await preflight(`${open.urls.otlp}/v1/traces`, origin),
      await exportFrom(`${open.urls.otlp}/v1/traces`, origin),
    ]) {
      expect(status).toBe(403);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('accepts every page where the operator wrote *', async () => {
    const { status, headers } = await exportFrom(`${everybody.urls.otlp}/v1/traces`, 'https://example.com');
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe('https://example.com');
  });

  it('needs the token for the export, not for the preflight request, and the page can read why it is rejected', async () => {
    const url = `${guarded.urls.otlp}/v1/traces`;
    expect((await preflight(url, SHOP)).status).toBe(204);
    const rejected = await exportFrom(url, SHOP);
    expect(rejected.status).toBe(401);
    expect(rejected.headers['access-control-allow-origin']).toBe(SHOP);
    expect((await exportFrom(url, SHOP, { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  });

  it('sends no CORS header from the query APIs, and rejects the page there', async () => {
    const { jaeger, loki, prometheus, sampling } = open.urls;
    for (const url of [
      `${jaeger}/api/services`,
      `${jaeger}/api/v3/services`,
      `${loki}/loki/api/v1/labels`,
      `${prometheus}/api/v1/labels`,
      `${sampling}/sampling?service=shop`,
    ]) {
      for (const answer of [
        await send(url, { method: 'GET', headers: { origin: SHOP } }),
        await preflight(url, SHOP),
      ]) {
        expect(answer.status).toBe(403);
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      }
    }
  });
});
