import { describe, expect, it } from '@jest/globals';
import type { Attribute, Span, SpanId, TraceId } from '@lantern/telemetry-model';
import { attributes, span, spanId } from '@lantern/telemetry-model/testing';
import { anySpan } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { readKeyValue } from '../../common/protobuf/attribute-hasher.js';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';
import { anyDamaged } from '../../testing/damaged-request.js';
import { SpanReader } from './span-reader.js';
import { decodeSpan, encodeSpan } from './span.js';

const reader = new SpanReader();

/** Returns the reader's fields for a span; undefined for a span that it does not read. */
const read = (message: Uint8Array): Partial<Span> | undefined => {
  if (!reader.read(message)) return undefined;
  const { bytes } = reader;
  const id = (start: number) => bytes.toString('hex', start, start + 8) as SpanId;
  const time = (low: number, high: number) => (BigInt(high) << 32n) | BigInt(low);
  return {
    traceId: reader.traceId as TraceId,
    spanId: id(reader.spanIdStart),
    parentSpanId: reader.hasParent ? id(reader.parentIdStart) : undefined,
    flags: reader.flags,
    name: reader.name,
    kind: reader.kind,
    startUnixNano: time(reader.startLow, reader.startHigh),
    endUnixNano: time(reader.endLow, reader.endHigh),
    attributes: Array.from({ length: reader.attributeCount }, (_, i): Attribute => {
      const { key, value } = readKeyValue(bytes.subarray(reader.attributeStart[i], reader.attributeEnd[i]));
      return { key, value };
    }),
    status: { code: reader.statusCode, message: reader.statusMessage },
  };
};

/** Returns the same fields for a decoded span. */
const told = (decoded: Span | undefined): Partial<Span> | undefined => {
  if (!decoded) return undefined;
  const { traceId, spanId: id, parentSpanId, flags, name, kind } = decoded;
  const { startUnixNano, endUnixNano, attributes: own, status } = decoded;
  return {
    traceId,
    spanId: id,
    parentSpanId,
    flags,
    name,
    kind,
    startUnixNano,
    endUnixNano,
    attributes: own,
    status,
  };
};

describe('SpanReader', () => {
  it('SpanReader reads the same fields as the decoder, and reports whether there are others', () => {
    fc.assert(
      fc.property(anySpan, (any) => {
        expect(read(encodeSpan(any))).toEqual(told(any));
        expect(reader.hasMore).toBe(any.traceState !== '' || any.events.length + any.links.length > 0);
      }),
    );
  });

  it('SpanReader keeps no state between spans', () => {
    const rich = span({ parentSpanId: spanId(7), attributes: attributes({ a: 1n }), flags: 257 });
    const bare = { ...span(), name: '', flags: 0 };
    read(encodeSpan(rich));
    expect(read(encodeSpan(bare))).toEqual(told(bare));
  });

  it('SpanReader reads a parent ID of zeros as no parent, as the decoder does', () => {
    const message = Buffer.concat([encodeSpan(span()), Buffer.from('22080000000000000000', 'hex')]);
    expect(read(message)).toEqual(told(decodeSpan(message)));
    expect(read(message)?.parentSpanId).toBeUndefined();
  });

  it('SpanReader agrees with the decoder on damaged spans', () => {
    fc.assert(
      fc.property(anyDamaged(anySpan.map(encodeSpan)), (message) => {
        let decoded: Span | undefined;
        try {
          decoded = decodeSpan(message);
        } catch (error) {
          if (!(error instanceof MalformedOtlpError)) throw error;
        }
        // Stored spans were checked, so the reader need not detect damage. It must terminate.
        const isRead = reader.read(message);
        if (isRead && decoded) expect(read(message)).toEqual(told(decoded));
      }),
      { numRuns: 1_000 },
    );
  });
});
