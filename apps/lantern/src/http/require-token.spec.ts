import { Client, Metadata, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { decodeRpcStatus } from '@lantern/otlp';
import { request, useLantern } from '../testing/running-lantern.js';

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
