import { describeLogPattern, readLogPattern, type LogPattern } from '../patterns/log-pattern.js';
import type { LogLine } from '../trace/log-line.js';
import type { TestTrace } from '../trace/test-trace.js';
import { drawLine, type Verdict } from './verdict.js';

export interface LogOptions {
  /** Time in milliseconds for the line to arrive; a negated assertion waits for all of it. Default: 3000, and 300 with `.not`. */
  readonly timeoutMillis?: number;
}

const POLL_MILLIS = 50;

/** Reads the log lines until one matches or the timeout has passed: a line may arrive after the spans. */
export const checkLog = async (
  trace: TestTrace,
  pattern: LogPattern,
  isNot: boolean,
  { timeoutMillis = isNot ? 300 : 3_000 }: LogOptions = {},
): Promise<Verdict> => {
  const matches = readLogPattern(pattern);
  const deadline = Date.now() + timeoutMillis;
  let logs: readonly LogLine[] = trace.logs;
  while (!logs.some(matches) && Date.now() < deadline) {
    logs = await trace.currentLogs();
    if (!logs.some(matches)) await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
  const matching = logs.filter(matches);
  return {
    pass: matching.length > 0,
    isOpen: matching.length === 0,
    expected: `a log line with ${describeLogPattern(pattern)}`,
    found:
      matching.length > 0
        ? ['Received:', ...matching.map(drawLine)]
        : logs.length === 0
          ? [`Received: no log line of the trace within ${timeoutMillis} ms`]
          : [
              `Received: none of ${logs.length} log lines within ${timeoutMillis} ms:`,
              ...logs.slice(0, 30).map(drawLine),
            ],
  };
};
