import { describe, expect, it } from '@jest/globals';
import { attributeText, type Attributes, type Span } from '@lantern/telemetry-model';
import { attributes, millis, orderTrace, span } from '@lantern/telemetry-model/testing';
import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { hashesOfAttributeText } from '../../common/protobuf/attribute-hash.js';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';
import { delimited, requestOfSpan, tag, varint } from '../../testing/wire.js';
import type { DecodedTraces } from '../decoded-traces.js';
import { decodeTraceRequest } from './decode-trace-request.js';
import { encodeTraceRequest } from './encode-trace-request.js';
import { ID_WORDS, TIME_WORDS, TraceRequestWalker } from './trace-request-walker.js';

const walker = new TraceRequestWalker(true);

const hexOf = (words: Uint32Array): string => Buffer.from(Uint32Array.from(words).buffer).toString('hex');

const wide = (low = 0, high = 0): bigint => (BigInt(high) << 32n) | BigInt(low);

/** What the walk found, row by row, in the words of the model. */
const rows = (request: Uint8Array): unknown[] =>
  Array.from({ length: walker.spanCount }, (_, row) => {
    const ids = walker.ids.subarray(row * ID_WORDS, (row + 1) * ID_WORDS);
    const [startLow, startHigh, endLow, endHigh] = walker.times.subarray(row * TIME_WORDS);
    const parent = hexOf(ids.subarray(6));
    return {
      traceId: hexOf(ids.subarray(0, 4)),
      spanId: hexOf(ids.subarray(4, 6)),
      parentSpanId: parent === '0'.repeat(16) ? undefined : parent,
      name: Buffer.from(request).toString('utf8', walker.nameStart[row], walker.nameEnd[row]),
      kind: walker.kinds[row],
      status: walker.statuses[row],
      startUnixNano: wide(startLow, startHigh),
      endUnixNano: wide(endLow, endHigh),
    };
  });

const spansIn = ({ resourceSpans }: DecodedTraces): Span[] =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

const expectedRow = ({ traceId, spanId, parentSpanId, name, kind, status, ...times }: Span): unknown => ({
  traceId,
  spanId,
  parentSpanId,
  name,
  kind,
  status: status.code,
  startUnixNano: times.startUnixNano,
  endUnixNano: times.endUnixNano,
});

const tagsOf = (row: number): number[] => [
  ...walker.tags.subarray(row === 0 ? 0 : walker.tagEnd[row - 1], walker.tagEnd[row]),
];

const expectTags = (tags: readonly number[], all: readonly Attributes[]): void => {
  const expected = all.flat();
  expect(tags).toHaveLength(expected.length);
  for (const { key, value } of expected) {
    expect(hashesOfAttributeText(key, attributeText(value)).some((hash) => tags.includes(hash))).toBe(true);
  }
};

const expectAgreement = (request: Uint8Array): 'read' | 'refused' => {
  let decoded: DecodedTraces;
  try {
    decoded = decodeTraceRequest(request);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedOtlpError);
    expect(() => {
      walker.walk(request);
    }).toThrow((error as Error).message);
    return 'refused';
  }
  walker.walk(request);
  expect(walker.rejectedSpans).toBe(decoded.rejected.count);
  const spans = spansIn(decoded);
  expect(walker.spanCount).toBe(spans.length);
  expect(walker.hasBadText).toBe(decoded.invalidTexts > 0);
  expect(walker.itemCount).toBeGreaterThanOrEqual(spans.length);
  // Bytes that are no text have no text to be compared by.
  if (decoded.invalidTexts > 0) return 'read';
  expect(rows(request)).toEqual(spans.map(expectedRow));
  for (const [row, { attributes: own, events, links }] of spans.entries()) {
    expectTags(tagsOf(row), [own, ...[...events, ...links].map((holder) => holder.attributes)]);
  }
  return 'read';
};

describe('the walk through a trace request', () => {
  it('finds the spans, their origins and their bytes', () => {
    const request = encodeTraceRequest(orderTrace().resourceSpans);
    expectAgreement(request);
    expect(walker.walkedOrigins).toHaveLength(3);
    for (let row = 0; row < walker.spanCount; row++) {
      const origin = walker.walkedOrigins[walker.origins[row] ?? 0];
      expect(origin).toBeDefined();
      const bytes = [...request.subarray(walker.spanStart[row], walker.spanEnd[row])];
      const [alone] = spansIn(
        decodeTraceRequest(Uint8Array.from(delimited(1, delimited(2, delimited(2, bytes))))),
      );
      expect(alone).toEqual(spansIn(decodeTraceRequest(request))[row]);
    }
  });

  it('agrees with the decoder on any model', () => {
    fc.assert(
      fc.property(anyResourceSpans, (groups) => {
        expect(expectAgreement(encodeTraceRequest(groups))).toBe('read');
      }),
    );
  });

  it('agrees with the decoder on damaged requests', () => {
    const count = { read: 0, refused: 0 };
    // A changed byte is often still a request; cut and spliced bytes seldom are.
    const changed = fc.record({
      at: fc.nat(),
      remove: fc.constant(1),
      insert: fc.uint8Array({ minLength: 1, maxLength: 1 }),
    });
    const spliced = fc.record({ at: fc.nat(), remove: fc.nat(6), insert: fc.uint8Array({ maxLength: 6 }) });
    const damages = fc.oneof(fc.tuple(changed), fc.array(spliced, { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(anyResourceSpans, damages, (groups, damages) => {
        const request = [...damages].reduce<Uint8Array>((bytes, { at, remove, insert }) => {
          const position = at % (bytes.length + 1);
          return Buffer.concat([bytes.subarray(0, position), insert, bytes.subarray(position + remove)]);
        }, encodeTraceRequest(groups));
        count[expectAgreement(request)]++;
      }),
      { numRuns: 500 },
    );
    expect(count.read).toBeGreaterThan(50);
    expect(count.refused).toBeGreaterThan(50);
  });

  it('agrees with the decoder on bytes without meaning', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expectAgreement(bytes);
        expectAgreement(requestOfSpan([...bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it('hashes an attribute the same, however it is encoded', () => {
    const usual = encodeTraceRequest(orderTrace().resourceSpans);
    walker.walk(usual);
    const value = delimited(1, 'laptop');
    const spellings = [
      [...delimited(1, 'product'), ...delimited(2, value)],
      [...delimited(2, value), ...delimited(1, 'product')],
      [...delimited(1, 'other'), ...delimited(1, 'product'), ...delimited(2, [...tag(2, 0), 1, ...value])],
      [0x8a, 0x00, ...varint(7), ...Buffer.from('product'), ...delimited(2, value)],
    ];
    const hashes = spellings.map((spelling) => {
      const request = requestOfSpan(delimited(9, spelling));
      expectAgreement(request);
      return tagsOf(0)[0];
    });
    expect(new Set(hashes).size).toBe(1);
    expect(hashesOfAttributeText('product', 'laptop')).toContain(hashes[0]);
  });

  it('tells values of different types and texts apart', () => {
    const values = ['1', 1n, 1, true, null, Uint8Array.of(1), ['1'], '', '2', -1n, 2 ** 40, 1n << 40n];
    const hashes = values.map((value) => {
      walker.walk(
        encodeTraceRequest([
          {
            resource: { attributes: [], droppedAttributesCount: 0 },
            schemaUrl: '',
            scopeSpans: [
              {
                scope: { name: '', version: '', attributes: [], droppedAttributesCount: 0 },
                schemaUrl: '',
                spans: [span({ startUnixNano: millis(1), attributes: attributes({ key: value }) })],
              },
            ],
          },
        ]),
      );
      return tagsOf(0)[0];
    });
    expect(new Set(hashes).size).toBe(values.length);
  });
});
