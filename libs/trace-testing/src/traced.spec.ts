import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTraceTesting, type TraceTesting } from './traced.js';
import './jest.js';

interface WireSpan {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** Jaeger's v3 API with the page of its UI on every other path, and no Loki. */
class FakeJaeger {
  readonly traces = new Map<string, WireSpan[]>();
  /** Answer to a request that deletes the data; undefined as in Jaeger. */
  deletion: { readonly status: number; readonly text: string } | undefined;
  private readonly server: Server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://jaeger');
    const [, traceId] = /^\/api\/v3\/traces\/(\w+)$/.exec(pathname) ?? [];
    const json = (body: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.method === 'DELETE' && this.deletion) {
      response.writeHead(this.deletion.status).end(this.deletion.text);
    } else if (traceId !== undefined) {
      const spans = this.traces.get(traceId);
      if (spans) json({ result: { resourceSpans: spans.map((span) => toOtlp(traceId, span)) } });
      else response.writeHead(404, { 'content-type': 'text/plain' }).end('{"error":{"httpCode":404}}');
    } else if (pathname === '/api/v3/trace-summaries') {
      const service = searchParams.get('query.serviceName');
      const wanted = Object.entries(
        JSON.parse(searchParams.get('query.attributes') ?? '{}') as Record<string, string>,
      );
      const found = [...this.traces].filter(([, spans]) =>
        spans.some(
          (span) =>
            span.service === service && wanted.every(([key, value]) => span.attributes?.[key] === value),
        ),
      );
      json({ summaries: found.map(([id]) => ({ traceId: id })) });
    } else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
  });

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

const toOtlp = (traceId: string, { service, attributes = {}, ...span }: WireSpan) => ({
  resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
  scopeSpans: [
    {
      spans: [
        {
          traceId,
          ...span,
          startTimeUnixNano: '1000000000',
          endTimeUnixNano: '1005000000',
          attributes: Object.entries(attributes).map(([key, stringValue]) => ({
            key,
            value: { stringValue },
          })),
        },
      ],
    },
  ],
});

let jaeger: FakeJaeger;
let testing: TraceTesting;
beforeEach(async () => {
  jaeger = new FakeJaeger();
  testing = createTraceTesting({ url: await jaeger.start(), instrumented: ['users'] });
});
afterEach(() => jaeger.stop());

const root = (headers: Readonly<Record<string, string>>): WireSpan => ({
  spanId: '00000000000000aa',
  parentSpanId: headers['x-b3-spanid'] ?? '',
  service: 'orders',
  name: 'POST /orders',
  kind: 2,
});

const call: WireSpan = {
  spanId: '00000000000000bb',
  parentSpanId: '00000000000000aa',
  service: 'orders',
  name: 'GET',
  kind: 3,
  attributes: { 'server.address': 'users' },
};

describe('traced() at a Jaeger', () => {
  it('polls until the trace is complete', async () => {
    const { result, trace } = await testing.traced('order', (headers, traceId) => {
      expect(headers.traceparent).toBe(`00-${traceId}-${headers['x-b3-spanid'] ?? ''}-01`);
      expect(headers.baggage).toBe(`lantern.test=${traceId}`);
      jaeger.traces.set(traceId, [root(headers)]);
      return 'answer';
    });
    expect(result).toBe('answer');
    expect(trace.reasons).toEqual([]);
    expect(trace).toHaveSpan({ service: 'orders', name: 'POST /orders', kind: 'server' });
    expect(trace).toHaveAtMost({ spans: 1 });
  });

  it('reports a lost span with its service after the timeout', async () => {
    const { trace } = await testing.traced(
      'order',
      (headers, traceId) => void jaeger.traces.set(traceId, [root(headers), call]),
      { timeoutMillis: 100 },
    );
    expect(trace.reasons).toEqual([
      'orders → users: the call "GET" (00000000000000bb) has no span of the called service.',
    ]);
  });

  it('says that no span has arrived', async () => {
    const { trace } = await testing.traced('order', () => undefined, { timeoutMillis: 10 });
    expect(trace.reasons).toEqual(['No span of the trace has arrived.']);
  });

  it('throws the error of the action', async () => {
    await expect(testing.traced('order', () => Promise.reject(new Error('refused')))).rejects.toThrow(
      'refused',
    );
  });

  it('names an option that does not exist', async () => {
    // @ts-expect-error the option does not exist
    await expect(testing.traced('order', () => undefined, { timeout: 1 })).rejects.toThrow(
      'Did you mean "timeoutMillis"?',
    );
  });
});

describe('the consequences of a trace', () => {
  it('are the traces with the baggage of the test and those that are linked to it, at the named services', async () => {
    const { trace } = await testing.traced('order', (headers, traceId) => {
      const consumer = { spanId: '00000000000000cc', kind: 5, name: 'process' };
      const link = { traceId, spanId: '00000000000000aa' };
      jaeger.traces.set(traceId, [root(headers)]);
      jaeger.traces.set('1'.repeat(32), [
        { ...consumer, service: 'mailer', attributes: { 'lantern.test': traceId } },
      ]);
      jaeger.traces.set('2'.repeat(32), [{ ...consumer, service: 'mailer', links: [link] }]);
      jaeger.traces.set('3'.repeat(32), [{ ...consumer, service: 'mailer' }]);
    });
    const found = await trace.consequences({ at: 'mailer' });
    expect(found.map(({ traceId }) => traceId).sort()).toEqual(['1'.repeat(32), '2'.repeat(32)]);
    expect(found[0]).toHaveSpan({ service: 'mailer', kind: 'consumer' });
  });
});

describe('resetLantern()', () => {
  it('fails at a backend that is no Lantern', async () => {
    await expect(testing.resetLantern()).rejects.toThrow('answered 200: Only Lantern can delete its data.');
  });

  it('names the variable to set when Lantern does not allow it', async () => {
    const message = 'Deleting all data is disabled. Start Lantern with LANTERN_ALLOW_RESET=1.';
    jaeger.deletion = { status: 403, text: JSON.stringify({ error: { httpCode: 403, message } }) };
    await expect(testing.resetLantern()).rejects.toThrow(`answered 403: ${message}`);
    jaeger.deletion = { status: 204, text: '' };
    await expect(testing.resetLantern()).resolves.toBeUndefined();
  });
});

describe('the configuration', () => {
  it('names the variables to set when there is no backend', async () => {
    const { LANTERN_URL, JAEGER_URL } = process.env;
    delete process.env.LANTERN_URL;
    delete process.env.JAEGER_URL;
    try {
      await expect(createTraceTesting().traced('x', () => undefined)).rejects.toThrow('set LANTERN_URL');
    } finally {
      Object.assign(process.env, LANTERN_URL && { LANTERN_URL }, JAEGER_URL && { JAEGER_URL });
    }
  });

  it('is reported as unreachable when nothing answers', async () => {
    const nowhere = createTraceTesting({ url: 'http://127.0.0.1:9' });
    await expect(nowhere.readTrace('1'.repeat(32))).rejects.toThrow('http://127.0.0.1:9 cannot be reached');
  });
});
