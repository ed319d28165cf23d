import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { startTestTelemetry } from '@lantern/observability/testing';
import { startTestService, type TestService } from '@lantern/service-platform/testing';
import { SpanKind } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppModule } from '../app.module.js';
import { ApiGatewayConfig } from '../config.js';

const apiGateway = { module: AppModule, config: ApiGatewayConfig, jsonBody: 'bytes' } as const;

interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const listen = (server: Server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const urlOf = (server: Server) => `http://127.0.0.1:${portOf(server)}`;

const telemetry = startTestTelemetry();

const ok: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[],"next_cursor":null}');
};

describe('api-gateway', () => {
  let answer: Answer = ok;
  const received: Received[] = [];
  const orders = createServer((incoming, response) => {
    void text(incoming).then((body) => {
      const { method, url, headers } = incoming;
      received.push({ method, url, headers, body });
      answer(incoming, response);
    });
  });
  let gateway: TestService;

  beforeAll(async () => {
    await listen(orders);
    gateway = await startTestService(apiGateway, {
      ORDER_SERVICE_URL: urlOf(orders),
      // Connections to port 1 of loopback are refused.
      USER_SERVICE_URL: 'http://127.0.0.1:1',
    });
  });
  afterEach(() => {
    answer = ok;
    received.length = 0;
  });
  afterAll(async () => {
    await gateway.close();
    orders.closeAllConnections();
    await new Promise((closed) => orders.close(closed));
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(gateway.url + path, { headers, redirect: 'manual' });
  const post = (body: string, contentType = 'application/json') =>
    fetch(`${gateway.url}/orders`, { method: 'POST', headers: { 'content-type': contentType }, body });

  describe('forwards a request', () => {
    it('api-gateway forwards a request with its method, path, query and headers', async () => {
      await get('/orders?limit=5&cursor=a%2Bb&user_id=1', { 'x-tenant': 'acme', accept: 'application/json' });

      expect(received).toEqual([
        {
          method: 'GET',
          url: '/orders?limit=5&cursor=a%2Bb&user_id=1',
          headers: expect.objectContaining({ 'x-tenant': 'acme', accept: 'application/json' }),
          body: '',
        },
      ]);
    });

    it('api-gateway forwards the body of a request unchanged, even if it is not valid JSON', async () => {
      const body = '{ "quantity": 1.0, "quantity": 2, "note": "é 🚀",';
      await post(body);

      expect(received[0]).toMatchObject({ method: 'POST', url: '/orders', body });
      expect(received[0]?.headers['content-type']).toBe('application/json');
    });

    it('api-gateway forwards a request with the Host of the downstream service, and itself in Via', async () => {
      await get('/orders', { via: '1.1 edge' });

      expect(received[0]?.headers).toMatchObject({
        host: `127.0.0.1:${portOf(orders)}`,
        via: '1.1 edge, 1.1 api-gateway',
      });
    });

    it('without hop-by-hop headers', async () => {
      const raw = connect(Number(new URL(gateway.url).port), '127.0.0.1');
      raw.write(
        'GET /orders HTTP/1.1\r\nHost: shop\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n\r\n',
      );
      await text(raw);
      const headers = received[0]?.headers;

      expect(headers).toMatchObject({ via: '1.1 api-gateway' });
      expect(headers).not.toHaveProperty('x-hop');
      expect(headers).not.toHaveProperty('te');
      expect(headers?.connection).not.toMatch(/x-hop/i);
    });
  });

  describe('forwards a response', () => {
    it('api-gateway forwards a response with its status, headers and body', async () => {
      answer = (_request, response) => {
        response.writeHead(201, {
          'content-type': 'application/json',
          etag: '"1"',
          'set-cookie': ['a=1', 'b=2'],
        });
        response.end('{"id":"1"}');
      };
      const response = await post('{}');

      expect(response.status).toBe(201);
      expect(response.headers.get('etag')).toBe('"1"');
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
      expect(await response.text()).toBe('{"id":"1"}');
    });

    it('api-gateway forwards the problem details of a service unchanged', async () => {
      const problem =
        '{"type":"urn:x","title":"No","status":422,"trace_id":"80f198ee56343ba864fe8b2a57d3eff7"}';
      answer = (_request, response) => {
        response.writeHead(422, { 'content-type': 'application/problem+json' }).end(problem);
      };
      const response = await post('{}');

      expect(response.status).toBe(422);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.text()).toBe(problem);
    });

    it('without hop-by-hop headers', async () => {
      answer = (_request, response) => {
        response.setHeader('Connection', 'keep-alive, X-Hop');
        response.setHeader('X-Hop', '1');
        response.end('{}');
      };
      const response = await get('/orders');

      expect(response.status).toBe(200);
      expect(response.headers.get('x-hop')).toBeNull();
    });

    it('api-gateway forwards a compressed response only if the client accepts compression', async () => {
      await get('/orders');
      const [withFetch] = received.splice(0);
      const plain = request(`${gateway.url}/orders`).end();
      const [response] = (await once(plain, 'response')) as [IncomingMessage];
      await buffer(response);

      expect(withFetch?.headers['accept-encoding']).toContain('gzip');
      expect(received[0]?.headers['accept-encoding']).toBe('identity');
    });

    it('api-gateway forwards a response without content without Content-Length', async () => {
      answer = (_request, response) => response.writeHead(204).end();
      const response = await get('/orders');

      expect(response.status).toBe(204);
      expect(response.headers.get('content-length')).toBeNull();
    });

    it('api-gateway forwards the Content-Length of the GET response to HEAD', async () => {
      const head = await fetch(`${gateway.url}/orders`, { method: 'HEAD' });
      const full = await (await get('/orders')).text();

      expect(head.headers.get('content-length')).toBe(String(full.length));
      expect(await head.text()).toBe('');
    });

    it('api-gateway forwards a redirect without following it', async () => {
      answer = (_request, response) =>
        response.writeHead(302, { location: `${urlOf(orders)}/elsewhere` }).end();
      const response = await get('/orders');

      expect(response.status).toBe(302);
      expect(received).toHaveLength(1);
    });
  });

  describe('responds in place of the service with', () => {
    it('api-gateway responds with 502 if the service refuses the connection', async () => {
      const response = await get('/users/1');

      expect(response.status).toBe(502);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({
        type: 'urn:lantern:problem:downstream-unavailable',
        detail: 'user-service gave no answer.',
        instance: '/users/1',
      });
    });

    it('api-gateway responds with 502 if the service closes the connection in the middle of its response', async () => {
      answer = (incoming, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => incoming.socket.destroy());
      };

      expect((await get('/orders')).status).toBe(502);
    });

    it('api-gateway responds with 502 if the response exceeds the size limit', async () => {
      answer = (_request, response) => response.end(Buffer.alloc(10_000_001));

      expect((await get('/orders')).status).toBe(502);
    });

    it('api-gateway responds with 504 if the service does not respond within the timeout', async () => {
      const impatient = await startTestService(apiGateway, {
        ORDER_SERVICE_URL: urlOf(orders),
        DOWNSTREAM_TIMEOUT_MS: '100',
      });
      answer = () => undefined;
      const response = await fetch(`${impatient.url}/orders`);
      await impatient.close();

      expect(response.status).toBe(504);
      expect(await response.json()).toMatchObject({
        type: 'urn:lantern:problem:downstream-timeout',
        detail: 'order-service did not answer within 100 ms.',
      });
    });
  });

  describe('responds without a downstream call with', () => {
    it('api-gateway responds with 413 to a body that is too large', async () => {
      const response = await post(JSON.stringify('x'.repeat(100_000)));

      expect(response.status).toBe(413);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(received).toEqual([]);
    });

    it('api-gateway responds with 413 to a chunked body that exceeds the limit while it is received', async () => {
      const upload = request(`${gateway.url}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      });
      // The gateway closes the connection while the client is still sending.
      upload.on('error', () => undefined);
      upload.write(Buffer.alloc(100_001, ' '));
      const [response] = (await once(upload, 'response')) as [IncomingMessage];
      upload.destroy();

      expect(response.statusCode).toBe(413);
      expect(received).toEqual([]);
    });

    it('api-gateway responds with 415 to a body that is not JSON', async () => {
      const response = await post('a=1', 'application/x-www-form-urlencoded');

      expect(response.status).toBe(415);
      expect(received).toEqual([]);
    });

    it.each(['/orders/%2e%2e%2fusers', '/orders/1%3Fa', '/orders/http:%2F%2Fevil', '/orders/..%5C..'])(
      'api-gateway responds with 400 to %s, which has an invalid ID',
      async (path) => {
        const plain = request({ host: '127.0.0.1', port: new URL(gateway.url).port, path }).end();
        const [response] = (await once(plain, 'response')) as [IncomingMessage];

        expect(response.statusCode).toBe(400);
        expect(response.headers['content-type']).toBe('application/problem+json');
        expect(JSON.parse(await text(response))).toMatchObject({ errors: [{ parameter: 'id' }] });
        expect(received).toEqual([]);
      },
    );

    it('api-gateway responds with 404 to an unknown path', async () => {
      const response = await get('/admin');

      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ title: 'Not Found', instance: '/admin' });
    });
  });

  describe('creates spans that', () => {
    const attributes = ['http.request.method', 'url.full', 'http.response.status_code', 'error.type'];
    const trace = '80f198ee56343ba864fe8b2a57d3eff7';
    const spanOfClient = 'e457b5a2e4d86bd1';
    beforeEach(() => {
      telemetry.reset();
    });

    it('Spans of api-gateway contain no secrets of the query in url.full', async () => {
      await get('/orders?token=hunter2');
      await telemetry.waitForSpans(5);
      expect(telemetry.tree({ attributes })).toContain('proxy_to_order-service');
      expect(telemetry.tree({ attributes })).not.toContain('hunter2');
    });

    it('Spans of api-gateway contain the target and the status of the request', async () => {
      await get('/orders?limit=5');
      await telemetry.waitForSpans(5);
      const url = JSON.stringify(`${urlOf(orders)}/orders?limit=5`);

      // The client and the stub of the service run in this process and create spans too: the first and the last one.
      expect(telemetry.tree({ attributes })).toBe(
        [
          `GET [client] http.request.method="GET" url.full="${gateway.url}/orders?limit=5" http.response.status_code=200`,
          '  GET /orders [server] http.request.method="GET" http.response.status_code=200',
          `    proxy_to_order-service [internal] http.request.method="GET" url.full=${url} http.response.status_code=200`,
          `      GET [client] http.request.method="GET" url.full=${url} http.response.status_code=200`,
          '        GET [server] http.request.method="GET" http.response.status_code=200',
        ].join('\n'),
      );
    });

    it('Spans of api-gateway are marked as failed if there is no response', async () => {
      await get('/users/1');
      await telemetry.waitForSpans(4);

      expect(telemetry.tree()).toBe(
        [
          'GET [client] ERROR',
          '  GET /users/:id [server] ERROR',
          '    proxy_to_user-service [internal] ERROR',
          '      GET [client] ERROR',
        ].join('\n'),
      );
    });

    it('Spans of api-gateway are marked as failed for a 5xx response of the service, but not for a 4xx response', async () => {
      answer = (_request, response) => response.writeHead(503).end();
      await get('/orders');
      await telemetry.waitForSpans(5);
      expect(telemetry.tree()).toMatch(/proxy_to_order-service \[internal\] ERROR/);

      telemetry.reset();
      answer = (_request, response) => response.writeHead(422).end();
      await get('/orders');
      await telemetry.waitForSpans(5);
      expect(telemetry.tree()).toMatch(/proxy_to_order-service \[internal\]\n/);
    });

    it('Spans of api-gateway continue the trace of the client; the span of the service is a child of the gateway’s client span', async () => {
      // Not fetch, which is instrumented here and would send its own propagation headers.
      const client = connect(Number(new URL(gateway.url).port), '127.0.0.1');
      client.write(
        `GET /orders HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n` +
          `X-B3-TraceId: ${trace}\r\nX-B3-SpanId: ${spanOfClient}\r\nX-B3-Sampled: 1\r\n\r\n`,
      );
      await text(client);
      await telemetry.waitForSpans(4);
      const call = telemetry.spans().find(({ kind }) => kind === SpanKind.CLIENT);
      const spanId = call?.spanContext().spanId ?? 'none';

      expect(telemetry.span('GET /orders').parentSpanContext?.spanId).toBe(spanOfClient);
      expect(received[0]?.headers).toMatchObject({
        'x-b3-traceid': trace,
        'x-b3-spanid': spanId,
        'x-b3-parentspanid': telemetry.span('proxy_to_order-service').spanContext().spanId,
        'x-b3-sampled': '1',
        traceparent: `00-${trace}-${spanId}-01`,
      });
    });
  });

  it('api-gateway aborts the downstream call if the client closes its connection', async () => {
    const abandoned = new Promise<void>((resolve) => {
      answer = (incoming) => incoming.socket.once('close', () => resolve());
    });
    const client = request(`${gateway.url}/orders`);
    client.on('error', () => undefined);
    const asked = once(orders, 'request');
    client.end();
    await asked;
    client.destroy();

    // Without the abort, the call would end only at the gateway's timeout of 10 s.
    await expect(abandoned).resolves.toBeUndefined();
  });

  it('api-gateway documents the DTOs of the downstream services at /docs-json', async () => {
    const document = (await (await get('/docs-json')).json()) as {
      paths: Record<string, object>;
      components: { schemas: Record<string, object> };
    };

    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/users',
        '/users/{id}',
        '/orders',
        '/orders/{id}',
        '/health/live',
        '/health/ready',
      ]),
    );
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining([
        'CreateOrderRequest',
        'CreateUserRequest',
        'Order',
        'OrderPage',
        'ProblemDetails',
      ]),
    );
  });
});
