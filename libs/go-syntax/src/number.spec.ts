import { describe, expect, it } from '@jest/globals';
import { GoSyntaxError } from './go-syntax-error.js';
import { parseGoBool, parseGoInt } from './number.js';

describe('parseGoInt', () => {
  it.each([
    ['0', 0n],
    ['-0012', -12n],
    ['+7', 7n],
    ['9223372036854775807', 9_223_372_036_854_775_807n],
    ['-9223372036854775808', -9_223_372_036_854_775_808n],
    ['000000000000000000000000000000001', 1n],
  ])('reads %s', (text, value) => {
    expect(parseGoInt(text)).toBe(value);
  });

  it.each(['', 'x', '1.5', '1_000', '0x10', ' 1', '１'])('rejects %j as Go does', (text) => {
    expect(() => parseGoInt(text)).toThrow(
      new GoSyntaxError(`strconv.ParseInt: parsing "${text}": invalid syntax`),
    );
  });

  it('rejects numbers out of range', () => {
    expect(() => parseGoInt('9223372036854775808')).toThrow('value out of range');
    expect(() => parseGoInt('-2147483649', 32)).toThrow('value out of range');
    expect(parseGoInt('-2147483648', 32)).toBe(-2_147_483_648n);
    expect(() => parseGoInt('9'.repeat(100_000))).toThrow('value out of range');
    expect(() => parseGoInt('a', 64, 'Atoi')).toThrow('strconv.Atoi: parsing "a": invalid syntax');
  });
});

describe('parseGoBool', () => {
  it('reads the words of Go, and no others', () => {
    expect(['1', 't', 'T', 'TRUE', 'true', 'True'].map(parseGoBool)).toEqual(Array(6).fill(true));
    expect(['0', 'f', 'F', 'FALSE', 'false', 'False'].map(parseGoBool)).toEqual(Array(6).fill(false));
    expect(() => parseGoBool('yes')).toThrow(
      new GoSyntaxError('strconv.ParseBool: parsing "yes": invalid syntax'),
    );
  });
});
