import assert from 'node:assert/strict';
import { MalformedOtlpError } from '../malformed-otlp-error.js';
import type { DecodedTraces } from '../trace/decoded-traces.js';
import { decodeTraceRequest } from '../trace/protobuf/decode-trace-request.js';
import { TraceRequestWalker } from '../trace/protobuf/trace-request-walker.js';
import { referenceDecode, referenceEncode } from './reference-codec.js';

export type Verdict = 'agreed' | 'refused' | 'not compared';

const walker = new TraceRequestWalker(true);

/**
 * Whatever the bytes are: the decoder refuses them in its own words or reads what a conformance-tested
 * implementation reads, and the walk finds the same without decoding.
 */
export const assertAgreement = (bytes: Uint8Array): Verdict => {
  let decoded: DecodedTraces;
  try {
    decoded = decodeTraceRequest(bytes);
  } catch (error) {
    assert.ok(error instanceof MalformedOtlpError, error as Error);
    const { message } = error;
    assert.throws(() => walker.walk(bytes), { message });
    return 'refused';
  }
  walker.walk(bytes);
  const spans = decoded.resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap((scopeGroup) => scopeGroup.spans),
  );
  assert.deepEqual(
    [walker.spanCount, walker.rejectedSpans, walker.hasBadText],
    [spans.length, decoded.rejected.count, decoded.invalidTexts > 0],
  );
  // The other implementation refuses a text that is no UTF-8, where this one repairs it.
  if (decoded.invalidTexts > 0) return 'not compared';
  assert.deepEqual(decodeTraceRequest(referenceEncode(referenceDecode(bytes))), decoded);
  return 'agreed';
};
