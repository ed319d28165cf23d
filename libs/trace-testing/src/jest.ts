/** Matchers for Jest: import this module once, in a file of `setupFilesAfterEnv` or in each test file. */
import { expect } from '@jest/globals';
import { matchers, type TraceMatchers } from './matchers/matchers.js';
import { shapeMatcher } from './matchers/shape-matcher.js';
import { Shape } from './matchers/shape.js';

expect.addSnapshotSerializer({
  test: (value: unknown) => value instanceof Shape,
  serialize: (value: unknown) => String(value),
});
expect.extend({ ...matchers, toMatchShape: shapeMatcher((shape) => expect(shape).toMatchSnapshot()) });

declare module 'expect' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- augments the interface of Jest
  interface Matchers<R extends void | Promise<void>> extends TraceMatchers<R> {}
}

export * from './index.js';
