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
  it('The order trace survives a round trip in both encodings', () => {
    const { resourceSpans } = orderTrace({ failed: true });
    expect(throughProtobuf(resourceSpans)).toEqual(untouched(resourceSpans));
    expect(throughJson(resourceSpans)).toEqual(untouched(resourceSpans));
  });

  it('Any model survives a round trip in protobuf', () => {
    fc.assert(
      fc.property(anyResourceSpans, (groups) => {
        expect(throughProtobuf(groups)).toEqual(untouched(groups));
      }),
    );
  });

  it('Any model survives a round trip in JSON', () => {
    fc.assert(
      fc.property(anyResourceSpans, (groups) => {
        expect(throughJson(groups)).toEqual(untouched(groups));
      }),
    );
  });

  it('A trace request has the same bytes after a conversion to JSON and back', () => {
    fc.assert(
      fc.property(anyResourceSpans, (groups) => {
        const bytes = encodeTraceRequest(groups);
        const detour = throughJson(decodeTraceRequest(bytes).resourceSpans);
        expect(encodeTraceRequest(detour.resourceSpans)).toEqual(bytes);
      }),
    );
  });
});
