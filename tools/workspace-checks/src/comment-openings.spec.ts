import { describe, expect, it } from '@jest/globals';
import { countOpenings, countWorkspace } from './comment-openings.mjs';

describe('Openings of comments', () => {
  it('Comments are counted by their first word', () => {
    const text = [
      ['/**', 'What it is. */'].join(' '),
      '// Where it is:',
      '// That line goes on.',
      '/*',
      ' * Of a block.',
      ' */',
      '// A limit.',
    ];
    expect(countOpenings(text.join('\n'))).toEqual({ What: 1, Where: 1, Of: 1, That: 0, Whoever: 0 });
  });

  it('Fewer than 15 comments of the workspace begin with a word that hides their subject', () => {
    const counts: Record<string, number> = countWorkspace();
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBeLessThan(15);
  });
});
