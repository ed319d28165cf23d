import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { gzip } from './gzip.js';

const MEBIBYTE = 1024 * 1024;

describe('gzip', () => {
  it.each([0, 1, 1_400, 2 * MEBIBYTE - 1, 2 * MEBIBYTE, 2 * MEBIBYTE + 1, 5 * MEBIBYTE])(
    'is undone to the %i bytes that it was given',
    async (length) => {
      const line = randomBytes(3_000).toString('hex');
      const body = Buffer.from(line.repeat(Math.ceil(length / line.length)).slice(0, length));
      // A decoder that stops at the end of a member would find that something is left.
      const { buffer, engine } = gunzipSync(await gzip(body), { info: true }) as unknown as {
        readonly buffer: Buffer;
        readonly engine: { readonly bytesWritten: number };
      };
      expect(buffer.equals(body)).toBe(true);
      expect(engine.bytesWritten).toBe((await gzip(body)).length);
    },
  );

  it('compresses what is in several pieces as well as if it were in one', async () => {
    const line = randomBytes(4_000).toString('hex');
    const pieces = Buffer.from(line.repeat(800));
    const { length } = await gzip(pieces);
    expect(length).toBeLessThan(
      1.1 * (await gzip(pieces.subarray(0, 2 * MEBIBYTE))).length * (pieces.length / (2 * MEBIBYTE)),
    );
  });
});
