import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bytesFromHex, hexFromBytes } from './hex.js';

describe('hex', () => {
  it('writes two lower-case digits per byte', () => {
    expect(hexFromBytes(Uint8Array.of(0x00, 0x0a, 0xff))).toBe('000aff');
  });

  it('reads upper-case and lower-case digits', () => {
    expect(bytesFromHex('0aFf')).toEqual(Uint8Array.of(0x0a, 0xff));
  });

  it.each(['0', '0x', 'zz', '0a 0', '0a\n'])('rejects %j', (text) => {
    expect(bytesFromHex(text)).toBeUndefined();
  });

  it('agrees with Buffer on any bytes in both directions', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('hex');
        expect(hexFromBytes(bytes)).toBe(text);
        expect(bytesFromHex(text)).toEqual(bytes);
      }),
    );
  });
});
