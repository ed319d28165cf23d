import { describe, expect, it } from '@jest/globals';
import { attributeText } from './attribute-text.js';
import { AttributeMap, type AnyValue } from './attributes.js';
import { attributes } from './testing/index.js';

const map = (values: Record<string, AnyValue>): AttributeMap => new AttributeMap(attributes(values));

describe('the text of an attribute', () => {
  it.each<[string, AnyValue, string]>([
    ['a text is itself', 'größer', 'größer'],
    ['a boolean is a word', true, 'true'],
    ['an integer is decimal, with every digit', -9_223_372_036_854_775_808n, '-9223372036854775808'],
    ['a double is decimal', 0.25, '0.25'],
    ['a whole double looks like an integer', 200, '200'],
    ['a large double has an exponent', 1e21, '1e+21'],
    ['not a number has a word', Number.NaN, 'NaN'],
    ['infinity has a word', Number.NEGATIVE_INFINITY, '-Infinity'],
    ['bytes are base64', Uint8Array.of(1, 2, 3, 4), 'AQIDBA=='],
    ['nothing is empty', null, ''],
    ['an array is JSON', ['a', 1n, 2.5, false, null], '["a",1,2.5,false,null]'],
    ['an empty array is JSON', [], '[]'],
    ['a map is JSON', map({ name: 'a "quoted" one', size: 3n }), '{"name":"a \\"quoted\\" one","size":3}'],
    ['integers keep every digit within JSON', [9_007_199_254_740_993n], '[9007199254740993]'],
    ['bytes within JSON are base64', [Uint8Array.of(255)], '["/w=="]'],
    [
      'what JSON cannot say is a word within JSON',
      [Number.NaN, Number.POSITIVE_INFINITY],
      '["NaN","Infinity"]',
    ],
    ['nesting goes on', map({ list: [map({ deep: ['x'] })] }), '{"list":[{"deep":["x"]}]}'],
  ])('%s', (_sentence, value, text) => {
    expect(attributeText(value)).toBe(text);
  });

  it('is the same for maps that differ only in the order of their keys', () => {
    expect(attributeText(map({ b: 1n, a: 2n }))).toBe(attributeText(map({ a: 2n, b: 1n })));
  });

  it('has the first of repeated keys, as lookups do', () => {
    const repeated = new AttributeMap([
      { key: 'a', value: 'first' },
      { key: 'a', value: 'second' },
    ]);
    expect(attributeText(repeated)).toBe('{"a":"first"}');
  });
});
