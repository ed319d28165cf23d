import { describe, expect, it } from '@jest/globals';
import type { Attribute, Span, SpanId, TraceId } from '@lantern/telemetry-model';
import { attributes, span, spanId } from '@lantern/telemetry-model/testing';
import { anySpan } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { readKeyValue } from '../../common/protobuf/attribute-hash.js';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';
import { anyDamaged } from '../../testing/damaged-request.js';
import { PlainSpanReader } from './plain-span-reader.js';
import { decodeSpan, encodeSpan } from './span.js';

const reader = new PlainSpanReader();

/** All that the reader tells of a span; undefined for one that is not plain. */
const read = (message: Uint8Array): Partial<Span> | undefined => {
  if (!reader.read(message)) return undefined;
  const { bytes } = reader;
  const id = (start: number) => bytes.toString('hex', start, start + 8) as SpanId;
  const time = (low: number, high: number) => (BigInt(high) << 32n) | BigInt(low);
  return {
    traceId: reader.traceId as TraceId,
    spanId: id(reader.spanIdStart),
    parentSpanId: reader.hasParent ? id(reader.parentIdStart) : undefined,
    traceState: '',
    flags: reader.flags,
    name: reader.name,
    kind: reader.kind,
    startUnixNano: time(reader.startLow, reader.startHigh),
    endUnixNano: time(reader.endLow, reader.endHigh),
    attributes: Array.from({ length: reader.attributeCount }, (_, i): Attribute => {
      const { key, value } = readKeyValue(bytes.subarray(reader.attributeStart[i], reader.attributeEnd[i]));
      return { key, value };
    }),
    events: [],
    links: [],
    status: { code: reader.statusCode, message: reader.statusMessage },
  };
};

/** What the reader tells, of a span that the decoder has read. */
const told = (decoded: Span | undefined): Partial<Span> | undefined => {
  if (!decoded) return undefined;
  const { droppedAttributesCount: _, droppedEventsCount: __, droppedLinksCount: ___, ...fields } = decoded;
  return fields;
};

describe('PlainSpanReader', () => {
  it('tells of a span without events, links and trace state what the decoder does', () => {
    fc.assert(
      fc.property(anySpan, (any) => {
        const plain = { ...any, traceState: '', events: [], links: [] };
        expect(read(encodeSpan(plain))).toEqual(told(plain));
      }),
    );
  });

  it('leaves every other span to the decoder', () => {
    const link = { ...span(), attributes: [], droppedAttributesCount: 0 };
    const event = { timeUnixNano: 1n, name: 'retry', attributes: [], droppedAttributesCount: 0 };
    for (const fields of [{ traceState: 'a=b' }, { events: [event] }, { links: [link] }]) {
      expect(read(encodeSpan(span(fields)))).toBeUndefined();
    }
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
          // It need not notice the damage: what it is given was checked.
          if (!(error instanceof MalformedOtlpError)) throw error;
        }
        const plain = read(message);
        if (plain && decoded) expect(plain).toEqual(told(decoded));
      }),
      { numRuns: 1_000 },
    );
  });
});
