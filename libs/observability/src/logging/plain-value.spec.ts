import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sensitiveNames } from '../redaction/sensitive-names.js';
import { plainValue } from './plain-value.js';

const plain = (value: unknown): unknown => plainValue(value, sensitiveNames);

describe('a value made fit for a log line', () => {
  it.each([
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), 'Invalid Date'],
    [10n, '10'],
    [NaN, 'NaN'],
    [Symbol('s'), 'Symbol(s)'],
    [new Map([['a', 1]]), { a: 1 }],
    [new Set([1, 2]), [1, 2]],
    [Buffer.from('abc'), '[3 bytes]'],
    [new URL('http://a/b'), 'http://a/b'],
    [
      [undefined, 1],
      [null, 1],
    ],
    [
      function charge() {
        return 1;
      },
      '[function charge]',
    ],
  ])('%p', (value, expected) => {
    expect(plain({ value })).toEqual({ value: expected });
  });

  it('The plain form of a cyclic value is finite', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    expect(plain(loop)).toEqual({ name: 'loop', self: '[circular]' });
    let deep: unknown = 'bottom';
    for (let level = 0; level < 20; level++) deep = { deep };
    expect(JSON.stringify(plain(deep))).toContain('[object]');
  });

  it('The plain form of a long value is truncated', () => {
    expect(String(plain('x'.repeat(20_000)))).toMatch(/^x{16384}… \(3616 more characters\)$/);
    expect(plain(Array(150).fill(0))).toHaveLength(101);
    expect(Object.keys(plain(Object.fromEntries(Array(150).entries())) as object)).toHaveLength(101);
  });

  it('The plain form of an error has its class, message, code and stack', () => {
    expect(plain({ last: new RangeError('boom') })).toMatchObject({
      last: { name: 'RangeError', message: 'boom' },
    });
  });

  it('The plain form names properties that cannot be read', () => {
    const hostile = {
      get broken(): never {
        throw new Error('do not look');
      },
    };
    expect(plain({ hostile, fine: 1 })).toEqual({ hostile: '[unreadable: do not look]', fine: 1 });
    const lying = {
      toJSON: () => {
        throw new Error('no JSON');
      },
    };
    expect(plain({ lying })).toEqual({ lying: '[unreadable: no JSON]' });
  });

  it('A key of a plain value never becomes a prototype', () => {
    const copy = plain(JSON.parse('{"__proto__": {"admin": true}}')) as { admin?: boolean };
    expect(copy.admin).toBeUndefined();
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"admin":true}}');
  });

  it('The plain form of any value is JSON and has no value of a sensitive key', () => {
    fc.assert(
      fc.property(
        fc.object({
          key: fc.oneof(fc.string(), fc.constant('password')),
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
        }),
        (value) => {
          const text = JSON.stringify(plain({ password: 'hunter2', value }));
          expect(text).not.toContain('hunter2');
          expect(JSON.parse(text)).toBeDefined();
          for (const [, kept] of text.matchAll(/"password":("[^"]*"|[^",}]+)/g)) {
            expect(['"[REDACTED]"', 'null']).toContain(kept);
          }
        },
      ),
    );
  });
});
