import { ROOT_CONTEXT, SpanKind, TraceFlags, defaultTextMapGetter, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createPropagator } from '../propagation/propagator.js';
import { acceptsTestRequests, setTestRequests } from '../propagation/test-requests.js';
import { createSampler } from './sampler.js';

const TRACE_ID = '80f198ee56343ba864fe8b2a57d3eff7';
const SPAN_ID = 'e457b5a2e4d86bd1';

/** Returns whether the server span of a request with these headers is sampled. */
const decide = (env: NodeJS.ProcessEnv, headers: Record<string, string> = {}): boolean => {
  const ctx = createPropagator({}).extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  const { decision } = createSampler(env).shouldSample(ctx, TRACE_ID, 'GET', SpanKind.SERVER, {}, []);
  return decision === SamplingDecision.RECORD_AND_SAMPLED;
};

const ids = { 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID };

describe('OTEL_TRACES_SAMPLER', () => {
  it.each([
    [undefined, undefined, true],
    ['always_on', undefined, true],
    ['always_off', undefined, false],
    ['traceidratio', '0', false],
    ['traceidratio', '1', true],
    ['parentbased_always_on', undefined, true],
    ['parentbased_always_off', undefined, false],
    ['parentbased_traceidratio', '0', false],
    ['parentbased_traceidratio', 'half', true],
    ['parentbased_traceidratio', '2', true],
    ['  ', undefined, true],
    ['nonsense', undefined, true],
  ])('%s with %s', (OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, sampled) => {
    expect(decide({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG })).toBe(sampled);
  });
});

describe('a B3 sender', () => {
  const off = { OTEL_TRACES_SAMPLER: 'parentbased_always_off' };

  it.each([
    ['that denies is obeyed', {}, { ...ids, 'x-b3-sampled': '0' }, false],
    ['that denies without ids is obeyed', {}, { 'x-b3-sampled': '0' }, false],
    ['that denies is obeyed even by always_on', { OTEL_TRACES_SAMPLER: 'always_on' }, { b3: '0' }, false],
    ['that accepts is obeyed', off, { ...ids, 'x-b3-sampled': '1' }, true],
    ['that accepts without ids is obeyed', off, { b3: '1' }, true],
    ['that debugs is obeyed', off, { b3: 'd' }, true],
    ['that accepts does not overrule always_off', { OTEL_TRACES_SAMPLER: 'always_off' }, { b3: 'd' }, false],
    ['that leaves it open leaves it to the root sampler', off, ids, false],
    ['that leaves it open is sampled by default', {}, ids, true],
  ])('%s', (_what, env, headers, sampled) => {
    expect(decide(env, headers)).toBe(sampled);
  });

  it('A B3 sampling state does not apply below the first span of this process', () => {
    const remote = createPropagator({}).extract(ROOT_CONTEXT, { b3: '1' }, defaultTextMapGetter);
    const local = trace.setSpanContext(remote, {
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceFlags: TraceFlags.NONE,
    });
    const { decision } = createSampler({}).shouldSample(local, TRACE_ID, 'x', SpanKind.INTERNAL, {}, []);
    expect(decision).toBe(SamplingDecision.NOT_RECORD);
  });
});

describe('a request of a trace test', () => {
  const baggage = { baggage: `lantern.test=${TRACE_ID}` };
  afterEach(() => setTestRequests(true));

  it.each(['always_off', 'traceidratio', 'parentbased_always_off'])(
    'A request of a trace test is sampled even if the sampler is %s',
    (OTEL_TRACES_SAMPLER) => {
      const env = { OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG: '0' };
      expect(decide(env)).toBe(false);
      expect(decide(env, baggage)).toBe(true);
      expect(decide({ ...env, OBSERVABILITY_KEEP_ERRORS: 'true' }, baggage)).toBe(true);
    },
  );

  it('The sampler decides on a request of a trace test if test requests are not accepted', () => {
    setTestRequests(false);
    expect(decide({ OTEL_TRACES_SAMPLER: 'always_off' }, baggage)).toBe(false);
  });

  it.each([
    [{}, true],
    [{ NODE_ENV: 'test' }, true],
    [{ NODE_ENV: 'production' }, false],
    [{ NODE_ENV: 'production', OBSERVABILITY_TEST_REQUESTS: 'true' }, true],
    [{ OBSERVABILITY_TEST_REQUESTS: 'false' }, false],
  ])('Test requests are accepted in the environment %o: %s', (env, accepted) => {
    expect(acceptsTestRequests(env)).toBe(accepted);
  });
});
