/** Matchers for Vitest: import this module once, in a file of `setupFiles` or in each test file. */
import { expect } from 'vitest';
import { matchers, type TraceMatchers } from './matchers/matchers.js';
import { shapeMatcher } from './matchers/shape-matcher.js';
import { Shape } from './matchers/shape.js';

expect.addSnapshotSerializer({
  test: (value) => value instanceof Shape,
  serialize: (value) => String(value),
});
expect.extend({ ...matchers, toMatchShape: shapeMatcher((shape) => expect(shape).toMatchSnapshot()) });

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- augments the interface of Vitest
  interface Matchers<R extends void | Promise<void>> extends TraceMatchers<R> {}
}

export * from './index.js';
