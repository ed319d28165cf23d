import { describe, expect, it } from '@jest/globals';
import { CheckPace } from './check-pace.js';

const checksOf = (lines: readonly string[]): number => {
  const pace = new CheckPace();
  return lines.filter((line) => pace.isDueAfter(line)).length;
};

describe('A query', () => {
  it('looks at the clock after each long line, over which an expression may take long', () => {
    expect(checksOf(Array<string>(10).fill('x'.repeat(20_000)))).toBe(10);
  });

  it('looks at the clock after every few short lines, over which a template may take long', () => {
    expect(checksOf(Array<string>(12).fill(''))).toBe(3);
  });
});
