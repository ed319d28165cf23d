import { describe, expect, it } from '@jest/globals';
import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { assertAgreement, type Verdict } from '../../testing/agreement.js';
import { anyDamagedRequest } from '../../testing/damaged-request.js';
import { referenceDecode, referenceEncode } from '../../testing/reference-codec.js';
import { encodeTraceRequest } from './encode-trace-request.js';

describe('the protobuf codec', () => {
  it('The protobuf encoder writes the same bytes as a conformance-tested implementation', () => {
    fc.assert(
      fc.property(anyResourceSpans, (groups) => {
        const bytes = encodeTraceRequest(groups);
        expect(Buffer.from(bytes)).toEqual(Buffer.from(referenceEncode(referenceDecode(bytes))));
      }),
    );
  });

  it('The protobuf decoder reads damaged requests as a conformance-tested implementation does, or rejects them', () => {
    const counts: Record<Verdict, number> = { agreed: 0, rejected: 0, 'not compared': 0 };
    fc.assert(
      fc.property(anyDamagedRequest, (bytes) => {
        counts[assertAgreement(bytes)]++;
      }),
      { numRuns: 1000 },
    );
    expect(counts.agreed).toBeGreaterThan(50);
    expect(counts.rejected).toBeGreaterThan(50);
  });
});
