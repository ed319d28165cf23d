/** Playwright's `test` with the fixture `traced`, and its `expect` with the matchers of traces. */
import {
  expect as playwrightExpect,
  test as playwrightTest,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
  type TestType,
} from '@playwright/test';
import { traced as tracedAtBackend } from './default-backend.js';
import { matchers } from './matchers/matchers.js';
import { shapeMatcher } from './matchers/shape-matcher.js';
import { drawLine } from './matchers/verdict.js';
import type { TestTrace } from './trace/test-trace.js';
import type { TracedFunction } from './traced.js';

/** Playwright's `expect` with the matchers of traces. A shape is compared with a snapshot file beside the test. */
export const expect = playwrightExpect.extend({
  ...matchers,
  toMatchShape: shapeMatcher((shape) => playwrightExpect(shape.text).toMatchSnapshot()),
});

/** Fixtures of the trace tests. */
export interface TraceFixtures {
  /** `traced()` that attaches each trace of a failed test to the report. */
  readonly traced: TracedFunction;
}

/** Playwright's `test` with the fixture `traced`. */
export const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & TraceFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
> = playwrightTest.extend<TraceFixtures>({
  traced: [
    // Playwright reads the names of the fixtures from a destructured first parameter.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use, info) => {
      const traces: TestTrace[] = [];
      await use(async (name, action, options) => {
        const outcome = await tracedAtBackend(name, action, options);
        traces.push(outcome.trace);
        return outcome;
      });
      if (info.status === info.expectedStatus) return;
      for (const trace of traces) {
        await info.attach(`trace of ${trace.name ?? trace.traceId}`, {
          body: describe(trace),
          contentType: 'text/plain',
        });
      }
    },
    {},
  ],
});

const describe = (trace: TestTrace): string =>
  [
    trace.url ?? trace.traceId,
    '',
    trace.tree(),
    ...(trace.isComplete ? [] : ['', 'Incomplete:', ...trace.reasons.map((reason) => `  ${reason}`)]),
    ...(trace.logs.length === 0 ? [] : ['', 'Log lines:', ...trace.logs.map(drawLine)]),
  ].join('\n');

export * from './index.js';
