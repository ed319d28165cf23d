import { describe, expect, it } from '@jest/globals';
import type { ResourceSpans } from '@lantern/telemetry-model';
import { orderTrace } from '@lantern/telemetry-model/testing';
import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import type { DecodedTraces } from './decoded-traces.js';
import { formatTraceRequestJson } from './json/format-trace-request.js';
import { parseTraceRequestJson } from './json/parse-trace-request.js';
import { decodeTraceRequest } from './protobuf/decode-trace-request.js';
import { encodeTraceRequest } from './protobuf/encode-trace-request.js';

const throughProtobuf = (groups: readonly ResourceSpans[]): DecodedTraces =>
  decodeTraceRequest(encodeTraceRequest(groups));

const throughJson = (groups: readonly ResourceSpans[]): DecodedTraces =>
  parseTraceRequestJson(JSON.stringify(formatTraceRequestJson(groups)));

const untouched = (resourceSpans: readonly ResourceSpans[]): DecodedTraces => ({
  resourceSpans,
  rejected: { count: 0, reasons: [] },
  invalidTexts: 0,
});

describe('a trace request', () => {
  it('carries the order trace in both encodings', () => {
    const { resourceSpans } = orderTrace({ failed: true });
    expect(throughProtobuf(resourceSpans)).toEqual(untouched(resourceSpans));
    expect(throughJson(resourceSpans)).toEqual(untouched(resourceSpans));
  });

  it('carries any model through protobuf', () => {
    fc.assert(
      fc.property(anyResourceSpans, (groups) => {
        expect(throughProtobuf(groups)).toEqual(untouched(groups));
      }),
    );
  });

  it('carries any model through JSON', () => {
    fc.assert(
      fc.property(anyResourceSpans, (groups) => {
        expect(throughJson(groups)).toEqual(untouched(groups));
      }),
    );
  });

  it('is the same bytes again after a detour through JSON', () => {
    fc.assert(
      fc.property(anyResourceSpans, (groups) => {
        const bytes = encodeTraceRequest(groups);
        const detour = throughJson(decodeTraceRequest(bytes).resourceSpans);
        expect(encodeTraceRequest(detour.resourceSpans)).toEqual(bytes);
      }),
    );
  });
});
