import { describe, expect, it } from '@jest/globals';
import { legacyTraceId, parseJaegerTraceId } from './trace-id.js';

const FULL = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('parseJaegerTraceId', () => {
  it.each([
    [FULL, FULL],
    [FULL.toUpperCase(), FULL],
    ['a', '0000000000000000000000000000000a'],
    ['1a3ce929d0e0e4736', '000000000000000' + '1a3ce929d0e0e4736'],
    ['S/kvNXezTaajzpKdDg5HNg==', FULL],
    ['S_kvNXezTaajzpKdDg5HNg', FULL],
    ['o86SnQ4ORzY=', '0000000000000000a3ce929d0e0e4736'],
    ['0', undefined],
    ['AAAAAAAAAAA=', undefined],
  ])('reads %s', (text, id) => {
    expect(parseJaegerTraceId(text)).toBe(id);
  });

  it.each([
    ['', 'strconv.ParseUint: parsing "": invalid syntax'],
    ['x.z', 'strconv.ParseUint: parsing "x.z": invalid syntax'],
    [`${'z'.repeat(3)}${'0'.repeat(24)}`, 'strconv.ParseUint: parsing "zzz00000000": invalid syntax'],
    ['a'.repeat(33), `TraceID cannot be longer than 32 hex characters: ${'a'.repeat(33)}`],
    ['xyzz', 'invalid length for TraceID'],
  ])('says of %j what Jaeger says', (text, message) => {
    expect(() => parseJaegerTraceId(text)).toThrow(message);
  });
});

describe('legacyTraceId', () => {
  it('drops an upper half of zeros', () => {
    expect(legacyTraceId(FULL)).toBe(FULL);
    expect(legacyTraceId('0000000000000000a3ce929d0e0e4736')).toBe('a3ce929d0e0e4736');
  });
});
