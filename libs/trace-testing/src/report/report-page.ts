import { traceReport } from '@lantern/trace-report';
import type { TestTrace } from '../trace/test-trace.js';
import { modelOf } from '../trace/trace-model.js';

/**
 * Returns a page of HTML with a trace, its log lines and the failures of the test, which a browser shows without a server. Secrets in
 * it are masked.
 */
export const reportPage = (trace: TestTrace, failures: readonly string[]): string =>
  traceReport(
    [
      {
        ...modelOf(trace),
        lines: trace.logs.map(({ timeUnixNano, text, labels }) => ({ timeUnixNano, line: text, labels })),
      },
    ],
    { ...(trace.name !== undefined && { title: trace.name }), notes: failures },
  );
