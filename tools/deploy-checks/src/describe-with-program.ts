import { describe, expect, it } from '@jest/globals';
import { findProgram } from './programs.js';

/**
 * Declares a suite that needs a program. If the program is missing, a test named NOT RUN reports it; with REQUIRE_PROGRAMS
 * set, as in CI, that test fails.
 */
export const describeWithProgram = (
  program: string,
  what: string,
  suite: (path: string) => void,
  hint = `npm run programs -w @lantern/deploy-checks`,
): void => {
  const path = findProgram(program);
  describe(what, () => {
    if (path) {
      suite(path);
      return;
    }
    it(`NOT RUN: ${program} is not installed here (${hint})`, () => {
      expect(process.env.REQUIRE_PROGRAMS ?? '').toBe('');
    });
  });
};
