import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { useLantern } from '../../testing/running-lantern.js';
import { jsonPieces } from './json-pieces.js';
import { PIECE_BYTES } from './answer-pieces.js';
import { indented } from './json-indenter.js';

const piecesOf = async (value: unknown): Promise<Buffer[]> => {
  const pieces: Buffer[] = [];
  for await (const piece of jsonPieces(value)) pieces.push(piece);
  return pieces;
};

describe('JSON in pieces', () => {
  it('reads as JSON.stringify writes it', async () => {
    const anyJson = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.string(), fc.option(fc.jsonValue(), { nil: undefined })),
    );
    await fc.assert(
      fc.asyncProperty(anyJson, async (value) => {
        expect((await piecesOf(value)).join('')).toBe(JSON.stringify(value));
      }),
    );
  });

  it('comes in pieces that are bounded by the size of an item, and lets others have their turn', async () => {
    // Each character is six bytes of JSON.
    const values = Array.from({ length: 200 }, (_, n) => [String(n), '\u0001'.repeat(30_000)]);
    let turns = 0;
    const ticking = setInterval(() => turns++, 0);
    const pieces = await piecesOf({ status: 'success', data: { result: [{ stream: {}, values }] } });
    clearInterval(ticking);
    expect(pieces.length).toBeGreaterThan(20);
    for (const piece of pieces) expect(piece.length).toBeLessThan(PIECE_BYTES + 400_000);
    expect(Buffer.concat(pieces).length).toBeGreaterThan(200 * 180_000);
    expect(turns).toBeGreaterThan(3);
  });
});

describe('Indented JSON', () => {
  it('Indented pieces read as JSON.stringify writes the value with four spaces, wherever the pieces are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.integer({ min: 1, max: 7 }), async (value, size) => {
        const json = Buffer.from(JSON.stringify(value));
        const cut = async function* () {
          for (let start = 0; start < json.length; start += size) yield json.subarray(start, start + size);
        };
        const pieces: Buffer[] = [];
        for await (const piece of indented(cut())) pieces.push(piece);
        expect(Buffer.concat(pieces).toString()).toBe(JSON.stringify(value, null, 4));
      }),
    );
  });

  it('A large piece is indented in bounded pieces', async () => {
    const large = async function* () {
      yield Buffer.from(JSON.stringify(Array.from({ length: 400_000 }, (_, n) => n)));
    };
    let count = 0;
    for await (const piece of indented(large())) {
      count++;
      expect(piece.length).toBeLessThan(2 * PIECE_BYTES);
    }
    expect(count).toBeGreaterThan(3);
  });
});

const lantern = useLantern();

describe('An answer of Loki with few lines and very long labels', () => {
  it('An answer is written in pieces when its labels make it large, and whole when it is small', async () => {
    const now = Date.now() * 1_000_000;
    const values = Array.from({ length: 80 }, (_, n) => [String(BigInt(now) + BigInt(n)), `line ${n}`]);
    await lantern.push({ streams: [{ stream: { service: 'web' }, values }] });
    const ask = (stage: string) =>
      lantern.loki(`/loki/api/v1/query_range?query=${encodeURIComponent(`{service="web"}${stage}`)}`);
    const large = await ask(' | label_format a="{{ repeat 20000 `x` }}{{ __line__ }}"');
    expect(large.headers.get('content-length')).toBeNull();
    expect(large.text.length).toBeGreaterThan(100_000);
    expect((await ask('')).headers.get('content-length')).not.toBeNull();
  });
});
