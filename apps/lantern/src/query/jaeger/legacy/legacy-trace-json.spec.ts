import { describe, expect, it } from '@jest/globals';
import { SpanKind, StatusCode, type InstrumentationScope, type Trace } from '@lantern/telemetry-model';
import {
  attributes,
  resource,
  resourceSpans,
  scope,
  span,
  spanId,
  trace,
} from '@lantern/telemetry-model/testing';
import { encodeTrace } from '@lantern/telemetry-store';
import fc from 'fast-check';
import { anyTrace } from '../../../testing/any-trace.js';
import { adjustBy } from '../adjust/adjust.js';
import { toLegacyTrace } from './legacy-trace.js';
import { JsonWriter } from '../../../transport/answers/json-writer.js';
import { TraceOutline } from '../trace-outline.js';
import { LEGACY_FORMAT } from './legacy-trace-json.js';

/** Runs steps to their end. */
const run = <Result>(steps: Generator<void, Result>): Result => {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

/** Undefined when the trace needs its models. */
const written = (of: Trace, maxClockSkewNano = 0n): string | undefined => {
  const out = new JsonWriter();
  const encoded = encodeTrace(of);
  const outline = TraceOutline.of(encoded);
  if (!outline) return undefined;
  return run(LEGACY_FORMAT.writeMessages(out, encoded, outline, maxClockSkewNano))
    ? out.take().toString()
    : undefined;
};

const modelled = (of: Trace, maxClockSkewNano = 0n): string =>
  JSON.stringify(toLegacyTrace(adjustBy({ maxClockSkewNano })(of)));

describe('a trace that is written without its model', () => {
  it('equals the JSON of the adjusted model for any trace', () => {
    let adjusted = 0;
    fc.assert(
      fc.property(anyTrace, fc.constantFrom(0n, 300n, 10_000n), (any, maxClockSkewNano) => {
        const expected = modelled(any, maxClockSkewNano);
        expect(written(any, maxClockSkewNano)).toBe(expected);
        if (expected.includes("This span's timestamps were adjusted")) adjusted++;
      }),
      { numRuns: 200 },
    );
    expect(adjusted).toBeGreaterThan(5);
  });

  it('reads as its model does with every kind, status and set of fields that may be absent', () => {
    const spans = Object.values(SpanKind).flatMap((kind) =>
      Object.values(StatusCode).flatMap((code) =>
        ['', 'no "room"'].map((message) => ({ kind, status: { code, message } })),
      ),
    );
    const of = (from: InstrumentationScope): Trace => {
      const [group] = trace(
        resourceSpans(
          'web',
          ...spans.map((fields, i) => span({ ...fields, flags: 257 * (i % 2), spanId: spanId(i + 1) })),
        ),
      ).resourceSpans;
      const scopeSpans = group?.scopeSpans.map((scopeGroup) => ({ ...scopeGroup, scope: from })) ?? [];
      return trace({ resource: resource('web'), schemaUrl: '', scopeSpans });
    };
    for (const from of [scope(), scope('shop'), scope('shop', '1.0')])
      expect(written(of(from))).toBe(modelled(of(from)));
  });

  it('reads as its model does when spans bring warnings of their own', () => {
    const warned = { '@jaeger@warnings': ['odd'], a: 1n };
    const one = trace(
      resourceSpans(
        'web',
        span({ attributes: attributes(warned) }),
        span({ spanId: spanId(2), parentSpanId: spanId(9), attributes: attributes(warned) }),
        span({ spanId: spanId(3), parentSpanId: spanId(9), attributes: attributes({ a: 1n }) }),
      ),
    );
    expect(written(one)).toBe(modelled(one));
  });

  it('leaves spans that share an id to the model', () => {
    expect(written(trace(resourceSpans('web', span(), span({ kind: SpanKind.client }))))).toBeUndefined();
  });

  it('leaves spans with library attributes to the model', () => {
    const library = attributes({ 'telemetry.sdk.name': 'x' });
    for (const fields of [{}, { traceState: 'a=b' }]) {
      expect(written(trace(resourceSpans('web', span({ ...fields, attributes: library }))))).toBeUndefined();
    }
  });
});
