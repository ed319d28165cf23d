import { Client, Metadata, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { decodeRpcStatus } from '@lantern/otlp';
import { request, useLantern } from '../../testing/running-lantern.js';

const TOKEN = 'a-secret-of-many-letters';
const lantern = useLantern({}, { token: TOKEN, host: '127.0.0.1' });

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('a Lantern with a token', () => {
  it.each([
    ['otlp', '/v1/traces'],
    ['jaeger', '/'],
    ['jaeger', '/assets/x.js'],
    ['jaeger', '/api/services'],
    ['jaeger', '/api/v3/services'],
    ['jaeger', '/loki/api/v1/labels'],
    ['jaeger', '/api/unknown'],
    ['loki', '/loki/api/v1/labels'],
  ] as const)('lets nobody in at %s %s without it, or with another', async (server, path) => {
    const url = lantern.urls[server] + path;
    for (const init of [undefined, bearer('another-secret-of-letters'), bearer(''), bearer(`${TOKEN}x`)]) {
      const answer = await request(url, init);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer realm="Lantern"',
      ]);
      expect(answer.text).not.toContain(TOKEN);
    }
    expect((await request(url, bearer(TOKEN))).status).not.toBe(401);
  });

  it('says so in the format of each API', async () => {
    const body = { method: 'POST', headers: { 'content-type': 'application/x-protobuf' }, body: 'x' };
    const otlp = await lantern.otlp('/v1/traces', body);
    expect([otlp.status, decodeRpcStatus(Buffer.from(otlp.text)).code]).toEqual([401, 16]);
    const legacy = await lantern.jaeger('/api/services');
    expect(legacy.json()).toMatchObject({ data: null, errors: [{ code: 401 }] });
    const v3 = await lantern.jaeger('/api/v3/services');
    expect(v3.json()).toMatchObject({ error: { httpCode: 401 } });
    expect((await lantern.push({ streams: [] })).status).toBe(401);
  });

  it('lets probes and remote samplers in, which learn no secret', async () => {
    expect((await lantern.loki('/ready')).status).toBe(200);
    expect((await request(`${lantern.urls.sampling}/sampling?service=a`)).status).toBe(200);
  });

  it('takes it over gRPC in the metadata', async () => {
    const client = new Client(new URL(lantern.urls.otlpGrpc).host, credentials.createInsecure());
    const asIs = (bytes: Buffer) => bytes;
    const codeWith = (metadata: Metadata): Promise<number> =>
      new Promise((resolve) => {
        const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
        client.makeUnaryRequest(path, asIs, asIs, Buffer.alloc(0), metadata, (error: ServiceError | null) =>
          resolve(error?.code ?? status.OK),
        );
      });
    const authorized = new Metadata();
    authorized.set('authorization', `Bearer ${TOKEN}`);
    const wrong = new Metadata();
    wrong.set('authorization', 'Bearer another-secret-of-letters');
    expect(await Promise.all([new Metadata(), wrong, authorized].map(codeWith))).toEqual([
      status.UNAUTHENTICATED,
      status.UNAUTHENTICATED,
      status.OK,
    ]);
    client.close();
  });

  it('gives a browser that shows it once a cookie for later, and the page without it', async () => {
    const opened = await fetch(`${lantern.urls.jaeger}/search?service=a&token=${TOKEN}`, {
      redirect: 'manual',
    });
    const cookie = opened.headers.get('set-cookie') ?? '';
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/search?service=a']);
    expect(cookie).toMatch(/^lantern-session=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/);
    expect(cookie).not.toContain(TOKEN);

    const headers = { cookie: `other=1; ${cookie.split(';')[0] ?? ''}` };
    expect((await lantern.jaeger('/api/services', { headers })).status).toBe(200);
    const forged = { cookie: `lantern-session=${'0'.repeat(64)}` };
    expect((await lantern.jaeger('/api/services', { headers: forged })).status).toBe(401);
  });

  it('asks a browser for the token on every page, and opens that page with it', async () => {
    const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    for (const url of [
      `${lantern.urls.jaeger}/`,
      `${lantern.urls.jaeger}/search?service=%3Cb%3E`,
      `${lantern.urls.jaeger}/api/traces/1`,
      `${lantern.urls.loki}/loki/api/v1/labels`,
    ]) {
      const page = await request(url, { headers: html });
      expect([page.status, page.headers.get('content-type'), page.headers.get('cache-control')]).toEqual([
        401,
        'text/html; charset=utf-8',
        'no-store',
      ]);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      // With `no-referrer` a browser would send the form with `Origin: null`.
      expect(page.headers.get('referrer-policy')).toBe('same-origin');
      expect(page.text).toContain('<form method="post" action="/session">');
      expect(page.text).not.toContain('The token is wrong');
    }
    const page = await request(`${lantern.urls.jaeger}/search?a="><script>&token=wrong`, { headers: html });
    expect(page.text).toContain('The token is wrong');
    expect(page.text).not.toMatch(/<script|token=wrong/);
  });

  const enter = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${lantern.urls.jaeger}/session`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams(fields),
    });

  it('starts a session with the token from the page', async () => {
    const answer = await enter({ token: ` ${TOKEN}\n`, returnTo: '/search?service=a' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/search?service=a']);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^lantern-session=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect((await lantern.jaeger('/api/services', { headers })).status).toBe(200);
  });

  it.each<Record<string, string>>([
    {},
    { token: '' },
    { token: 'another-secret-of-letters', returnTo: '/trace/1' },
  ])('asks again after %j', async (fields) => {
    const answer = await enter(fields);
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
    const page = await answer.text();
    expect(page).toContain('The token is wrong');
    expect(page).toContain(`value="${fields.returnTo ?? '/'}"`);
  });

  it.each(['https://evil.example/x', '//evil.example/x', '/\\evil.example/x', '\\\\evil.example', ''])(
    'returns to no page of another host: %s',
    async (returnTo) => {
      const answer = await enter({ token: TOKEN, returnTo });
      expect(answer.headers.get('location')).toMatch(/^\/(?![/\\])/);
    },
  );

  it('takes the token from its own page alone', async () => {
    expect((await enter({ token: TOKEN }, { origin: 'https://evil.example' })).status).toBe(403);
  });

  it.each([`/?token=wrong-secret-wrong-secret`, '/?token=', '//evil.example/?token=x'])(
    'gives no cookie for %s',
    async (path) => {
      const answer = await fetch(lantern.urls.jaeger + path, { redirect: 'manual' });
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
    },
  );

  it('sends nobody to another host', async () => {
    const opened = await fetch(`${lantern.urls.jaeger}//evil.example/?token=${TOKEN}`, {
      redirect: 'manual',
    });
    expect(opened.headers.get('location') ?? '/').toMatch(/^\/(?!\/)/);
  });
});
