import { SpanKind, context, trace } from '@opentelemetry/api';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startTestTelemetry } from '../testing/index.js';
import { Tracer } from '../tracing/tracer.js';
import { getCorrelationId } from './correlation.js';
import { getB3Sampling } from './b3-propagator.js';
import {
  type MessageHeaders,
  messageContext,
  messageHeadersGetter,
  withTraceHeaders,
} from './message-headers.js';

const telemetry = startTestTelemetry();
beforeEach(() => telemetry.reset());

const TRACE_ID = '80f198ee56343ba864fe8b2a57d3eff7';
const SPAN_ID = 'e457b5a2e4d86bd1';
const TRACEPARENT = `00-${TRACE_ID}-${SPAN_ID}-01`;

const read = (headers: MessageHeaders | undefined) => {
  const found = trace.getSpanContext(messageContext(headers));
  return found && [found.traceId, found.spanId, found.isRemote];
};

describe('the headers of a message', () => {
  it.each<[string, MessageHeaders]>([
    ['in the case of the sender', { 'X-B3-TraceId': TRACE_ID, 'X-B3-SpanId': SPAN_ID, 'X-B3-Sampled': '1' }],
    ['in capitals', { TRACEPARENT: TRACEPARENT }],
    ['as bytes, as kafkajs has them', { traceparent: Buffer.from(TRACEPARENT) }],
    ['as lists of bytes', { traceparent: [Buffer.from(TRACEPARENT), Buffer.from('second')] }],
    ['in a Map', new Map([['Traceparent', TRACEPARENT]])],
    ['as pairs', [['traceparent', new TextEncoder().encode(TRACEPARENT)]]],
    [
      'as objects of one name, as node-rdkafka has them',
      [{ other: 'x' }, { traceparent: Buffer.from(TRACEPARENT) }],
    ],
    ['as attributes of SQS', { traceparent: { DataType: 'String', StringValue: TRACEPARENT } }],
    ['of the web', new Headers({ traceparent: TRACEPARENT })],
  ])('are read %s', (_how, headers) => {
    expect(read(headers)).toEqual([TRACE_ID, SPAN_ID, true]);
  });

  it('Message headers may have the sampling decision as a number', () => {
    const carried = messageContext({ 'X-B3-TraceId': TRACE_ID, 'X-B3-SpanId': SPAN_ID, 'X-B3-Sampled': 0 });
    expect(getB3Sampling(carried)).toBe('deny');
  });

  it('Message headers carry the correlation ID', () => {
    expect(getCorrelationId(messageContext({ 'X-Correlation-ID': Buffer.from('order-42') }))).toBe(
      'order-42',
    );
  });

  it('Message headers carry the test of a request, which marks the first span of the consumer', () => {
    const carried = messageContext({ traceparent: TRACEPARENT, baggage: `lantern.test=${TRACE_ID}` });
    const headers = context.with(carried, () => withTraceHeaders<Record<string, string>>({}));
    context.with(messageContext(headers), () =>
      new Tracer().withSpan('process', { kind: SpanKind.CONSUMER }, () => undefined),
    );
    expect(telemetry.span('process').attributes['lantern.test']).toBe(TRACE_ID);
  });

  it('Message headers may be empty', () => {
    const silent: unknown[] = [undefined, null, {}, { traceparent: null }, { traceparent: {} }, [[]], 'text'];
    for (const headers of silent) expect(read(headers as MessageHeaders)).toBeUndefined();
  });

  it('Reading message headers never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(fc.string(), fc.anything()), fc.array(fc.anything())), (headers) => {
        messageContext(headers as MessageHeaders);
        messageHeadersGetter.keys(headers as MessageHeaders);
      }),
    );
  });
});

describe('a message', () => {
  it('A message carries the trace from its producer to its consumer', () => {
    const tracer = new Tracer();
    const sent = tracer.withSpan('orders publish', { kind: SpanKind.PRODUCER }, () =>
      withTraceHeaders({ 'content-type': 'application/json' }),
    );
    expect(Object.keys(sent)).toEqual(
      expect.arrayContaining(['content-type', 'x-b3-traceid', 'traceparent']),
    );
    // Through a broker that gives bytes back.
    const received = Object.fromEntries(
      Object.entries(sent).map(([name, value]) => [name.toUpperCase(), Buffer.from(value)]),
    );
    context.with(messageContext(received), () =>
      tracer.withSpan('orders process', { kind: SpanKind.CONSUMER }, () => undefined),
    );
    expect(telemetry.tree()).toBe('orders publish [producer]\n  orders process [consumer]');
  });

  it('A span can link to many messages', () => {
    const tracer = new Tracer();
    const batch = [{ traceparent: TRACEPARENT }, {}, { TraceParent: TRACEPARENT }].map(messageContext);
    const links = batch.flatMap((each) => trace.getSpanContext(each) ?? []).map((of) => ({ context: of }));
    tracer.withSpan('orders process', { kind: SpanKind.CONSUMER, root: true, links }, () => undefined);
    expect(telemetry.span('orders process').links).toHaveLength(2);
  });

  it('Message headers are written by their own set(), if there is one', () => {
    const headers = new Headers();
    new Tracer().withSpan('publish', () => withTraceHeaders(headers));
    expect(headers.get('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});
