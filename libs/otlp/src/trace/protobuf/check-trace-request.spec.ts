import { describe, expect, it } from '@jest/globals';
import {
  attributeText,
  spanKindOf,
  statusCodeOf,
  type Attributes,
  type Span,
} from '@lantern/telemetry-model';
import {
  attributes,
  millis,
  orderTrace,
  resourceSpans,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { hashesOfAttributeText } from '../../common/protobuf/attribute-hasher.js';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';
import { delimited, requestOfSpan, tag, varint } from '../../testing/wire.js';
import type { DecodedTraces } from '../decoded-traces.js';
import { decodeTraceRequest } from './decode-trace-request.js';
import { encodeTraceRequest } from './encode-trace-request.js';
import type { CheckedTraceRequest } from './checked-trace-request.js';
import { checkTraceRequest } from './check-trace-request.js';
import { ID_WORDS, TIME_WORDS } from './span-columns.js';
import { SpanScanner } from './span-scanner.js';

const hexOf = (words: Uint32Array): string => Buffer.from(Uint32Array.from(words).buffer).toString('hex');

const wide = (low = 0, high = 0): bigint => (BigInt(high) << 32n) | BigInt(low);

/** Returns the rows of a checked request with the model's names. */
const rows = ({ bytes, columns }: CheckedTraceRequest): unknown[] =>
  Array.from({ length: columns.spanCount }, (_, row) => {
    const ids = columns.ids.subarray(row * ID_WORDS, (row + 1) * ID_WORDS);
    const [startLow, startHigh, endLow, endHigh] = columns.times.subarray(row * TIME_WORDS);
    const parent = hexOf(ids.subarray(6));
    return {
      traceId: hexOf(ids.subarray(0, 4)),
      spanId: hexOf(ids.subarray(4, 6)),
      parentSpanId: parent === '0'.repeat(16) ? undefined : parent,
      name: Buffer.from(bytes).toString('utf8', columns.nameStart[row], columns.nameEnd[row]),
      kind: columns.kinds[row],
      status: columns.statuses[row],
      startUnixNano: wide(startLow, startHigh),
      endUnixNano: wide(endLow, endHigh),
    };
  });

const spansIn = ({ resourceSpans }: DecodedTraces): Span[] =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

/** Expected columns of a span. The columns know the kinds and status codes of the schema; the bytes keep any other number. */
const expectedRow = ({ traceId, spanId, parentSpanId, name, kind, status, ...times }: Span): unknown => ({
  traceId,
  spanId,
  parentSpanId,
  name,
  kind: spanKindOf(kind),
  status: statusCodeOf(status.code),
  startUnixNano: times.startUnixNano,
  endUnixNano: times.endUnixNano,
});

const tagsOf = ({ columns: { tags, tagEnd } }: CheckedTraceRequest, row: number): number[] => [
  ...tags.subarray(row === 0 ? 0 : tagEnd[row - 1], tagEnd[row]),
];

const expectTags = (tags: readonly number[], all: readonly Attributes[]): void => {
  const expected = all.flat();
  expect(tags).toHaveLength(expected.length);
  for (const { key, value } of expected) {
    expect(hashesOfAttributeText(key, attributeText(value)).some((hash) => tags.includes(hash))).toBe(true);
  }
};

const expectAgreement = (request: Uint8Array): 'accepted' | 'rejected' => {
  let decoded: DecodedTraces;
  try {
    decoded = decodeTraceRequest(request);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedOtlpError);
    expect(() => checkTraceRequest(request)).toThrow((error as Error).message);
    return 'rejected';
  }
  const checked = checkTraceRequest(request);
  expect(checked.rejectedSpans).toBe(decoded.rejected.count);
  const spans = spansIn(decoded);
  expect(checked.columns.spanCount).toBe(spans.length);
  expect(checked.hasInvalidText).toBe(decoded.invalidTexts > 0);
  expect(checked.itemCount).toBeGreaterThanOrEqual(spans.length);
  // The decoder replaces invalid UTF-8, so its names and tags differ.
  if (decoded.invalidTexts > 0) return 'accepted';
  expect(rows(checked)).toEqual(spans.map(expectedRow));
  for (const [row, { attributes: own, events, links }] of spans.entries()) {
    expectTags(tagsOf(checked, row), [own, ...[...events, ...links].map((holder) => holder.attributes)]);
  }
  return 'accepted';
};

describe('checkTraceRequest', () => {
  it('checkTraceRequest indexes the spans of a request, their bytes and their origins', () => {
    const request = encodeTraceRequest(orderTrace().resourceSpans);
    expectAgreement(request);
    const { columns, origins } = checkTraceRequest(request);
    expect(origins).toHaveLength(3);
    for (let row = 0; row < columns.spanCount; row++) {
      expect(origins[columns.origins[row] ?? 0]).toBeDefined();
      const bytes = [...request.subarray(columns.spanStart[row], columns.spanEnd[row])];
      const [alone] = spansIn(
        decodeTraceRequest(Uint8Array.from(delimited(1, delimited(2, delimited(2, bytes))))),
      );
      expect(alone).toEqual(spansIn(decodeTraceRequest(request))[row]);
    }
  });

  it('checkTraceRequest indexes every span of a request that is larger than its initial columns', () => {
    const spans = Array.from({ length: 3_000 }, (_, n) =>
      span({
        traceId: traceId(n),
        spanId: spanId(n + 1),
        name: '',
        attributes: attributes({ n: BigInt(n) }),
      }),
    );
    expect(expectAgreement(encodeTraceRequest([resourceSpans('web', ...spans)]))).toBe('accepted');
  });

  it('checkTraceRequest keeps the index of a request while other requests are checked', () => {
    const request = encodeTraceRequest(orderTrace().resourceSpans);
    const checked = checkTraceRequest(request);
    const before = [rows(checked), tagsOf(checked, 0)];
    checkTraceRequest(encodeTraceRequest([resourceSpans('web', span({ name: 'other' }))]));
    expect([rows(checked), tagsOf(checked, 0)]).toEqual(before);
  });

  it('checkTraceRequest gives a span the same row alone as within its request', () => {
    const checked = checkTraceRequest(encodeTraceRequest(orderTrace().resourceSpans));
    const scanner = new SpanScanner();
    for (const [row, expected] of rows(checked).entries()) {
      const { spanStart, spanEnd } = checked.columns;
      const columns = scanner.scan(checked.bytes, spanStart[row] ?? 0, spanEnd[row] ?? 0);
      const alone = { ...checked, columns };
      expect(rows(alone)).toEqual([expected]);
      expect(tagsOf(alone, 0)).toEqual(tagsOf(checked, row));
    }
  });

  it('checkTraceRequest agrees with the decoder on any model', () => {
    fc.assert(
      fc.property(anyResourceSpans, (groups) => {
        expect(expectAgreement(encodeTraceRequest(groups))).toBe('accepted');
      }),
    );
  });

  it('checkTraceRequest agrees with the decoder on damaged requests', () => {
    const count = { accepted: 0, rejected: 0 };
    // A changed byte is often still a request; cut and spliced bytes rarely are.
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
    expect(count.accepted).toBeGreaterThan(50);
    expect(count.rejected).toBeGreaterThan(50);
  });

  it('checkTraceRequest indexes an unknown kind as unspecified and an unknown status code as unset, without changing the bytes', () => {
    const request = requestOfSpan([...tag(6, 0), 6, ...delimited(15, [...tag(3, 0), 7])]);
    expectAgreement(request);
    const { columns } = checkTraceRequest(request);
    expect([columns.kinds[0], columns.statuses[0]]).toEqual([0, 0]);
    const [kept] = spansIn(decodeTraceRequest(request));
    expect([kept?.kind, kept?.status.code]).toEqual([6, 7]);
  });

  it('checkTraceRequest agrees with the decoder on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expectAgreement(bytes);
        expectAgreement(requestOfSpan([...bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it('An attribute has the same hash in every encoding', () => {
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
      return tagsOf(checkTraceRequest(request), 0)[0];
    });
    expect(new Set(hashes).size).toBe(1);
    expect(hashesOfAttributeText('product', 'laptop')).toContain(hashes[0]);
  });

  it('Attribute values of different types and texts have different hashes', () => {
    const values = ['1', 1n, 1, true, null, Uint8Array.of(1), ['1'], '', '2', -1n, 2 ** 40, 1n << 40n];
    const hashes = values.map((value) => {
      const checked = checkTraceRequest(
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
      return tagsOf(checked, 0)[0];
    });
    expect(new Set(hashes).size).toBe(values.length);
  });
});
