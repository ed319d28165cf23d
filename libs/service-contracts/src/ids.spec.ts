import { describe, expect, it } from '@jest/globals';
import { ID_PATTERN } from './ids.js';

describe('ID_PATTERN', () => {
  it('ID_PATTERN rejects every character with a meaning in a URL', () => {
    const taken: string[] = [];
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const character = String.fromCodePoint(code);
      if (ID_PATTERN.test(character)) taken.push(character);
    }

    expect(taken.join('')).toMatch(/^-0\d*9A[A-Z]*Z_a[a-z]*z$/);
    expect(encodeURIComponent(taken.join(''))).toBe(taken.join(''));
  });

  it.each(['1', 'a', 'A-b_9', '43b88315-681e-4f65-b73d-8d6701ee5389', 'x'.repeat(64)])(
    'ID_PATTERN accepts %s',
    (id) => {
      expect(ID_PATTERN.test(id)).toBe(true);
    },
  );

  it.each(['', '.', '..', 'a.b', 'a/b', 'a b', 'ä', '1\n', 'x'.repeat(65)])('ID_PATTERN rejects %j', (id) => {
    expect(ID_PATTERN.test(id)).toBe(false);
  });
});
