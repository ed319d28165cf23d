import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatGoDuration, parseGoDuration } from './duration.js';
import { GoSyntaxError } from './go-syntax-error.js';

describe('parseGoDuration', () => {
  it.each([
    ['0', 0n],
    ['1ns', 1n],
    ['1us', 1_000n],
    ['1µs', 1_000n],
    ['1μs', 1_000n],
    ['1.5ms', 1_500_000n],
    ['.5s', 500_000_000n],
    ['5.s', 5_000_000_000n],
    ['1m30s', 90_000_000_000n],
    ['1h1m1s1ms1us1ns', 3_661_001_001_001n],
    ['-2h', -7_200_000_000_000n],
    ['+1s', 1_000_000_000n],
    ['0.000000000000000000000001s', 0n],
    ['9223372036854775807ns', 9_223_372_036_854_775_807n],
  ])('reads %s', (text, nanos) => {
    expect(parseGoDuration(text)).toBe(nanos);
  });

  it.each([
    ['', 'time: invalid duration ""'],
    ['-', 'time: invalid duration "-"'],
    ['.s', 'time: invalid duration ".s"'],
    ['s', 'time: invalid duration "s"'],
    ['ten', 'time: invalid duration "ten"'],
    ['1', 'time: missing unit in duration "1"'],
    ['1s5', 'time: missing unit in duration "1s5"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['1s ', 'time: unknown unit "s " in duration "1s "'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
    [`${'9'.repeat(400)}h`, `time: invalid duration "${'9'.repeat(400)}h"`],
  ])('says of %j what Go says', (text, message) => {
    expect(() => parseGoDuration(text)).toThrow(new GoSyntaxError(message));
  });

  it('adds up parts in any number', () => {
    const part = fc.tuple(fc.nat(1_000), fc.constantFrom('ns', 'us', 'ms', 's', 'm', 'h'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const texts = parts.map(([count, unit]) => `${count}${unit}`);
        const sum = texts.reduce((total, text) => total + parseGoDuration(text), 0n);
        expect(parseGoDuration(texts.join(''))).toBe(sum);
      }),
    );
  });

  it('throws nothing but its own error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          parseGoDuration(text);
        } catch (error) {
          expect(error).toBeInstanceOf(GoSyntaxError);
        }
      }),
    );
  });
});

describe('formatGoDuration', () => {
  it.each([
    [0n, '0s'],
    [1n, '1ns'],
    [1_500n, '1.5\u00b5s'],
    [35_000_000n, '35ms'],
    [-2_050_000n, '-2.05ms'],
    [1_500_000_000n, '1.5s'],
    [90_000_000_000n, '1m30s'],
    [3_600_000_000_000n, '1h0m0s'],
    [90_061_000_000_001n, '25h1m1.000000001s'],
  ])('writes %d as %s', (nanos, text) => {
    expect(formatGoDuration(nanos)).toBe(text);
  });

  it('writes what parseGoDuration reads', () => {
    const nanos = fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n });
    fc.assert(fc.property(nanos, (value) => parseGoDuration(formatGoDuration(value)) === value));
  });
});
