import { once } from 'node:events';
import http, {
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
  get as namedGet,
} from 'node:http';
import { context, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { type RunningServer, closedPort, startServer } from '../../test/http-server.js';
import { startTestTelemetry } from '../testing/index.js';
import { Tracer } from '../tracing/tracer.js';
import { installHttpHooks } from './http-hooks.js';
import { setUntracedHosts } from './untraced-hosts.js';

const telemetry = startTestTelemetry();
const tracer = new Tracer();
let headers: http.IncomingHttpHeaders[];
let server: RunningServer;

// Served without a span of its own, so that only the client's are seen.
beforeEach(async () => {
  telemetry.reset();
  headers = [];
  server = await startServer((request, response) => {
    headers.push(request.headers);
    answer(request, response);
  });
});
afterEach(() => server.close());

const answer = (request: IncomingMessage, response: ServerResponse): void => {
  const [path] = (request.url ?? '').split('?');
  if (path === '/health/hang') return;
  if (path === '/health/reset') return void request.socket.destroy();
  if (path === '/health/half') {
    response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
    return;
  }
  if (path === '/health/moved') return void response.writeHead(302, { location: '/health' }).end();
  response.writeHead(Number(/\d+$/.exec(path ?? '')?.[0] ?? 200)).end('answer');
};

const send = async (request: ClientRequest): Promise<string> => {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
};

/** HTTP clients, each with its own entry into Node. The result is the text of the response; a failure rejects. */
const clients: [string, (url: string, signal?: AbortSignal) => Promise<string>][] = [
  [
    'axios',
    async (url, signal) =>
      (await axios.get<string>(url, { ...(signal ? { signal } : {}), validateStatus: null })).data,
  ],
  ['fetch', async (url, signal) => (await fetch(url, signal ? { signal } : {})).text()],
  ['http.get()', (url, signal) => send(http.get(url, signal ? { signal } : {}))],
  ['get() imported by name', (url, signal) => send(namedGet(url, signal ? { signal } : {}))],
];

describe.each(clients)('a call by %s', (_client, get) => {
  const spanOf = async (path: string, signal?: AbortSignal) => {
    await tracer.withSpan('request', () =>
      get(`${server.url}${path}`, signal).catch((error: unknown) => error),
    );
    await telemetry.waitForSpans(2);
    expect(telemetry.tree()).toMatch(/^request \[internal\]\n {2}GET \[client\]( ERROR)?$/);
    return telemetry.span('GET');
  };

  it('An outgoing call creates one client span that follows the stable conventions', async () => {
    const span = await spanOf('/health?q=1&token=secret');
    const { 'network.protocol.version': _version, ...attributes } = span.attributes;
    expect(attributes).toEqual({
      'http.request.method': 'GET',
      'url.full': `${server.url}/health?q=1&token=REDACTED`,
      'server.address': '127.0.0.1',
      'server.port': server.port,
      'http.response.status_code': 200,
    });
    expect(span.status.code).toBe(0);
  });

  it('The response of a traced call is unchanged', async () => {
    await expect(get(`${server.url}/health`)).resolves.toBe('answer');
  });

  it('An outgoing call propagates its trace in B3 and W3C headers', async () => {
    const span = await spanOf('/health');
    const { traceId, spanId } = span.spanContext();
    expect(headers[0]).toMatchObject({
      'x-b3-traceid': traceId,
      'x-b3-spanid': spanId,
      'x-b3-parentspanid': span.parentSpanContext?.spanId,
      'x-b3-sampled': '1',
      traceparent: `00-${traceId}-${spanId}-01`,
    });
  });

  it.each(['404', '503'])('The span of a call is an error when the response is %s', async (status) => {
    const span = await spanOf(`/health/${status}`);
    expect(span.status).toEqual({ code: 2 });
    expect(span.attributes).toMatchObject({
      'http.response.status_code': Number(status),
      'error.type': status,
    });
  });

  it('The span of a call is an error that names the reason when the connection is refused', async () => {
    const port = await closedPort();
    await expect(tracer.withSpan('request', () => get(`http://127.0.0.1:${port}/`))).rejects.toThrow();
    await telemetry.waitForSpans(2);
    const span = telemetry.span('GET');
    expect(span.attributes).toMatchObject({ 'error.type': 'ECONNREFUSED', 'server.port': port });
    expect(span.status.message).toContain('ECONNREFUSED');
    expect(span.events.map(({ name }) => name)).toEqual(['exception']);
  });

  it('The span of a call is an error when the server closes the connection', async () => {
    const span = await spanOf('/health/reset');
    expect(span.status.code).toBe(2);
    expect(span.attributes['error.type']).toMatch(/^(ECONNRESET|UND_ERR_SOCKET)$/);
  });

  it('The span of a call is an error when the response breaks off', async () => {
    const span = await spanOf('/health/half');
    expect(span.status.code).toBe(2);
    expect(span.attributes).toMatchObject({
      'http.response.status_code': 200,
      'error.type': expect.any(String),
    });
  });

  it('The span of a call ends as an error when the call is aborted', async () => {
    const span = await spanOf('/health/hang', AbortSignal.timeout(30));
    expect(span.status.code).toBe(2);
    expect(span.attributes).not.toHaveProperty('http.response.status_code');
  });

  it('A call outside of a request creates a root span', async () => {
    await get(`${server.url}/health`);
    await telemetry.waitForSpans(1);
    expect(telemetry.tree()).toBe('GET [client]');
  });

  it('A call below an unsampled span creates no span and propagates that decision', async () => {
    startTestTelemetry({ OTEL_TRACES_SAMPLER: 'always_off' });
    const traceId = await tracer.withSpan('request', async (span) => {
      await get(`${server.url}/health`);
      return span.spanContext().traceId;
    });
    startTestTelemetry();
    expect(headers[0]).toMatchObject({ 'x-b3-traceid': traceId, 'x-b3-sampled': '0' });
    expect(telemetry.spans()).toEqual([]);
  });

  it('A call is not traced while tracing is suppressed', async () => {
    await context.with(suppressTracing(context.active()), () => get(`${server.url}/health`));
    expect(headers[0]).not.toHaveProperty('x-b3-traceid');
    expect(telemetry.spans()).toEqual([]);
  });

  it('A call to an excluded host has no span and no trace headers', async () => {
    setUntracedHosts(['0.0.1', /^localhost$/]);
    try {
      await tracer.withSpan('caller', () => get(`${server.url}/health`));
    } finally {
      setUntracedHosts([]);
    }
    expect(telemetry.spans().map(({ name }) => name)).toEqual(['caller']);
    expect(headers[0]).not.toHaveProperty('traceparent');
  });

  it('A call has one client span, even if the library is set up twice', async () => {
    installHttpHooks();
    await spanOf('/health');
  });

  it('A call that is redirected has one client span for each hop', async () => {
    await tracer.withSpan('request', () =>
      get(`${server.url}/health/moved`).catch((error: unknown) => error),
    );
    const hops = headers.length;
    await telemetry.waitForSpans(hops + 1);
    expect(telemetry.spans().filter(({ name }) => name === 'GET')).toHaveLength(hops);
  });
});

describe('headers that the application set itself', () => {
  const stale = {
    b3: '463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-1',
    'X-B3-TraceId': '463ac35c9f6413ad48485a3953bb6124',
    traceparent: '00-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-01',
    'x-other': 'stays',
  };

  it.each([
    ['axios', () => axios.get(`${server.url}/health`, { headers: stale })],
    ['fetch', () => fetch(`${server.url}/health`, { headers: stale })],
  ])(
    'Trace headers that the application copied from an earlier hop are replaced, with %s',
    async (_client, call) => {
      const traceId = await tracer.withSpan('request', async (span) => {
        await call();
        return span.spanContext().traceId;
      });
      expect(headers[0]).not.toHaveProperty('b3');
      expect(headers[0]).toMatchObject({ 'x-b3-traceid': traceId, 'x-other': 'stays' });
      expect(headers[0]?.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    },
  );

  it('A call whose headers are a list has a span, although no headers can be added', async () => {
    await tracer.withSpan('request', () =>
      send(
        http.get({
          port: server.port,
          host: '127.0.0.1',
          path: '/health',
          headers: ['host', 'shop', 'b3', '0'],
        }),
      ),
    );
    await telemetry.waitForSpans(2);
    expect(headers[0]).toMatchObject({ host: 'shop', b3: '0' });
    expect(telemetry.span('GET').attributes['http.response.status_code']).toBe(200);
  });

  it('A call with Expect has a span, although its headers are already sent', async () => {
    await tracer.withSpan('request', async () => {
      const request = http.request(`${server.url}/health`, {
        method: 'PUT',
        headers: { expect: '100-continue' },
      });
      request.on('continue', () => request.end('x'));
      expect(await send(request)).toBe('answer');
    });
    await telemetry.waitForSpans(2);
    expect(telemetry.span('PUT').status.code).toBe(0);
  });
});

describe('a call that never gets a connection', () => {
  it('The span of a call that never gets a connection ends when the call is destroyed', async () => {
    await tracer.withSpan('request', async () => {
      const request = http.get(`${server.url}/health`);
      request.destroy();
      await once(request, 'close').catch(() => undefined);
    });
    await telemetry.waitForSpans(2);
    expect(telemetry.span('GET').attributes['error.type']).toBe('ECONNRESET');
  });
});

it('Callbacks of a call run in the context of the caller', async () => {
  const seen = await tracer.withSpan('request', async () => {
    await axios.get(`${server.url}/health`);
    return (trace.getActiveSpan() as { name?: string } | undefined)?.name;
  });
  expect(seen).toBe('request');
});
