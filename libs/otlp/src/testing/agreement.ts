import assert from 'node:assert/strict';
import { MalformedOtlpError } from '../malformed-otlp-error.js';
import type { DecodedTraces } from '../trace/decoded-traces.js';
import { checkTraceRequest } from '../trace/protobuf/check-trace-request.js';
import { decodeTraceRequest } from '../trace/protobuf/decode-trace-request.js';
import { referenceDecode, referenceEncode } from './reference-codec.js';

export type Verdict = 'agreed' | 'rejected' | 'not compared';

/**
 * Asserts for any bytes that the decoder rejects them with its own error, or reads the same as a conformance-tested
 * implementation of protobuf, and that `checkTraceRequest` agrees with the decoder.
 */
export const assertAgreement = (bytes: Uint8Array): Verdict => {
  let decoded: DecodedTraces;
  try {
    decoded = decodeTraceRequest(bytes);
  } catch (error) {
    assert.ok(error instanceof MalformedOtlpError, error as Error);
    const { message } = error;
    assert.throws(() => checkTraceRequest(bytes), { message });
    return 'rejected';
  }
  const checked = checkTraceRequest(bytes);
  const spans = decoded.resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap((scopeGroup) => scopeGroup.spans),
  );
  assert.deepEqual(
    [checked.columns.spanCount, checked.rejectedSpans, checked.hasInvalidText],
    [spans.length, decoded.rejected.count, decoded.invalidTexts > 0],
  );
  // The other implementation rejects invalid UTF-8, where this decoder repairs it.
  if (decoded.invalidTexts > 0) return 'not compared';
  assert.deepEqual(decodeTraceRequest(referenceEncode(referenceDecode(bytes))), decoded);
  return 'agreed';
};
