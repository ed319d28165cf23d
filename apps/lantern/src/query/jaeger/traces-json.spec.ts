import { describe, expect, it } from '@jest/globals';
import { formatTraceRequestJson } from '@lantern/otlp';
import { SpanKind, type Trace } from '@lantern/telemetry-model';
import { attributes, resourceSpans, span, spanId, trace, traceId } from '@lantern/telemetry-model/testing';
import { encodeTrace, decodeTrace } from '@lantern/telemetry-store';
import fc from 'fast-check';
import { AnswerShare } from '../../transport/answers/answer-bytes.js';
import { PIECE_BYTES } from '../../transport/answers/answer-pieces.js';
import { anyTrace } from '../../testing/any-trace.js';
import { adjustBy } from './adjust/adjust.js';
import { toLegacyTrace } from './legacy/legacy-trace.js';
import { LEGACY_FORMAT } from './legacy/legacy-trace-json.js';
import type { TraceFormat } from './trace-format.js';
import { TracesJson } from './traces-json.js';
import { V3_FORMAT } from './v3-trace-json.js';

const OPTIONS = { maxClockSkewNano: 0n };

const unsorted = attributes({ b: 'ß', a: 2n });
const plain = trace(resourceSpans('web', span({ attributes: unsorted })));
/** Its spans have to be adjusted as models. */
const shared = trace(
  resourceSpans(
    'web',
    span({ kind: SpanKind.client }),
    span({ kind: SpanKind.server }),
    span({ spanId: spanId(2), attributes: unsorted }),
  ),
);

/** More than a piece of JSON, the last span with attributes of its own. */
const large = (last: Record<string, string>): Trace =>
  trace(
    ...['web', 'orders'].map((service, s) =>
      resourceSpans(
        service,
        ...Array.from({ length: 5_000 }, (_, n) =>
          span({
            traceId: traceId(1),
            spanId: spanId(1 + s * 5_000 + n),
            attributes: attributes({
              'http.request.method': 'GET',
              'url.full': `https://shop.example/orders/${n}?page=${'x'.repeat(100)}`,
              ...(s === 1 && n === 4_999 && last),
            }),
          }),
        ),
      ),
    ),
  );

/** The pieces of an answer. */
const piecesOf = async (
  format: TraceFormat,
  traces: readonly Trace[],
  { raw = false, maxBytes = Infinity, options = OPTIONS } = {},
): Promise<Buffer[]> => {
  let held = 0;
  const share = new AnswerShare((change) => {
    held += change;
    if (held > maxBytes) throw new RangeError('no room');
  });
  const json = new TracesJson(format, options, share, '[');
  const pieces: Buffer[] = [];
  for (const one of traces) for await (const piece of json.add(encodeTrace(one), raw)) pieces.push(piece);
  pieces.push(json.finish(']'));
  expect(held).toBe(0);
  return pieces;
};

const legacy = (one: Trace): string => JSON.stringify(toLegacyTrace(one));
/** Without the brackets of the list. */
const v3 = ({ resourceSpans: groups }: Trace): string =>
  JSON.stringify(formatTraceRequestJson(groups).resourceSpans).slice(1, -1);

describe.each([
  ['legacy', LEGACY_FORMAT, legacy],
  ['v3', V3_FORMAT, v3],
] as const)('the JSON of traces in the %s API', (_api, format, expected) => {
  it.each([false, true])('lists traces however each of them is written, raw: %p', async (raw) => {
    const adjusted = (one: Trace) => (raw ? one : adjustBy(OPTIONS)(one));
    const pieces = await piecesOf(format, [plain, shared, plain], { raw });
    expect(pieces.join('')).toBe(
      `[${[plain, shared, plain].map((one) => expected(adjusted(one))).join(',')}]`,
    );
  });

  it('is a list of nothing when nothing is found', async () => {
    expect((await piecesOf(format, [])).join('')).toBe('[]');
  });

  it.each([
    ['from its messages', {}, 100_000],
    ['from its model, since a span says which library made it', { 'telemetry.sdk.name': 'x' }, Infinity],
    [
      'from its messages, although a value looks like a key of a library',
      { a: 'telemetry.sdk.name' },
      100_000,
    ],
  ])('comes in bounded pieces for a large trace, written %s', async (_how, last, maxBytes) => {
    const one = large(last);
    const pieces = await piecesOf(format, [one], { maxBytes });
    expect(pieces.length).toBeGreaterThan(3);
    for (const piece of pieces) expect(piece.length).toBeLessThan(1.1 * PIECE_BYTES);
    expect(Buffer.concat(pieces).toString() === `[${expected(adjustBy(OPTIONS)(one))}]`).toBe(true);
  });

  it('is rejected when a large trace needs a model beyond the limit', async () => {
    const one = large({ 'telemetry.sdk.name': 'x' });
    await expect(piecesOf(format, [one], { maxBytes: 1_000_000 })).rejects.toThrow('no room');
  });
});

describe('the v3 JSON of a trace', () => {
  it('equals the JSON of the adjusted model for any trace', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrace, fc.constantFrom(0n, 300n, 10_000n), async (any, maxClockSkewNano) => {
        // As it comes out of a store: equal resources that follow each other are one.
        const one = decodeTrace(encodeTrace(any));
        const options = { maxClockSkewNano };
        const pieces = await piecesOf(V3_FORMAT, [one], { options });
        expect(JSON.parse(pieces.join(''))).toEqual(JSON.parse(`[${v3(adjustBy(options)(one))}]`));
      }),
      { numRuns: 150 },
    );
  });
});
