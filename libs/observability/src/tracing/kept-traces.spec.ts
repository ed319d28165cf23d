import { HttpException, InternalServerErrorException } from '@nestjs/common';
import {
  type Context,
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import { NoopSpanProcessor, type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { lostTelemetry } from '../delivery/losses.js';
import { startTestTelemetry } from '../testing/index.js';
import { keepRules } from './keep-rules.js';
import { KeptTraces, KEPT_ATTRIBUTE } from './kept-traces.js';
import { createSampler } from './sampler.js';
import { Tracer } from './tracer.js';

const denying = { OTEL_TRACES_SAMPLER: 'parentbased_always_off' };
const errors = { ...denying, OBSERVABILITY_KEEP_ERRORS: 'true' };
const slow = { ...denying, OBSERVABILITY_KEEP_SLOWER_THAN: '150' };

const telemetry = startTestTelemetry();
const tracer = new Tracer();

const within = (headers: Record<string, string>): Context => propagation.extract(ROOT_CONTEXT, headers);
const UNSAMPLED = '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-00';

/** A request with a step inside, which ends as `fails` says. */
const request = async (fails: 'no' | 'inside' | 'whole', inside: Context = ROOT_CONTEXT, millis = 0) => {
  await context
    .with(inside, () =>
      tracer.withSpan('request', async () => {
        await tracer
          .withSpan('step', async () => {
            await pause(millis);
            if (fails !== 'no') throw new Error('boom');
          })
          .catch((error: unknown) => {
            if (fails === 'whole') throw error;
          });
      }),
    )
    .catch(() => undefined);
};

const tree = (): string => telemetry.tree({ attributes: [KEPT_ATTRIBUTE] });

describe('of the traces that the sampler decided against', () => {
  it('Unsampled traces are not kept by default', async () => {
    startTestTelemetry(denying);
    await request('whole');
    expect(tree()).toBe('');
  });

  it('Unsampled traces that fail are kept as a whole if errors are kept', async () => {
    startTestTelemetry(errors);
    await request('whole');
    expect(tree()).toBe('request [internal] ERROR lantern.kept="error"\n  step [internal] ERROR');
    for (const span of telemetry.spans()) expect(span.spanContext().traceFlags).toBe(TraceFlags.SAMPLED);
  });

  it('Unsampled traces that recovered, or failed with a 4xx response, are not kept', async () => {
    startTestTelemetry(errors);
    await request('no');
    await request('inside');
    expect(() =>
      tracer.withSpan('refused', () => {
        throw new HttpException('no', 404);
      }),
    ).toThrow();
    expect(tree()).toBe('');
    expect(() =>
      tracer.withSpan('broken', () => {
        throw new InternalServerErrorException();
      }),
    ).toThrow();
    expect(tree()).toBe('broken [internal] ERROR lantern.kept="error"');
  });

  it('Unsampled traces that are slow are kept if a duration is configured', () => {
    startTestTelemetry(slow);
    const plain = trace.getTracer('test');
    for (const millis of [149, 150]) {
      const startTime = Date.now();
      const whole = plain.startSpan(`${millis} ms`, { startTime });
      plain.startSpan('step', { startTime }, trace.setSpan(ROOT_CONTEXT, whole)).end(startTime + millis);
      whole.setStatus({ code: SpanStatusCode.ERROR }).end(startTime + millis);
    }
    expect(tree()).toBe('150 ms [internal] ERROR lantern.kept="slow"\n  step [internal]');
  });

  it('Kept traces that the caller decided against stay in the caller’s trace', async () => {
    startTestTelemetry(errors);
    await request('whole', within({ traceparent: UNSAMPLED }));
    expect(telemetry.span('request').spanContext().traceId).toBe('80f198ee56343ba864fe8b2a57d3eff7');
    expect(telemetry.span('request').parentSpanContext?.spanId).toBe('e457b5a2e4d86bd1');
  });

  it('Traces that their sender excludes from recording are never kept', async () => {
    startTestTelemetry(errors);
    await request('whole', within({ b3: '0' }));
    expect(tree()).toBe('');
  });

  it('The decision not to sample is propagated even if the trace is kept', () => {
    startTestTelemetry(errors);
    tracer.withSpan('request', () => {
      const carrier: Record<string, string> = {};
      propagation.inject(context.active(), carrier);
      expect(carrier.traceparent).toMatch(/-00$/);
      expect(carrier['x-b3-sampled']).toBe('0');
    });
  });

  it('Spans that end after a failed request are kept with it', async () => {
    startTestTelemetry(errors);
    let late: Promise<void> | undefined;
    await expect(
      tracer.withSpan('request', async () => {
        late = tracer.withSpan('audit', () => pause(10));
        throw new Error('boom');
      }),
    ).rejects.toThrow();
    await late;
    expect(tree()).toBe('request [internal] ERROR lantern.kept="error"\n  audit [internal]');
  });

  it('Two parts of a trace in one process are kept or discarded independently', async () => {
    startTestTelemetry(errors);
    const caller = within({ traceparent: UNSAMPLED });
    await Promise.all([request('no', caller, 5), request('whole', caller)]);
    expect(telemetry.spans()).toHaveLength(2);
  });
});

it('Sampled traces are exported unchanged', async () => {
  startTestTelemetry({ ...errors, OTEL_TRACES_SAMPLER: 'always_on' });
  await request('no');
  expect(tree()).toBe('request [internal]\n  step [internal]');
});

describe('what is held until it is decided', () => {
  class Sink extends NoopSpanProcessor {
    readonly names: string[] = [];
    override onEnd(span: ReadableSpan): void {
      this.names.push(span.name);
    }
  }
  const start = (limits: { parts: number; spansOfPart: number; spans: number }) => {
    const sink = new Sink();
    const processor = new KeptTraces(sink, { errors: true, slowerThanMillis: undefined }, limits);
    const provider = new TracerProvider({ sampler: createSampler(errors), spanProcessors: [processor] });
    const plain = provider.getTracer('test');
    const begin = (name: string) => {
      const root = plain.startSpan(name, { root: true });
      return {
        child: (child: string) => plain.startSpan(child, {}, trace.setSpan(ROOT_CONTEXT, root)).end(),
        fail: () => root.setStatus({ code: SpanStatusCode.ERROR }).end(),
      };
    };
    return { sink, begin };
  };

  it('The number of buffered traces is limited: the oldest is discarded, and its spans are counted', () => {
    const before = lostTelemetry.spans.keep_limit ?? 0;
    const { sink, begin } = start({ parts: 2, spansOfPart: 10, spans: 10 });
    const [one, two] = [begin('one'), begin('two')];
    one.child('of one');
    const three = begin('three');
    for (const each of [one, two, three]) each.fail();
    expect(sink.names).toEqual(['two', 'three']);
    expect((lostTelemetry.spans.keep_limit ?? 0) - before).toBe(1);
  });

  it('The number of buffered spans of a trace is limited, and the spans within the limit are kept', () => {
    const before = lostTelemetry.spans.keep_limit ?? 0;
    const { sink, begin } = start({ parts: 2, spansOfPart: 1, spans: 10 });
    const one = begin('one');
    one.child('first');
    one.child('second');
    one.fail();
    expect(sink.names).toEqual(['first', 'one']);
    expect((lostTelemetry.spans.keep_limit ?? 0) - before).toBe(1);
  });

  it('The total number of buffered spans is limited', () => {
    const { sink, begin } = start({ parts: 10, spansOfPart: 10, spans: 2 });
    const [one, two] = [begin('one'), begin('two')];
    one.child('of one');
    two.child('of two');
    two.child('of two');
    one.fail();
    two.fail();
    expect(sink.names).toEqual(['of two', 'of two', 'two']);
  });
});

describe('OBSERVABILITY_KEEP_*', () => {
  it.each([
    [{}, undefined],
    [{ OBSERVABILITY_KEEP_ERRORS: 'false' }, undefined],
    [{ LANTERN_KEEP_ERRORS: 'true' }, { errors: true, slowerThanMillis: undefined }],
    [{ LANTERN_KEEP_ERRORS: 'true', OBSERVABILITY_KEEP_ERRORS: 'false' }, undefined],
    [{ OBSERVABILITY_KEEP_ERRORS: 'TRUE' }, { errors: true, slowerThanMillis: undefined }],
    [{ OBSERVABILITY_KEEP_SLOWER_THAN: '500' }, { errors: false, slowerThanMillis: 500 }],
    [{ OBSERVABILITY_KEEP_SLOWER_THAN: 'soon' }, undefined],
    [{ OBSERVABILITY_KEEP_SLOWER_THAN: '-1' }, undefined],
  ])('OBSERVABILITY_KEEP_* is parsed: %j means %j', (env, rules) => expect(keepRules(env)).toEqual(rules));
});
