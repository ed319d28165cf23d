import { describe, expect, it } from '@jest/globals';
import {
  AttributeMap,
  NO_SPAN_ID,
  NO_TRACE_ID,
  SpanKind,
  StatusCode,
  attributeValue,
  spanKindOf,
  spansOf,
  statusCodeOf,
  type Span,
} from '@lantern/telemetry-model';
import { MAX_VALUE_DEPTH } from '../../common/nesting.js';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';
import { delimited, requestOfRawSpan, requestOfSpan, tag, varint } from '../../testing/wire.js';
import { decodeTraceRequest } from './decode-trace-request.js';
import { decodeSpan, encodeSpan } from './span.js';

const spanOf = (...fields: readonly number[][]): Span => {
  const [first] = spansOf(decodeTraceRequest(requestOfSpan(...fields)).resourceSpans);
  if (!first) throw new Error('The span was rejected.');
  return first.span;
};

const faultOf = (bytes: Uint8Array | readonly number[]): string => {
  try {
    decodeTraceRequest(Uint8Array.from(bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedOtlpError);
    return (error as MalformedOtlpError).message;
  }
  return 'none';
};

const attribute = (...value: readonly number[][]): number[] =>
  delimited(9, [...delimited(1, 'key'), ...value.flat()]);
const anyValue = (...members: readonly number[][]): number[] => delimited(2, members.flat());

describe('decoding a trace request from protobuf', () => {
  it('The protobuf decoder returns no spans for an empty request', () => {
    expect(decodeTraceRequest(new Uint8Array())).toEqual({
      resourceSpans: [],
      rejected: { count: 0, reasons: [] },
      invalidTexts: 0,
    });
  });

  it('The protobuf decoder reads a request within a larger buffer', () => {
    const bytes = requestOfSpan(delimited(5, 'GET /'));
    const within = new Uint8Array([...Array<number>(7).fill(0xff), ...bytes, 0xff]).subarray(
      7,
      7 + bytes.length,
    );
    expect(decodeTraceRequest(within)).toEqual(decodeTraceRequest(bytes));
  });

  it("The protobuf decoder returns no view of the request's bytes", () => {
    const bytes = requestOfSpan(attribute(anyValue(delimited(7, [1, 2, 3]))), delimited(5, 'GET /'));
    const before = decodeTraceRequest(bytes);
    const expected = decodeTraceRequest(bytes.slice());
    bytes.fill(0);
    expect(before).toEqual(expected);
  });

  it('The protobuf decoder skips unknown fields of every wire type', () => {
    const unknown = [
      [...tag(100, 0), ...varint(1n << 63n)],
      [...tag(101, 1), 1, 2, 3, 4, 5, 6, 7, 8],
      delimited(102, 'from a later version'),
      [...tag(103, 5), 1, 2, 3, 4],
    ];
    expect(spanOf(...unknown, delimited(5, 'GET /'))).toEqual(spanOf(delimited(5, 'GET /')));
  });

  it('The protobuf decoder reads the last value of a scalar that occurs twice', () => {
    expect(spanOf(delimited(5, 'first'), delimited(5, 'last')).name).toBe('last');
  });

  it('The protobuf decoder merges a message that occurs twice', () => {
    const error = [...tag(3, 0), 2];
    expect(spanOf(delimited(15, error), delimited(15, delimited(2, 'why'))).status).toEqual({
      code: StatusCode.error,
      message: 'why',
    });
  });

  it('The protobuf decoder reads the last member of a oneof, and merges an array or map with the next one', () => {
    const item = (text: string): number[] => delimited(1, delimited(1, text));
    const entry = (key: string): number[] => delimited(1, delimited(1, key));
    expect(valueOf(anyValue(delimited(1, 'text'), [...tag(3, 0), 7]))).toBe(7n);
    expect(valueOf(anyValue(delimited(5, item('a')), delimited(5, item('b'))))).toEqual(['a', 'b']);
    expect(valueOf(anyValue(delimited(5, item('a'))), anyValue(delimited(5, item('b'))))).toEqual(['a', 'b']);
    expect(valueOf(anyValue(delimited(6, entry('a')), delimited(6, entry('b'))))).toEqual(
      new AttributeMap([
        { key: 'a', value: null },
        { key: 'b', value: null },
      ]),
    );
  });

  const valueOf = (...values: readonly number[][]): unknown =>
    attributeValue(spanOf(attribute(...values)).attributes, 'key');

  it('The protobuf decoder reads integers of all sizes and signs', () => {
    const integer = (bytes: readonly number[]): unknown => valueOf(anyValue([...tag(3, 0), ...bytes]));
    expect(integer([0])).toBe(0n);
    expect(integer(varint(0xffff_ffffn))).toBe(0xffff_ffffn);
    expect(integer(varint((1n << 63n) - 1n))).toBe((1n << 63n) - 1n);
    expect(integer(varint(1n << 63n))).toBe(-(1n << 63n));
    expect(integer(varint((1n << 64n) - 1n))).toBe(-1n);
    // A varint that is longer than necessary, as some encoders write it.
    expect(integer([0x81, 0x80, 0x00])).toBe(1n);
  });

  it('The protobuf decoder keeps kinds and status codes of later versions, which mean unspecified and unset', () => {
    const late = spanOf([...tag(6, 0), 99, ...delimited(15, [...tag(3, 0), ...varint((1n << 64n) - 1n)])]);
    expect([late.kind, late.status.code]).toEqual([99, -1]);
    expect([spanKindOf(late.kind), statusCodeOf(late.status.code)]).toEqual([
      SpanKind.unspecified,
      StatusCode.unset,
    ]);
    expect(decodeSpan(encodeSpan(late))).toEqual(late);
  });

  it('The protobuf decoder keeps a span name that is not UTF-8 as bytes, with a readable key', () => {
    const decoded = decodeTraceRequest(requestOfSpan(delimited(5, [0x61, 0xff, 0x62])));
    const [{ span } = { span: undefined }] = spansOf(decoded.resourceSpans);
    expect(span?.name).toBe('invalid-span-name');
    expect(span?.attributes).toEqual([{ key: 'invalid-span-name', value: Uint8Array.of(0x61, 0xff, 0x62) }]);
    expect(decoded.invalidTexts).toBe(1);
  });

  it('The protobuf decoder keeps attributes that are not UTF-8 as bytes, including those of events, links and maps', () => {
    const text = (bytes: readonly number[]) => delimited(2, delimited(1, bytes));
    const bad = [0xff, 0x41];
    const ofBadKey = [...delimited(1, bad), ...text([0x78])];
    const list = delimited(2, delimited(6, delimited(1, [...delimited(1, [0x6d]), ...text(bad)])));
    const { attributes, events } = spanOf([
      ...delimited(9, [...delimited(1, [0x61]), ...text(bad)]),
      ...delimited(9, ofBadKey),
      ...delimited(9, [...delimited(1, bad), ...text(bad)]),
      ...delimited(9, [...delimited(1, [0x6b]), ...list]),
      ...delimited(11, delimited(3, ofBadKey)),
    ]);
    const key1 = { key: 'invalid-tag-key-1', value: Uint8Array.of(0xff, 0x41, 0x3a, 0x78) };
    expect(attributes).toEqual([
      { key: 'a', value: Uint8Array.of(0xff, 0x41) },
      key1,
      { key: 'invalid-tag-key-2', value: Uint8Array.of(0xff, 0x41, 0x3a, 0xff, 0x41) },
      { key: 'k', value: new AttributeMap([{ key: 'm', value: Uint8Array.of(0xff, 0x41) }]) },
    ]);
    expect(events[0]?.attributes).toEqual([key1]);
  });

  it('The protobuf decoder replaces invalid UTF-8 in other strings and counts them', () => {
    const decoded = decodeTraceRequest(requestOfSpan(delimited(3, [0x61, 0xff, 0x62])));
    expect([...spansOf(decoded.resourceSpans)][0]?.span.traceState).toBe('a\ufffdb');
    expect(decoded.invalidTexts).toBe(1);
  });

  it('The protobuf decoder does not count a replacement character that the exporter sent', () => {
    expect(decodeTraceRequest(requestOfSpan(delimited(5, 'a\ufffdb'))).invalidTexts).toBe(0);
  });

  describe('rejects a span and keeps the other spans when', () => {
    const rejected = (...fields: readonly number[][]): unknown => {
      const good = requestOfSpan();
      const decoded = decodeTraceRequest(Buffer.concat([requestOfRawSpan(...fields), good]));
      expect([...spansOf(decoded.resourceSpans)]).toHaveLength(1);
      return decoded.rejected;
    };
    const traceId = delimited(1, Array<number>(16).fill(1));
    const spanId = delimited(2, Array<number>(8).fill(2));

    it('The protobuf decoder rejects a span without an ID and keeps the others', () => {
      expect(rejected(spanId)).toEqual({ count: 1, reasons: ['trace id is missing'] });
      expect(rejected(traceId)).toEqual({ count: 1, reasons: ['span id is missing'] });
    });

    it('The protobuf decoder rejects a span with an ID of zeros and keeps the others', () => {
      expect(rejected(delimited(1, Array<number>(16).fill(0)), spanId)).toEqual({
        count: 1,
        reasons: ['trace id is all zero'],
      });
      expect(rejected(traceId, delimited(2, Array<number>(8).fill(0)))).toEqual({
        count: 1,
        reasons: ['span id is all zero'],
      });
    });

    it('The protobuf decoder rejects a span with an ID of a wrong length and keeps the others', () => {
      expect(rejected(delimited(1, [1, 2]), spanId)).toEqual({
        count: 1,
        reasons: ['trace id is not 16 bytes long'],
      });
      expect(rejected(traceId, delimited(2, Array<number>(16).fill(2)))).toEqual({
        count: 1,
        reasons: ['span id is not 8 bytes long'],
      });
      expect(rejected(traceId, spanId, delimited(4, [1]))).toEqual({
        count: 1,
        reasons: ['parent span id is not 8 bytes long'],
      });
      expect(rejected(traceId, spanId, delimited(13, delimited(1, [1])))).toEqual({
        count: 1,
        reasons: ["link's trace id is not 16 bytes long"],
      });
    });
  });

  it('The protobuf decoder lists each reason once for any number of rejected spans', () => {
    const nameless = Buffer.concat(Array.from({ length: 100 }, () => requestOfRawSpan()));
    expect(decodeTraceRequest(nameless).rejected).toEqual({ count: 100, reasons: ['trace id is missing'] });
  });

  it('The protobuf decoder reads a parent ID of zeros as no parent', () => {
    expect(spanOf(delimited(4, Array<number>(8).fill(0))).parentSpanId).toBeUndefined();
  });

  it('The protobuf decoder keeps a link without a target', () => {
    expect(spanOf(delimited(13, delimited(3, 'vendor=1'))).links).toMatchObject([
      { traceId: NO_TRACE_ID, spanId: NO_SPAN_ID, traceState: 'vendor=1' },
    ]);
  });

  describe('rejects, with an error that names the field and the byte,', () => {
    it('The protobuf decoder rejects a truncated request, naming field and byte', () => {
      expect(faultOf(requestOfSpan(delimited(5, 'GET /')).subarray(0, -1))).toMatch(
        /^Malformed OTLP: resourceSpans claims \d+ bytes where \d+ are left \(at byte 2\)$/,
      );
    });

    it('The protobuf decoder rejects a truncated message, naming field and byte', () => {
      expect(faultOf(requestOfSpan([...tag(5, 2), 9, 0x61]))).toBe(
        'Malformed OTLP: resourceSpans.scopeSpans.spans.name claims 9 bytes where 1 are left (at byte 36)',
      );
    });

    it('The protobuf decoder rejects a field that ends after its message, naming field and byte', () => {
      // The status claims 3 bytes, its text 2, but the status has one left.
      expect(faultOf(requestOfSpan([...tag(15, 2), 3, ...tag(2, 2), 2, 0x61, 0x62, 0x63]))).toMatch(
        /spans\.status\.message claims 2 bytes where 1 are left/,
      );
    });

    it('The protobuf decoder rejects a length of more than 4 GiB, naming field and byte', () => {
      expect(faultOf([...tag(1, 2), ...varint(0xffff_ffffn)])).toMatch(
        /claims 4294967295 bytes where 0 are left/,
      );
      expect(faultOf([...tag(1, 2), ...varint(1n << 63n)])).toMatch(
        /claims over 4 GiB of bytes where 0 are left/,
      );
    });

    it('The protobuf decoder rejects a truncated or too long varint, naming field and byte', () => {
      expect(faultOf([0x80])).toMatch(/the message ends in the middle of a varint/);
      expect(faultOf(requestOfSpan([...tag(10, 0), 0x80]))).toMatch(
        /spans\.droppedAttributesCount ends in the middle of a varint/,
      );
      expect(faultOf(requestOfSpan([...tag(10, 0), ...Array<number>(10).fill(0xff), 0x01]))).toMatch(
        /spans\.droppedAttributesCount has a varint of more than 64 bits/,
      );
      expect(faultOf(requestOfSpan([...tag(10, 0), ...Array<number>(9).fill(0xff), 0x02]))).toMatch(
        /spans\.droppedAttributesCount has a varint of more than 64 bits/,
      );
    });

    it('The protobuf decoder rejects a truncated fixed-size number, naming field and byte', () => {
      expect(faultOf(requestOfSpan([...tag(7, 1), 1, 2, 3]))).toMatch(
        /spans\.startTimeUnixNano needs 8 bytes where 3 are left/,
      );
      expect(faultOf(requestOfSpan([...tag(16, 5), 1, 2, 3]))).toMatch(
        /spans\.flags needs 4 bytes where 3 are left/,
      );
    });

    it('The protobuf decoder rejects a known field of another wire type, naming field and byte', () => {
      expect(faultOf(requestOfSpan([...tag(5, 0), 1]))).toMatch(/spans\.name has wire type varint/);
      expect(faultOf(requestOfSpan(delimited(7, 'soon')))).toMatch(
        /spans\.startTimeUnixNano has wire type length-delimited/,
      );
    });

    it('The protobuf decoder rejects groups and unknown wire types, naming field and byte', () => {
      expect(faultOf([...tag(100, 3), ...tag(100, 4)])).toMatch(/field 100 has wire type start-group/);
      expect(faultOf([...tag(100, 6)])).toMatch(/field 100 has wire type 6/);
    });

    it('The protobuf decoder rejects field numbers out of range, naming field and byte', () => {
      expect(faultOf([0x00])).toMatch(/has a field number out of range/);
      expect(faultOf(varint(1n << 35n))).toMatch(/has a field number out of range/);
    });
  });

  describe('with nested values', () => {
    /** `AnyValue` of a boolean in nested arrays. */
    const nested = (depth: number): number[] => {
      let value = [...tag(2, 0), 1];
      for (let i = 0; i < depth; i++) value = delimited(5, delimited(1, value));
      return attribute(anyValue(value));
    };

    it("The protobuf decoder reads values of the depth that other languages' runtimes can send", () => {
      expect(() => spanOf(nested(47))).not.toThrow();
    });

    it(`rejects more than ${MAX_VALUE_DEPTH} levels`, () => {
      expect(() => spanOf(nested(MAX_VALUE_DEPTH))).not.toThrow();
      expect(faultOf(requestOfSpan(nested(MAX_VALUE_DEPTH + 1)))).toMatch(
        /arrayValue nests deeper than 64 levels/,
      );
      expect(faultOf(requestOfSpan(nested(1_000)))).toMatch(/arrayValue nests deeper than 64 levels/);
    });

    it('The protobuf decoder merges many parts of one array in linear time', () => {
      const piece = delimited(5, delimited(1, []));
      const pieces = Array.from({ length: 200_000 }, () => piece).flat();
      const [value] = spanOf(attribute(anyValue(pieces))).attributes;
      expect(value?.value).toHaveLength(200_000);
    });
  });
});
