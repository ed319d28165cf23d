import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { base64FromBytes, bytesFromBase64 } from './base64.js';

describe('base64', () => {
  it('agrees with Buffer on any bytes, in both alphabets, with and without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const standard = Buffer.from(bytes).toString('base64');
        expect(base64FromBytes(bytes)).toBe(standard);
        expect(bytesFromBase64(standard)).toEqual(bytes);
        expect(bytesFromBase64(standard.replaceAll('=', ''))).toEqual(bytes);
        expect(bytesFromBase64(Buffer.from(bytes).toString('base64url'))).toEqual(bytes);
      }),
    );
  });

  it.each(['A', 'AB=', 'AB===', 'ABCD=', 'A=BC', 'AB C', '=', 'ABé='])('rejects %j', (text) => {
    expect(bytesFromBase64(text)).toBeUndefined();
  });
});
