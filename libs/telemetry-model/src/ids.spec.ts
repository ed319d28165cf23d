import { describe, expect, it } from '@jest/globals';
import {
  NO_SPAN_ID,
  NO_TRACE_ID,
  bytesFromId,
  isSpanId,
  isTraceId,
  parseTraceId,
  spanIdFromBytes,
  traceIdFromBytes,
  type TraceId,
} from './ids.js';
import { spanId, traceId } from './testing/index.js';

describe('isTraceId', () => {
  it('accepts 32 lower-case hex digits that are not all zero', () => {
    expect(isTraceId('4bf92f3577b34da6a3ce929d0e0e4736')).toBe(true);
    expect(isTraceId('4BF92F3577B34DA6A3CE929D0E0E4736')).toBe(false);
    expect(isTraceId('4bf92f3577b34da6')).toBe(false);
    expect(isTraceId(NO_TRACE_ID)).toBe(false);
  });
});

describe('isSpanId', () => {
  it('accepts 16 lower-case hex digits that are not all zero', () => {
    expect(isSpanId('00f067aa0ba902b7')).toBe(true);
    expect(isSpanId('00F067AA0BA902B7')).toBe(false);
    expect(isSpanId(NO_SPAN_ID)).toBe(false);
  });
});

describe('parseTraceId', () => {
  it('accepts upper and lower case', () => {
    expect(parseTraceId('4BF92F3577B34DA6A3CE929D0E0E4736')).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it('pads a short id with zeros on the left, because 64-bit ids are the lower half', () => {
    expect(parseTraceId('a')).toBe(traceId(10));
    expect(parseTraceId('a3ce929d0e0e4736')).toBe('0000000000000000a3ce929d0e0e4736');
  });

  it.each(['S/kvNXezTaajzpKdDg5HNg==', 'S/kvNXezTaajzpKdDg5HNg', 'S_kvNXezTaajzpKdDg5HNg'])(
    'reads 16 bytes in base64: %s',
    (text) => {
      expect(parseTraceId(text)).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    },
  );

  it.each(['', '0', '0'.repeat(32), 'a'.repeat(33), 'not-an-id', 'AAAAAAAAAAAAAAAAAAAAAA=='])(
    'finds no id in %j',
    (text) => {
      expect(parseTraceId(text)).toBeUndefined();
    },
  );
});

describe('ids as bytes', () => {
  it('are decoded as they were encoded', () => {
    expect(traceIdFromBytes(bytesFromId(traceId(258)))).toBe(traceId(258));
    expect(spanIdFromBytes(bytesFromId(spanId(258)))).toBe(spanId(258));
    expect(bytesFromId(spanId(258))).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2));
  });

  it('are undefined for a wrong length or all zeros', () => {
    expect(traceIdFromBytes(new Uint8Array(16))).toBeUndefined();
    expect(traceIdFromBytes(Uint8Array.of(1, 2))).toBeUndefined();
    expect(spanIdFromBytes(new Uint8Array(8))).toBeUndefined();
    expect(spanIdFromBytes(new Uint8Array(16).fill(1))).toBeUndefined();
  });

  it('throw an error that quotes a text that is not an id', () => {
    expect(() => bytesFromId('nonsense' as TraceId)).toThrow('Not an ID of hex digits: "nonsense"');
  });
});
