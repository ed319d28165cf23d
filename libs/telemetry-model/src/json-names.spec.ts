import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hasLongMemberName } from './json-names.js';
import { MAX_HASHED_LENGTH } from './map-key.js';

/** Texts around the limit, plain or with quotes and backslashes, which JSON escapes. */
const anyText = fc
  .tuple(
    fc.constantFrom('k', '"', '\\', '\\"', '{"a":', 'é'),
    fc.constantFrom(0, 1, 3, MAX_HASHED_LENGTH - 1, MAX_HASHED_LENGTH, MAX_HASHED_LENGTH + 1),
  )
  .map(([part, length]) => part.repeat(Math.ceil(length / part.length)).slice(0, length));

const anyMembers = fc.array(fc.tuple(anyText, anyText), { maxLength: 6 });

describe('hasLongMemberName', () => {
  it('finds a name that JSON writes with more characters than V8 hashes, and no value', () => {
    fc.assert(
      fc.property(anyMembers, fc.boolean(), (members, isPretty) => {
        const json = JSON.stringify(
          members.map(([name, value]) => ({ [name]: value })),
          null,
          isPretty ? 2 : 0,
        );
        const isLong = members.some(([name]) => JSON.stringify(name).length - 2 > MAX_HASHED_LENGTH);
        expect(hasLongMemberName(json)).toBe(isLong);
      }),
    );
  });
});
