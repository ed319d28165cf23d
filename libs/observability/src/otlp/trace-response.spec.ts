import { describe, expect, it } from '@jest/globals';
import { readPartialSuccess } from './trace-response.js';

describe('readPartialSuccess', () => {
  it('finds nothing in the empty answer of a backend that took everything', () => {
    expect(readPartialSuccess(new Uint8Array())).toEqual({});
  });

  it('tells how many spans were refused, and why', () => {
    const inner = [0x08, 0x80, 0x04, 0x12, 2, ...Buffer.from('no')];
    expect(readPartialSuccess(Uint8Array.from([0x0a, inner.length, ...inner]))).toEqual({
      partialSuccess: { rejectedSpans: 512, errorMessage: 'no' },
    });
  });

  it('passes over fields of later versions', () => {
    expect(
      readPartialSuccess(Uint8Array.from([0x15, 1, 2, 3, 4, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x28, 1])),
    ).toEqual({});
  });

  it.each([
    ['that ends within a number', [0x08, 0x80]],
    ['whose field is longer than it', [0x0a, 9, 1]],
    ['of an unknown wire type', [0x0b]],
  ])('refuses an answer %s', (_, bytes) => {
    expect(() => readPartialSuccess(Uint8Array.from(bytes))).toThrow(RangeError);
  });
});
