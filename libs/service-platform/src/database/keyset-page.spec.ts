import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProblemException } from '../problems/problem-type.js';
import { readCursor, toPage } from './keyset-page.js';

const keyset = fc.record({
  created_at_ms: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  id: fc.string({ unit: 'grapheme' }),
});

describe('a cursor', () => {
  it('A cursor decodes to the last row of its page', () => {
    fc.assert(
      fc.property(keyset, keyset, (last, next) => {
        const { next_cursor } = toPage([last, next], 1, (row) => row);
        expect(readCursor(next_cursor ?? '')).toEqual(last);
      }),
    );
  });

  it('A cursor needs no escaping in a query string', () => {
    fc.assert(
      fc.property(keyset, keyset, (last, next) => {
        const { next_cursor } = toPage([last, next], 1, (row) => row);
        expect(encodeURIComponent(next_cursor ?? '')).toBe(next_cursor);
      }),
    );
  });

  it('An invalid cursor is rejected with 400', () => {
    const json = fc.json().map((text) => Buffer.from(text).toString('base64url'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), json), (cursor) => {
        try {
          expect(readCursor(cursor)).toEqual({
            created_at_ms: expect.any(Number),
            id: expect.any(String),
          });
        } catch (error) {
          expect(error).toBeInstanceOf(ProblemException);
          expect((error as ProblemException).getStatus()).toBe(400);
        }
      }),
    );
  });
});
