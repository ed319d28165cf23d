import { describe, expect, it } from '@jest/globals';
import type { Steps } from '@lantern/telemetry-model';
import { resourceSpans, span, spanId, trace } from '@lantern/telemetry-model/testing';
import { decodeTrace, decodeTraceSteps, encodeTrace } from './encoded-trace.js';
import { OriginTable } from './spans/origin.js';
import { groupSpans, addEncodedSpans, encodeSpans, type SpansByOrigin } from './spans/trace-assembly.js';
import { encodeTraceRequest } from '@lantern/otlp';

const SPANS = 2_000;

const large = trace(
  ...Array.from({ length: SPANS }, (_, n) => resourceSpans(`service-${n}`, span({ spanId: spanId(n + 1) }))),
);

const run = <Result>(steps: Steps<Result>): { readonly result: Result; readonly count: number } => {
  for (let count = 1; ; count++) {
    const { done, value } = steps.next();
    if (done === true) return { result: value, count };
  }
};

describe('Traces of very many spans', () => {
  it('A trace is decoded in steps, so that other requests are answered in between', () => {
    const encoded = encodeTrace(large);
    const { result, count } = run(decodeTraceSteps(encoded));
    expect(result).toEqual(large);
    expect(decodeTrace(encoded)).toEqual(large);
    expect(count).toBeGreaterThan(SPANS / 100);
  });

  it('The spans of a trace are grouped by resource in steps', () => {
    const spans: SpansByOrigin = new Map();
    addEncodedSpans(encodeTraceRequest(large.resourceSpans), new OriginTable(), spans);
    const { result, count } = run(groupSpans(large.traceId, spans));
    expect(decodeTrace(result)).toEqual(large);
    expect(count).toBeGreaterThan(SPANS / 100);
  });

  it('The spans of a trace are encoded for the archive in steps', () => {
    const spans: SpansByOrigin = new Map();
    addEncodedSpans(encodeTraceRequest(large.resourceSpans), new OriginTable(), spans);
    const { result, count } = run(encodeSpans(spans));
    const archived: SpansByOrigin = new Map();
    addEncodedSpans(result, new OriginTable(), archived);
    expect(archived.size).toBe(SPANS);
    expect(count).toBeGreaterThan(SPANS / 300);
  });
});
