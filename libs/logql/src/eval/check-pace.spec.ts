import { describe, expect, it } from '@jest/globals';
import { CheckPace } from './check-pace.js';

const checksOf = (lines: readonly string[]): number => {
  const pace = new CheckPace();
  return lines.filter((line) => pace.isDueAfter(line)).length;
};

describe('A query', () => {
  it('A query checks the clock after each long line, because an expression can take long on it', () => {
    expect(checksOf(Array<string>(10).fill('x'.repeat(20_000)))).toBe(10);
  });

  it('A query checks the clock after every few short lines, because a template can take long on them', () => {
    expect(checksOf(Array<string>(12).fill(''))).toBe(3);
  });
});
