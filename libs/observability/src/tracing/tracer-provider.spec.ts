import {
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  context,
  isSpanContextValid,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { hrTimeToMilliseconds, suppressTracing } from '@opentelemetry/core';
import { defaultResource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spanLimits } from './span-limits.js';
import { LeanTracerProvider } from './tracer-provider.js';

const exporter = new InMemorySpanExporter();

const tracerWith = (sampler: Sampler = new AlwaysOnSampler(), env: NodeJS.ProcessEnv = {}) =>
  new LeanTracerProvider({
    resource: defaultResource(),
    sampler,
    limits: spanLimits(env),
    processors: [new SimpleSpanProcessor({ exporter })],
  }).getTracer('spec', '1.0.0');

const finished = () => exporter.getFinishedSpans();

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());
beforeEach(() => exporter.reset());

describe('a tracer', () => {
  it('A tracer starts a trace and puts children below their parent', () => {
    const tracer = tracerWith();
    tracer.startActiveSpan('parent', (parent) => {
      tracer.startSpan('child', { kind: SpanKind.CLIENT }).end();
      parent.end();
    });
    const [child, parent] = finished();
    expect(
      isSpanContextValid(parent?.spanContext() ?? trace.wrapSpanContext({} as never).spanContext()),
    ).toBe(true);
    expect(parent?.parentSpanContext).toBeUndefined();
    expect(child?.parentSpanContext).toBe(parent?.spanContext());
    expect(child?.spanContext().traceId).toBe(parent?.spanContext().traceId);
    expect(child).toMatchObject({
      kind: SpanKind.CLIENT,
      instrumentationScope: { name: 'spec', version: '1.0.0' },
    });
  });

  it('A tracer starts a new trace for a root span inside another span', () => {
    const tracer = tracerWith();
    tracer.startActiveSpan('outer', (outer) => {
      const root = tracer.startSpan('root', { root: true });
      expect(root.spanContext().traceId).not.toBe(outer.spanContext().traceId);
    });
  });

  it('A tracer gives each span its own ID', () => {
    const tracer = tracerWith();
    const ids = new Set(Array.from({ length: 2000 }, () => tracer.startSpan('each').spanContext().spanId));
    expect(ids.size).toBe(2000);
  });

  it('A tracer records nothing while tracing is suppressed', () => {
    const span = tracerWith().startSpan('silent', {}, suppressTracing(ROOT_CONTEXT));
    expect(span.isRecording()).toBe(false);
    expect(isSpanContextValid(span.spanContext())).toBe(false);
  });

  it('A tracer propagates the decision not to record', () => {
    const tracer = tracerWith(new ParentBasedSampler({ root: new AlwaysOffSampler() }));
    tracer.startActiveSpan('dropped', (span) => {
      expect(span.isRecording()).toBe(false);
      expect(isSpanContextValid(span.spanContext())).toBe(true);
      expect(tracer.startSpan('below').spanContext()).toMatchObject({
        traceId: span.spanContext().traceId,
        traceFlags: 0,
      });
    });
  });

  it('A tracer takes attributes and trace state from the sampler, and records without sending for RECORD', () => {
    const sampler: Sampler = {
      shouldSample: () => ({ decision: SamplingDecision.RECORD, attributes: { 'sampled.by': 'rule' } }),
      toString: () => 'rule',
    };
    const span = tracerWith(sampler).startSpan('kept');
    expect(span.isRecording()).toBe(true);
    expect(span.spanContext().traceFlags).toBe(0);
    expect(span).toMatchObject({ attributes: { 'sampled.by': 'rule' } });
  });

  it('A tracer starts an active span in a given context', () => {
    const tracer = tracerWith();
    const outer = tracer.startSpan('outer');
    const given: Context = trace.setSpan(ROOT_CONTEXT, outer);
    tracer.startActiveSpan('inner', {}, given, (span) => {
      expect(trace.getActiveSpan()).toBe(span);
      span.end();
    });
    expect(finished()[0]?.parentSpanContext).toBe(outer.spanContext());
  });
});

describe('a recording span', () => {
  it('A recording span keeps what is set before its end, and nothing after', () => {
    const span = tracerWith().startSpan('first', { attributes: { a: 1, empty: undefined } });
    span.setAttributes({ b: 'two', c: [true, false] }).updateName('second');
    span.addEvent('happened', { why: 'test' }).setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
    span.end();
    span.setAttribute('late', 1).updateName('late').addEvent('late').setStatus({ code: SpanStatusCode.OK });
    span.end();
    expect(finished()).toHaveLength(1);
    expect(finished()[0]).toMatchObject({
      name: 'second',
      attributes: { a: 1, b: 'two', c: [true, false] },
      events: [{ name: 'happened', attributes: { why: 'test' } }],
      status: { code: SpanStatusCode.ERROR, message: 'no' },
      ended: true,
    });
    expect(finished()[0]?.attributes).not.toHaveProperty('empty');
  });

  it('A recording span copies lists, so that later changes do not affect it', () => {
    const list = ['a'];
    const span = tracerWith().startSpan('list');
    span.setAttribute('list', list);
    list.push('b');
    expect(span).toMatchObject({ attributes: { list: ['a'] } });
  });

  it('A recording span ignores invalid attributes', () => {
    const span = tracerWith().startSpan('odd');
    span.setAttribute('function', () => undefined).setAttribute('', 'no key');
    expect(span).toMatchObject({ attributes: {} });
  });

  it('A recording span keeps the status Ok against later errors', () => {
    const span = tracerWith().startSpan('fine');
    span.setStatus({ code: SpanStatusCode.OK }).setStatus({ code: SpanStatusCode.ERROR });
    expect(span).toMatchObject({ status: { code: SpanStatusCode.OK } });
  });

  it('A recording span applies the configured limits and counts the dropped items', () => {
    const span = tracerWith(new AlwaysOnSampler(), {
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '2',
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '3',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '1',
      OTEL_SPAN_LINK_COUNT_LIMIT: '1',
    }).startSpan('limited');
    span.setAttributes({ a: 'long text', b: 2, c: 3 }).setAttribute('a', 'other');
    span.addEvent('first').addEvent('second');
    span.addLinks([
      { context: span.spanContext() },
      { context: span.spanContext(), attributes: { last: true } },
    ]);
    expect(span).toMatchObject({
      attributes: { a: 'oth', b: 2 },
      droppedAttributesCount: 1,
      events: [{ name: 'second' }],
      droppedEventsCount: 1,
      links: [{ attributes: { last: true } }],
      droppedLinksCount: 1,
    });
  });

  it('A recording span starts within a millisecond after its parent and has the duration of its work', () => {
    const tracer = tracerWith();
    const before = Date.now();
    const parent = tracer.startSpan('parent');
    const child = tracer.startSpan('child');
    child.end();
    parent.end();
    const [first, second] = finished().map((span) => hrTimeToMilliseconds(span.startTime));
    expect(second).toBeGreaterThanOrEqual(before - 2);
    expect(first).toBeGreaterThan(second ?? NaN);
    for (const { startTime, endTime, duration } of finished()) {
      expect(hrTimeToMilliseconds(endTime) - hrTimeToMilliseconds(startTime)).toBeCloseTo(
        hrTimeToMilliseconds(duration),
        3,
      );
    }
  });

  it('A recording span takes given times and never ends before its start', () => {
    const tracer = tracerWith();
    tracer.startSpan('given', { startTime: [1_790_000_000, 5] }).end(new Date(1_790_000_001_000));
    tracer.startSpan('backwards', { startTime: [1_790_000_000, 5] }).end([1_789_999_999, 0]);
    expect(finished().map(({ startTime, duration }) => [startTime, duration])).toEqual([
      [
        [1_790_000_000, 5],
        [0, 999_999_995],
      ],
      [
        [1_790_000_000, 5],
        [0, 0],
      ],
    ]);
  });
});
