import { describe, expect, it } from '@jest/globals';
import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';
import { referenceDecode, referenceEncode } from '../../testing/reference-codec.js';
import type { DecodedTraces } from '../decoded-traces.js';
import { decodeTraceRequest } from './decode-trace-request.js';
import { encodeTraceRequest } from './encode-trace-request.js';

/** One thing that goes wrong on the way: a byte changes, a piece is missing, or a piece comes twice. */
const damage = fc.record({
  kind: fc.constantFrom('change', 'cut', 'remove', 'repeat'),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  length: fc.integer({ min: 1, max: 30 }),
  byte: fc.integer({ min: 0, max: 255 }),
});

const damaged = (
  bytes: Uint8Array,
  { kind, at, length, byte }: { kind: string; at: number; length: number; byte: number },
): Uint8Array => {
  const position = Math.floor(at * bytes.length);
  const before = bytes.subarray(0, position);
  const after = bytes.subarray(position);
  switch (kind) {
    case 'change':
      return Uint8Array.from(bytes, (value, i) => (i === position ? byte : value));
    case 'cut':
      return before;
    case 'remove':
      return Buffer.concat([before, after.subarray(length)]);
    default:
      return Buffer.concat([before, after.subarray(0, length), after]);
  }
};

const decodeOrUndefined = (bytes: Uint8Array): DecodedTraces | undefined => {
  try {
    return decodeTraceRequest(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedOtlpError);
    return undefined;
  }
};

describe('the protobuf codec', () => {
  it('writes what a conformance-tested implementation writes, byte for byte', () => {
    fc.assert(
      fc.property(anyResourceSpans, (groups) => {
        const bytes = encodeTraceRequest(groups);
        expect(Buffer.from(bytes)).toEqual(Buffer.from(referenceEncode(referenceDecode(bytes))));
      }),
    );
  });

  it('reads damaged requests as that implementation does, or refuses them', () => {
    let agreed = 0;
    fc.assert(
      fc.property(anyResourceSpans, fc.array(damage, { minLength: 1, maxLength: 3 }), (groups, damages) => {
        const bytes = damages.reduce(damaged, encodeTraceRequest(groups));
        const decoded = decodeOrUndefined(bytes);
        if (!decoded || decoded.replacedTexts > 0) return;
        expect(decodeTraceRequest(referenceEncode(referenceDecode(bytes)))).toEqual(decoded);
        agreed++;
      }),
      { numRuns: 1000 },
    );
    expect(agreed).toBeGreaterThan(50);
  });
});
