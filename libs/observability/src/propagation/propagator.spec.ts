import {
  type Context,
  ROOT_CONTEXT,
  TraceFlags,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { describe, expect, it } from '@jest/globals';
import { startTestTelemetry } from '../testing/index.js';
import { tracer } from '../tracing/run-in-span.js';
import { getB3Sampling } from './b3-propagator.js';
import { getCorrelationId } from './correlation.js';
import { createPropagator } from './propagator.js';

const TRACE_ID = '80f198ee56343ba864fe8b2a57d3eff7';
const SPAN_ID = 'e457b5a2e4d86bd1';
const OTHER_TRACE_ID = '463ac35c9f6413ad48485a3953bb6124';
const OTHER_SPAN_ID = 'a2fb4a1d1a96d312';
const b3 = { 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID };

startTestTelemetry();

const extract = (headers: Record<string, string>, env: NodeJS.ProcessEnv = {}): Context =>
  createPropagator(env).extract(ROOT_CONTEXT, headers, defaultTextMapGetter);

const inject = (ctx: Context, env: NodeJS.ProcessEnv = {}): Record<string, string> => {
  const carrier = {};
  createPropagator(env).inject(ctx, carrier, defaultTextMapSetter);
  return carrier;
};

/** The headers that a service sends which was called with the given ones: server span, client span, call. */
const passOn = (headers: Record<string, string>, env: NodeJS.ProcessEnv = {}) => {
  const remote = extract(headers, env);
  const server = trace.setSpan(remote, tracer.startSpan('server', {}, remote));
  const client = trace.setSpan(server, tracer.startSpan('client', {}, server));
  return {
    sent: inject(client, env),
    serverSpanId: trace.getSpanContext(server)?.spanId,
    clientSpanId: trace.getSpanContext(client)?.spanId,
  };
};

describe('what a service sends on', () => {
  it('Outgoing B3 and W3C headers name the same trace, span and parent', () => {
    const { sent, serverSpanId, clientSpanId } = passOn({ ...b3, 'x-b3-sampled': '1' });
    expect(sent).toEqual({
      'x-b3-traceid': TRACE_ID,
      'x-b3-spanid': clientSpanId,
      'x-b3-parentspanid': serverSpanId,
      'x-b3-sampled': '1',
      traceparent: `00-${TRACE_ID}-${String(clientSpanId)}-01`,
    });
  });

  it('A trace that arrived in W3C headers is continued', () => {
    const { sent } = passOn({ traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`, tracestate: 'a=b' });
    expect(sent).toMatchObject({ 'x-b3-traceid': TRACE_ID, 'x-b3-sampled': '1', tracestate: 'a=b' });
  });

  it.each([
    ['a deny', { ...b3, 'x-b3-sampled': '0' }, { 'x-b3-sampled': '0' }, '00'],
    ['a deny without ids', { 'x-b3-sampled': '0' }, { 'x-b3-sampled': '0' }, '00'],
    ['a single-header deny without ids', { b3: '0' }, { 'x-b3-sampled': '0' }, '00'],
    ['an accept without ids', { b3: '1' }, { 'x-b3-sampled': '1' }, '01'],
    [
      'a deny against a traceparent that was sampled',
      {
        'x-b3-sampled': '0',
        traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`,
      },
      { 'x-b3-sampled': '0', 'x-b3-traceid': TRACE_ID },
      '00',
    ],
    ['a decision left open, which is taken here', b3, { 'x-b3-sampled': '1' }, '01'],
  ])('keeps %s', (_what, headers, expected, flags) => {
    const { sent } = passOn(headers);
    expect(sent).toMatchObject(expected);
    expect(sent.traceparent?.endsWith(`-${flags}`)).toBe(true);
  });

  it('The debug flag is propagated in both encodings, without a sampled state', () => {
    const headers = { b3: `${TRACE_ID}-${SPAN_ID}-d` };
    const { sent } = passOn(headers);
    expect(sent).toMatchObject({ 'x-b3-flags': '1' });
    expect(sent).not.toHaveProperty('x-b3-sampled');
    const single = passOn(headers, { OTEL_PROPAGATORS: 'b3' });
    expect(single.sent).toEqual({
      b3: `${TRACE_ID}-${String(single.clientSpanId)}-d-${String(single.serverSpanId)}`,
    });
  });

  it('Baggage is propagated', () => {
    expect(passOn({ ...b3, baggage: 'tenant=blue' }).sent.baggage).toBe('tenant=blue');
  });

  it('The correlation ID is propagated as header and baggage', () => {
    expect(passOn({ 'x-correlation-id': 'abc-1' }).sent).toMatchObject({
      'x-correlation-id': 'abc-1',
      baggage: 'correlation.id=abc-1',
    });
  });

  it('No headers are sent while tracing is suppressed', () => {
    expect(inject(suppressTracing(extract({ ...b3, 'x-correlation-id': 'abc-1' })))).not.toHaveProperty(
      'x-b3-traceid',
    );
  });

  it('Without an SDK the remote span itself is propagated, without a parent', () => {
    expect(inject(extract({ ...b3, 'x-b3-sampled': '1' }))).toMatchObject({
      'x-b3-spanid': SPAN_ID,
      'x-b3-sampled': '1',
    });
    expect(inject(extract(b3))).not.toHaveProperty('x-b3-parentspanid');
  });

  it('Without an SDK an undecided sampling state stays undecided', () => {
    expect(inject(extract(b3))).toMatchObject({ 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID });
    expect(inject(extract(b3))).not.toHaveProperty('x-b3-sampled');
    const single = createPropagator({ OTEL_PROPAGATORS: 'b3' });
    const carrier: Record<string, string> = {};
    single.inject(single.extract(ROOT_CONTEXT, b3, defaultTextMapGetter), carrier, defaultTextMapSetter);
    expect(carrier).toEqual({ b3: `${TRACE_ID}-${SPAN_ID}` });
  });
});

describe('when B3 and W3C arrive together', () => {
  it('B3 takes precedence over W3C if they name different traces', () => {
    const ctx = extract({
      ...b3,
      'x-b3-sampled': '1',
      traceparent: `00-${OTHER_TRACE_ID}-${OTHER_SPAN_ID}-01`,
    });
    expect(trace.getSpanContext(ctx)).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID });
  });

  it('The tracestate is kept if B3 and W3C name the same span', () => {
    const headers = {
      ...b3,
      'x-b3-sampled': '1',
      traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`,
      tracestate: 'a=b',
    };
    expect(trace.getSpanContext(extract(headers))?.traceState?.get('a')).toBe('b');
  });

  it('The traceparent decides on sampling if B3 does not', () => {
    const ctx = extract({ ...b3, traceparent: `00-${TRACE_ID}-${SPAN_ID}-00` });
    expect(trace.getSpanContext(ctx)?.traceFlags).toBe(TraceFlags.NONE);
    expect(getB3Sampling(ctx)).toBeUndefined();
  });
});

describe('OTEL_PROPAGATORS', () => {
  const headers = { ...b3, 'x-b3-sampled': '1', 'x-correlation-id': 'abc-1' };

  it.each([
    ['tracecontext', ['traceparent', 'x-correlation-id']],
    ['b3', ['b3', 'x-correlation-id']],
    ['none', ['x-correlation-id']],
    ['tracecontext, baggage', ['baggage', 'traceparent', 'x-correlation-id']],
  ])('OTEL_PROPAGATORS=%s selects the headers', (OTEL_PROPAGATORS, names) => {
    expect(Object.keys(passOn(headers, { OTEL_PROPAGATORS }).sent).sort()).toEqual(names);
  });

  it('Unknown names in OTEL_PROPAGATORS are ignored', () => {
    expect(Object.keys(passOn(headers, { OTEL_PROPAGATORS: 'xray,tracecontext' }).sent).sort()).toEqual([
      'traceparent',
      'x-correlation-id',
    ]);
  });
});

describe('the correlation id', () => {
  it('The correlation ID is read from the baggage if there is no header', () => {
    expect(getCorrelationId(extract({ baggage: 'correlation.id=from-baggage' }))).toBe('from-baggage');
  });

  it('The header takes precedence over the baggage for the correlation ID', () => {
    const headers = { 'x-correlation-id': 'from-header', baggage: 'correlation.id=from-baggage' };
    const ctx = extract(headers);
    expect(getCorrelationId(ctx)).toBe('from-header');
    expect(propagation.getBaggage(ctx)?.getEntry('correlation.id')?.value).toBe('from-header');
  });

  it.each(['', 'with space', 'x'.repeat(129), 'new\nline', '<script>', 'a;b', 'ünicode'])(
    'The invalid correlation ID "%s" is ignored',
    (id) => {
      expect(getCorrelationId(extract({ 'x-correlation-id': id }))).toBeUndefined();
    },
  );

  it.each(['1', 'order:42/retry=1', 'a@b.c+d_e-f', 'x'.repeat(128)])(
    'The correlation ID "%s" is accepted',
    (id) => {
      expect(getCorrelationId(extract({ 'x-correlation-id': id }))).toBe(id);
    },
  );
});
