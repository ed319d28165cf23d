import {
  type Attributes,
  type Context,
  type Link,
  type SpanKind,
  TraceFlags,
  diag,
  trace,
} from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { setting } from '../environment.js';
import { getB3Sampling } from '../propagation/b3-propagator.js';
import { testRequestOf } from '../propagation/test-requests.js';
import { keepRules } from './keep-rules.js';

/**
 * The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name, obedient to B3 senders. Default:
 * `parentbased_always_on`. https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * With {@link keepRules} it also records the spans that it does not sample.
 */
export const createSampler = (env: NodeJS.ProcessEnv): Sampler => {
  const sampler = new B3ObedientSampler(samplerFromEnv(env));
  return new TestRequestSampler(keepRules(env) ? new RecordingSampler(sampler) : sampler);
};

const samplerFromEnv = (env: NodeJS.ProcessEnv): Sampler => {
  const name = setting(env, 'OTEL_TRACES_SAMPLER')?.toLowerCase() ?? 'parentbased_always_on';
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratioFromEnv(env));
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratioFromEnv(env)) });
    default:
      diag.warn(
        `OTEL_TRACES_SAMPLER is "${name}", which is unknown; using parentbased_always_on. Known: always_on, ` +
          'always_off, traceidratio and each of them behind parentbased_.',
      );
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  }
};

const ratioFromEnv = (env: NodeJS.ProcessEnv): number => {
  const given = setting(env, 'OTEL_TRACES_SAMPLER_ARG');
  const ratio = given === undefined ? NaN : Number(given);
  if (ratio >= 0 && ratio <= 1) return ratio;
  diag.warn(`OTEL_TRACES_SAMPLER_ARG is "${given ?? ''}" but must be a number from 0 to 1; using 1.`);
  return 1;
};

const unknownParent = { spanId: 'ffffffffffffffff', traceFlags: TraceFlags.SAMPLED, isRemote: true };

/**
 * Obeys the sampling state of a B3 sender, which a span context cannot express: a deny, accept or debug that came
 * without ids, and "defer", which hands the decision to this process although the trace has begun elsewhere.
 */
class B3ObedientSampler implements Sampler {
  constructor(private readonly delegate: Sampler) {}

  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const parent = trace.getSpanContext(context);
    // Below the first span of this process its decision is the parent's, as with any other trace.
    const state = parent === undefined || parent.isRemote ? getB3Sampling(context) : undefined;
    if (state === 'deny') return { decision: SamplingDecision.NOT_RECORD };
    let judged = context;
    if (state === 'defer') judged = trace.deleteSpan(context);
    else if (state !== undefined && !parent) {
      // Accepted without ids: the same as a sampled parent that is not known.
      judged = trace.setSpanContext(context, { ...unknownParent, traceId });
    }
    return this.delegate.shouldSample(judged, traceId, spanName, spanKind, attributes, links);
  }

  toString(): string {
    return `B3Obedient{${this.delegate.toString()}}`;
  }
}

/** Samples all requests of trace tests, which would be incomplete otherwise. */
class TestRequestSampler implements Sampler {
  constructor(private readonly delegate: Sampler) {}

  shouldSample(...args: Parameters<Sampler['shouldSample']>): SamplingResult {
    const result = this.delegate.shouldSample(...args);
    if (result.decision === SamplingDecision.RECORD_AND_SAMPLED) return result;
    const [context] = args;
    if (testRequestOf(context) === undefined) return result;
    return { ...result, decision: SamplingDecision.RECORD_AND_SAMPLED };
  }

  toString(): string {
    return this.delegate.toString();
  }
}

/**
 * Records the spans that its delegate does not sample, without the sampled flag, which would make other services record
 * them too: the propagated decision stays "no". `b3: 0` without ids is obeyed: its sender wants no recording, as for a
 * health check.
 */
class RecordingSampler implements Sampler {
  constructor(private readonly delegate: Sampler) {}

  shouldSample(...args: Parameters<Sampler['shouldSample']>): SamplingResult {
    const result = this.delegate.shouldSample(...args);
    if (result.decision !== SamplingDecision.NOT_RECORD) return result;
    const [context] = args;
    const parent = trace.getSpan(context);
    const isUnwanted =
      parent === undefined
        ? getB3Sampling(context) === 'deny'
        : !parent.spanContext().isRemote && !parent.isRecording();
    return isUnwanted ? result : { ...result, decision: SamplingDecision.RECORD };
  }

  toString(): string {
    return `Recording{${this.delegate.toString()}}`;
  }
}
