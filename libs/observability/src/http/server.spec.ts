import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net from 'node:net';
import { type TextMapPropagator, context, propagation, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningServer, startServer } from '../../test/http-server.js';
import { currentCorrelationId } from '../propagation/correlation.js';
import { createPropagator } from '../propagation/propagator.js';
import { startTestTelemetry } from '../testing/index.js';
import { installHttpHooks } from './http-hooks.js';
import { currentRequest, onRequestServed } from './served-request.js';
import { setUntracedPaths } from './untraced-paths.js';

const telemetry = startTestTelemetry();
let listener: (request: IncomingMessage, response: ServerResponse) => void;
let server: RunningServer;

beforeEach(async () => {
  telemetry.reset();
  server = await startServer((request, response) => listener(request, response));
});
afterEach(() => server.close());

/** Calls the server from outside of any trace; such a call leaves no client span. */
const call = (path: string, init: RequestInit = {}): Promise<Response> =>
  context.with(suppressTracing(context.active()), () => fetch(`${server.url}${path}`, init));

const serve = async (
  path: string,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  init: RequestInit = {},
) => {
  listener = handle;
  const response = await call(path, init);
  await response.text();
  const [span] = await telemetry.waitForSpans(1);
  if (!span) throw new Error('no span');
  return { response, span };
};

const ok = (_request: IncomingMessage, response: ServerResponse): void => void response.end('ok');

describe('the span of a request served by a plain HTTP server', () => {
  it('A server span follows the stable conventions', async () => {
    const { span } = await serve('/users/1?page=2', ok, { headers: { 'user-agent': 'probe/1.0' } });
    expect(telemetry.tree()).toBe('GET [server]');
    expect(span.attributes).toEqual({
      'http.request.method': 'GET',
      'url.path': '/users/1',
      'url.query': 'page=2',
      'url.scheme': 'http',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': server.port,
      'client.address': '127.0.0.1',
      'network.peer.address': '127.0.0.1',
      'network.peer.port': expect.any(Number),
      'network.protocol.version': '1.1',
      'user_agent.original': 'probe/1.0',
      correlation_id: expect.any(String),
    });
  });

  it('A server span redacts secrets in the query', async () => {
    const { span } = await serve('/x?token=a&q=1&api_key=b&pass%77ord=c', ok);
    expect(span.attributes['url.query']).toBe('token=REDACTED&q=1&api_key=REDACTED&pass%77ord=REDACTED');
  });

  it('A server span redacts an authorization code and a session in the path', async () => {
    const { span } = await serve('/cart;jsessionid=a/items?code=b&state=c', ok);
    expect(span.attributes['url.path']).toBe('/cart;jsessionid=REDACTED/items');
    expect(span.attributes['url.query']).toBe('code=REDACTED&state=c');
  });

  it('A server span takes the client’s address and scheme from a proxy', async () => {
    const { span } = await serve('/', ok, {
      headers: {
        'x-forwarded-for': '203.0.113.7, 10.0.0.1',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'shop.example:8443',
      },
    });
    expect(span.attributes).toMatchObject({
      'client.address': '203.0.113.7',
      'url.scheme': 'https',
      'server.address': 'shop.example',
      'server.port': 8443,
    });
  });

  it('A server span is an error for a 5xx response', async () => {
    const { span } = await serve('/', (_request, response) => response.writeHead(503).end());
    expect(span.status).toEqual({ code: 2 });
    expect(span.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' });
  });

  it('A server span is no error for a 4xx response', async () => {
    const { span } = await serve('/', (_request, response) => response.writeHead(404).end());
    expect(span.status).toEqual({ code: 0 });
    expect(span.attributes).not.toHaveProperty('error.type');
  });

  it('A server span is not named after an unknown method', async () => {
    const socket = net.connect(server.port, '127.0.0.1');
    listener = ok;
    socket.end('PURGE /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await once(socket.resume(), 'close');
    const [span] = await telemetry.waitForSpans(1);
    expect(span?.name).toBe('HTTP');
    expect(span?.attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PURGE',
    });
  });

  it('A server span ends once, as an error, when the client disconnects before the response', async () => {
    const arrived = new Promise<void>((resolve) => {
      listener = () => resolve();
    });
    const leave = new AbortController();
    const answer = call('/slow', { signal: leave.signal }).catch((error: unknown) => error);
    await arrived;
    leave.abort();
    await answer;
    const [span] = await telemetry.waitForSpans(1);
    expect(span?.status.code).toBe(2);
    expect(span?.attributes).toMatchObject({ 'error.type': 'aborted' });
    expect(span?.attributes).not.toHaveProperty('http.response.status_code');
  });

  it('A server span is no error when the client disconnects from a started response, such as server-sent events', async () => {
    listener = (_request, response) => void response.writeHead(200).write('data: 1\n\n');
    const leave = new AbortController();
    await call('/events', { signal: leave.signal });
    leave.abort();
    const [span] = await telemetry.waitForSpans(1);
    expect(span?.status.code).toBe(0);
    expect(span?.attributes['http.response.status_code']).toBe(200);
  });

  it('A request with Expect: 100-continue has one server span', async () => {
    const invited = http.createServer(ok);
    invited.on('checkContinue', (request, response) => {
      response.writeContinue();
      invited.emit('request', request, response);
    });
    await new Promise<void>((resolve) => invited.listen(0, '127.0.0.1', resolve));
    const { port } = invited.address() as net.AddressInfo;
    const request = context.with(suppressTracing(context.active()), () =>
      http.request({ port, host: '127.0.0.1', method: 'POST', headers: { expect: '100-continue' } }),
    );
    request.on('continue', () => request.end('body'));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    await telemetry.waitForSpans(1);
    expect(telemetry.tree()).toBe('POST [server]');
    invited.closeAllConnections();
    await new Promise((resolve) => invited.close(resolve));
  });

  it('A request has one server span, even if the library is set up twice', async () => {
    installHttpHooks();
    installHttpHooks();
    await serve('/', ok);
    expect(telemetry.spans()).toHaveLength(1);
  });
});

describe('the context of a served request', () => {
  it('A request runs in the context of its span, including the events of its body', async () => {
    const seen: unknown[] = [];
    const note = () => seen.push(trace.getActiveSpan());
    const { span } = await serve(
      '/',
      (request, response) => {
        note();
        request.on('data', note).on('end', () => {
          note();
          response.end();
        });
      },
      { method: 'POST', body: 'a body' },
    );
    expect(seen).toEqual([span, span, span]);
  });

  it('A request continues the trace of the caller', async () => {
    const { span } = await serve('/', ok, {
      headers: { 'x-b3-traceid': '80f198ee56343ba864fe8b2a57d3eff7', 'x-b3-spanid': 'e457b5a2e4d86bd1' },
    });
    expect(span.spanContext().traceId).toBe('80f198ee56343ba864fe8b2a57d3eff7');
    expect(span.parentSpanContext?.spanId).toBe('e457b5a2e4d86bd1');
  });

  it('A request keeps the caller’s correlation ID and returns it', async () => {
    const seen: unknown[] = [];
    const { response, span } = await serve(
      '/',
      (request, reply) => {
        seen.push(currentCorrelationId());
        ok(request, reply);
      },
      { headers: { 'x-correlation-id': 'order-42' } },
    );
    expect(seen).toEqual(['order-42']);
    expect(response.headers.get('x-correlation-id')).toBe('order-42');
    expect(span.attributes.correlation_id).toBe('order-42');
  });

  it('A request without a correlation ID gets a new one', async () => {
    const { response, span } = await serve('/', ok);
    expect(response.headers.get('x-correlation-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(span.attributes.correlation_id).toBe(response.headers.get('x-correlation-id'));
  });
});

describe('what is not traced', () => {
  it.each(['/health', '/health/live', '/health/ready?full=1', '/healthz', '/livez', '/readyz', '/metrics'])(
    'A request is not traced for %s, including everything below it',
    async (path) => {
      const seen: unknown[] = [];
      listener = (request, response) => {
        trace.getTracer('test').startSpan('below').end();
        seen.push(trace.getActiveSpan(), currentRequest());
        ok(request, response);
      };
      const response = await call(path);
      await response.text();
      expect(seen).toEqual([undefined, undefined]);
      expect(response.headers.get('x-correlation-id')).toBeNull();
      await serve('/traced', ok);
      expect(telemetry.tree()).toBe('GET [server]');
    },
  );

  it.each(['/healthy-food', '/users/health', '/metrics-of-mine'])(
    'A request is traced for %s',
    async (path) => {
      await serve(path, ok);
      expect(telemetry.tree()).toBe('GET [server]');
    },
  );

  it('Requests for the paths that the application ignores are not traced', async () => {
    setUntracedPaths(['/internal', /\.png$/]);
    listener = ok;
    for (const path of ['/internal', '/internal/x', '/logo.png']) await (await call(path)).text();
    const { span } = await serve('/internals', ok);
    expect(span.attributes['url.path']).toBe('/internals');
    expect(telemetry.spans()).toHaveLength(1);
  });
});

describe('a failure of tracing', () => {
  const broken: TextMapPropagator = {
    extract: () => {
      throw new Error('broken propagator');
    },
    inject: () => {
      throw new Error('broken propagator');
    },
    fields: () => ['broken'],
  };
  afterEach(() => {
    propagation.disable();
    propagation.setGlobalPropagator(createPropagator({}));
  });

  it('A failure in tracing does not affect the request', async () => {
    propagation.disable();
    propagation.setGlobalPropagator(broken);
    listener = ok;
    expect(await (await fetch(`${server.url}/`)).text()).toBe('ok');
  });
});

describe('those who listen for served requests', () => {
  it('Listeners for served requests are called once, in the context of the request', async () => {
    const told: unknown[] = [];
    const stop = onRequestServed((request, outcome) => {
      told.push([request.method, request.path, outcome.status, outcome.aborted, trace.getActiveSpan()]);
    });
    const { span } = await serve('/x?y=1', ok);
    stop();
    await serve('/unheard', ok);
    expect(told).toEqual([['GET', '/x', 200, false, span]]);
  });
});
