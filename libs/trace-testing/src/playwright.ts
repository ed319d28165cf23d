/** Playwright's `test` with the fixture `traced`, and its `expect` with the matchers of traces. */
import { writeFileSync } from 'node:fs';
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
import { matchersFor } from './matchers/matchers.js';
import { shapeMatcher } from './matchers/shape-matcher.js';
import { drawLine } from './matchers/verdict.js';
import { writeReport, type ReportFailure } from './report/report-folder.js';
import { reportPage } from './report/report-page.js';
import type { TestTrace } from './trace/test-trace.js';
import type { TracedFunction } from './traced.js';

/** Failures of the traces that the fixture attaches to the report. Other traces are written to files. */
const failuresOf = new WeakMap<TestTrace, string[]>();

const reportFailure: ReportFailure = (trace, failure) => {
  const failures = failuresOf.get(trace);
  if (failures === undefined) return writeReport(trace, failure);
  failures.push(failure);
  return `Report: attached to the test as "${reportNameOf(trace)}"`;
};

const reportNameOf = (trace: TestTrace): string => `trace of ${trace.name ?? trace.traceId}`;

/** Playwright's `expect` with the matchers of traces. A shape is compared with a snapshot file beside the test. */
export const expect = playwrightExpect.extend({
  ...matchersFor(reportFailure),
  toMatchShape: shapeMatcher((shape) => playwrightExpect(shape.text).toMatchSnapshot(), reportFailure),
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
        failuresOf.set(outcome.trace, []);
        return outcome;
      });
      if (info.status === info.expectedStatus) return;
      for (const trace of traces) {
        // Playwright's reporters print the body of an attachment, and only the path of a file.
        const path = info.outputPath(`${trace.traceId}.trace.html`);
        writeFileSync(path, reportPage(trace, failuresOf.get(trace) ?? []));
        await info.attach(reportNameOf(trace), { path, contentType: 'text/html' });
        await info.attach(`${reportNameOf(trace)}, as text`, {
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
