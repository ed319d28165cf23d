import { Controller, Get, Module } from '@nestjs/common';
import { context, propagation, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningServer, startServer } from '../../test/http-server.js';
import { adapters, startApp } from '../../test/nest-app.js';
import { ObservabilityModule } from '../index.js';
import { startTestTelemetry } from '../testing/index.js';
import { type InboundTrust, setInboundTrust } from './inbound-context.js';

const TRACE_ID = '80f198ee56343ba864fe8b2a57d3eff7';
const SPAN_ID = 'e457b5a2e4d86bd1';
const w3c = { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`, tracestate: 'vendor=1' };

const telemetry = startTestTelemetry();
let server: RunningServer;
let baggage: unknown[];

beforeEach(async () => {
  startTestTelemetry();
  baggage = [];
  server = await startServer((_request, response) => {
    const entries = propagation.getActiveBaggage()?.getAllEntries() ?? [];
    baggage.push(...entries.map(([key]) => key));
    response.end();
  });
});
afterEach(async () => {
  setInboundTrust(true);
  await server.close();
});

const send = (headers: Record<string, string>): Promise<Response> =>
  context.with(suppressTracing(context.active()), () => fetch(server.url, { headers }));

const served = async (trust: InboundTrust, headers: Record<string, string>) => {
  setInboundTrust(trust);
  const response = await send(headers);
  const [span] = await telemetry.waitForSpans(1);
  if (!span) throw new Error('no span');
  return { span, correlationId: response.headers.get('x-correlation-id') };
};

describe('a caller who is not trusted', () => {
  it.each([
    ['W3C', w3c],
    ['B3', { b3: `${TRACE_ID}-${SPAN_ID}-1` }],
  ])(
    'The context of an untrusted caller becomes a link of a new trace, sent by %s',
    async (_format, headers) => {
      const { span } = await served(false, { ...headers });
      expect(span.spanContext().traceId).not.toBe(TRACE_ID);
      expect(span.spanContext().traceState).toBeUndefined();
      expect(span.parentSpanContext).toBeUndefined();
      expect(span.links.map(({ context: { traceId: of, spanId: at } }) => [of, at])).toEqual([
        [TRACE_ID, SPAN_ID],
      ]);
    },
  );

  it('An untrusted caller without a readable context leaves no link', async () => {
    const { span } = await served(false, { traceparent: 'garbage' });
    expect([span.links, span.parentSpanContext]).toEqual([[], undefined]);
  });

  it.each([
    ['forbid', { b3: '0' }],
    ['forbid', { 'x-b3-sampled': '0' }],
    ['forbid', { traceparent: `00-${TRACE_ID}-${SPAN_ID}-00` }],
  ])('An untrusted caller cannot %s recording by %j', async (_what, headers) => {
    const { span } = await served(false, { ...headers });
    expect(trace.isSpanContextValid(span.spanContext())).toBe(true);
  });

  it.each<Record<string, string>>([
    { b3: 'd' },
    { b3: '1' },
    { traceparent: w3c.traceparent },
    { baggage: 'lantern.test=1' },
  ])('cannot force recording by %j', async (headers) => {
    startTestTelemetry({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    setInboundTrust(false);
    await send(headers);
    expect(telemetry.spans()).toEqual([]);
    // As a trusted one can.
    setInboundTrust(true);
    await send(headers);
    await telemetry.waitForSpans(1);
  });

  it('An untrusted caller passes in no baggage except its correlation ID', async () => {
    const { correlationId } = await served(false, {
      ...w3c,
      baggage: 'tenant=evil',
      'x-correlation-id': 'order-42',
    });
    expect(baggage).toEqual(['correlation.id']);
    expect(correlationId).toBe('order-42');
  });
});

describe('trust', () => {
  it('Callers are trusted by default', async () => {
    const { span } = await served(true, w3c);
    expect(span.spanContext().traceId).toBe(TRACE_ID);
    expect(span.links).toEqual([]);
  });

  it('Trust can depend on the request', async () => {
    const byGateway: InboundTrust = (request) => request.headers['x-from'] === 'gateway';
    const believed = await served(byGateway, { ...w3c, 'x-from': 'gateway' });
    expect(believed.span.spanContext().traceId).toBe(TRACE_ID);
    telemetry.reset();
    const other = await served(byGateway, w3c);
    expect(other.span.spanContext().traceId).not.toBe(TRACE_ID);
  });

  it('A request whose trust check throws is served without trust', async () => {
    const { span } = await served(() => {
      throw new Error('no such header');
    }, w3c);
    expect(span.spanContext().traceId).not.toBe(TRACE_ID);
  });

  it.each(adapters)('The application decides on trust, on %s', async (_name, adapter) => {
    @Controller()
    class Edge {
      @Get()
      greet(): string {
        return 'hello';
      }
    }
    @Module({
      imports: [ObservabilityModule.forRoot({ logLevel: 'fatal', trustInboundContext: false })],
      controllers: [Edge],
    })
    class App {}
    const { app, url } = await startApp(App, adapter);
    await context.with(suppressTracing(context.active()), () => fetch(url, { headers: w3c }));
    const [span] = await telemetry.waitForSpans(1);
    await app.close();
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.links).toHaveLength(1);
  });
});
