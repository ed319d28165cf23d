import { describe, expect, it } from '@jest/globals';
import type { TraceId } from '@lantern/telemetry-model';
import { attributes, resourceSpans, span } from '@lantern/telemetry-model/testing';
import { decodeTraceRequest } from './decode-trace-request.js';
import { encodeTraceRequest } from './encode-trace-request.js';

describe('encoding a trace request in protobuf', () => {
  it('The protobuf encoder encodes no spans as no bytes', () => {
    expect(encodeTraceRequest([])).toEqual(new Uint8Array());
  });

  it.each([0, 1, 39, 40, 41, 127, 128, 5_000, 3_000_000])(
    'The protobuf encoder writes a string of %i characters',
    (length) => {
      for (const letter of ['x', 'ß', '漢']) {
        const name = letter.repeat(length);
        const groups = [resourceSpans('web', span({ name }))];
        expect(decodeTraceRequest(encodeTraceRequest(groups)).resourceSpans).toEqual(groups);
      }
    },
  );

  it('The protobuf encoder writes integers of every length', () => {
    const powers = Array.from({ length: 63 }, (_, bit) => 1n << BigInt(bit));
    const integers = powers.flatMap((power) => [power, power - 1n, -power]);
    const values = [...integers, (1n << 63n) - 1n, -(1n << 63n)];
    const groups = [resourceSpans('web', span({ attributes: attributes({ values }) }))];
    expect(decodeTraceRequest(encodeTraceRequest(groups)).resourceSpans).toEqual(groups);
  });

  it('The protobuf encoder returns bytes without spare capacity', () => {
    const bytes = encodeTraceRequest([resourceSpans('web', span({ name: 'x'.repeat(10_000) }))]);
    expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });

  it('The protobuf encoder throws for an ID that is not hex', () => {
    const groups = [resourceSpans('web', span({ traceId: 'not hexadecimal!' as TraceId }))];
    expect(() => encodeTraceRequest(groups)).toThrow('Not hex digits, two a byte: "not hexadecimal!"');
  });
});
