import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GoSyntaxError } from './go-syntax-error.js';
import { parseGoJson } from './json.js';

describe('parseGoJson', () => {
  // Messages of Go 1.26.
  it.each([
    ['', 'unexpected end of JSON input'],
    [' ', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['{"a"', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['{"a":"', 'unexpected end of JSON input'],
    ['["a"', 'unexpected end of JSON input'],
    ['x', "invalid character 'x' looking for beginning of value"],
    ["'a'", String.raw`invalid character '\'' looking for beginning of value`],
    ['\u0000', String.raw`invalid character '\x00' looking for beginning of value`],
    ['{"a":é}', "invalid character 'Ã' looking for beginning of value"],
    ['{"a":"b"}x', "invalid character 'x' after top-level value"],
    ['01', "invalid character '1' after top-level value"],
    ['{"a":"b",}', "invalid character '}' looking for beginning of object key string"],
    ['{a}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a" "b"}', `invalid character '"' after object key`],
    ['{"a":"b" "c"}', `invalid character '"' after object key:value pair`],
    ['{"a":1]', "invalid character ']' after object key:value pair"],
    ['["a" 1]', "invalid character '1' after array element"],
    ['nulx', "invalid character 'x' in literal null (expecting 'l')"],
    ['tru', "invalid character ' ' in literal true (expecting 'e')"],
    ['fals3', "invalid character '3' in literal false (expecting 'e')"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['{"a":-}', "invalid character '}' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['1e+x', "invalid character 'x' in exponent of numeric literal"],
    [String.raw`{"a":"\x"}`, "invalid character 'x' in string escape code"],
    [String.raw`{"a":"\u00g"}`, String.raw`invalid character 'g' in \u hexadecimal character escape`],
    ['{"a":"\n"}', String.raw`invalid character '\n' in string literal`],
  ])('says of %j what Go says', (text, message) => {
    expect(() => parseGoJson(text)).toThrow(new GoSyntaxError(message));
  });

  it('reads what is JSON, however deep it nests, and describes a fault as deep', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseGoJson(text)).toEqual(JSON.parse(text));
      }),
    );
    const deep = '['.repeat(100_000);
    expect(() => parseGoJson(deep)).toThrow('unexpected end of JSON input');
  });

  it('finds a fault in every text that is no JSON', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      'true',
      'null',
      '1',
      '-',
      '.',
      'e',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (isJson) return;
        expect(() => parseGoJson(text)).toThrow(/^(invalid character|unexpected end)/);
      }),
    );
  });
});
