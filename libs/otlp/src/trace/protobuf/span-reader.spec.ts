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

/** All that the reader tells of a span; undefined for one that it does not read. */
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

/** The same of a span that the decoder has read. */
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
  it('tells of a span what the decoder does, and whether there is more', () => {
    fc.assert(
      fc.property(anySpan, (any) => {
        expect(read(encodeSpan(any))).toEqual(told(any));
        expect(reader.hasMore).toBe(any.traceState !== '' || any.events.length + any.links.length > 0);
      }),
    );
  });

  it('reads a span as if it had read none before', () => {
    const rich = span({ parentSpanId: spanId(7), attributes: attributes({ a: 1n }), flags: 257 });
    const bare = { ...span(), name: '', flags: 0 };
    read(encodeSpan(rich));
    expect(read(encodeSpan(bare))).toEqual(told(bare));
  });

  it('takes a parent of zeros for none, as the decoder does', () => {
    const message = Buffer.concat([encodeSpan(span()), Buffer.from('22080000000000000000', 'hex')]);
    expect(read(message)).toEqual(told(decodeSpan(message)));
    expect(read(message)?.parentSpanId).toBeUndefined();
  });

  it('tells nothing else than the decoder of a damaged span', () => {
    fc.assert(
      fc.property(anyDamaged(anySpan.map(encodeSpan)), (message) => {
        let decoded: Span | undefined;
        try {
          decoded = decodeSpan(message);
        } catch (error) {
          if (!(error instanceof MalformedOtlpError)) throw error;
        }
        // It need not notice the damage, for what it is given was checked; but it comes to an end.
        const isRead = reader.read(message);
        if (isRead && decoded) expect(read(message)).toEqual(told(decoded));
      }),
      { numRuns: 1_000 },
    );
  });
});
