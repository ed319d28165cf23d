import { describe, expect, it } from '@jest/globals';
import { readPartialSuccess } from './trace-response.js';

describe('readPartialSuccess', () => {
  it('readPartialSuccess returns nothing for the empty response of full success', () => {
    expect(readPartialSuccess(new Uint8Array())).toEqual({});
  });

  it('readPartialSuccess returns the number of rejected spans and the reason', () => {
    const inner = [0x08, 0x80, 0x04, 0x12, 2, ...Buffer.from('no')];
    expect(readPartialSuccess(Uint8Array.from([0x0a, inner.length, ...inner]))).toEqual({
      partialSuccess: { rejectedSpans: 512, errorMessage: 'no' },
    });
  });

  it('readPartialSuccess skips unknown fields', () => {
    expect(
      readPartialSuccess(Uint8Array.from([0x15, 1, 2, 3, 4, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x28, 1])),
    ).toEqual({});
  });

  it.each([
    ['that ends within a number', [0x08, 0x80]],
    ['whose field is longer than it', [0x0a, 9, 1]],
    ['of an unknown wire type', [0x0b]],
  ])('readPartialSuccess rejects a response %s', (_, bytes) => {
    expect(() => readPartialSuccess(Uint8Array.from(bytes))).toThrow(RangeError);
  });
});
