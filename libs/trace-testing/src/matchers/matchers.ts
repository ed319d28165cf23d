import type { LogPattern } from '../patterns/log-pattern.js';
import type { SpanPattern } from '../patterns/span-pattern.js';
import { checkLimits, checkShare, type ShareLimits, type Spender, type TraceLimits } from './budget.js';
import { checkCalls } from './calls.js';
import { checkClean, type CleanOptions } from './detections.js';
import { checkLog, type LogOptions } from './logs.js';
import { writeReport, type ReportFailure } from '../report/report-folder.js';
import { receivedTrace } from './received-trace.js';
import type { ShapeOptions } from './shape.js';
import { checkErrors, checkSpan, checkSpans, type SpanCount } from './spans.js';
import { concludeWith, type MatcherContext, type MatcherResult } from './verdict.js';

/** Matchers of traces, with the same meaning in every test runner. */
export interface TraceMatchers<Result> {
  /**
   * Passes when a span matches.
   *
   * ```ts
   * expect(trace).toHaveSpan({ service: 'order-service', name: 'calculate_total', status: 'error' });
   * ```
   */
  toHaveSpan(pattern: SpanPattern): Result;
  /** Passes when the number of matching spans is within the bounds. */
  toHaveSpans(pattern: SpanPattern, count: SpanCount): Result;
  /** Passes when the services call each other in this order: `'gateway > orders > users'`, by the parents of the spans. */
  toHaveCalls(path: string): Result;
  /** Passes when a span has status ERROR. Mostly used as `.not.toHaveErrors()`. */
  toHaveErrors(): Result;
  /** Passes when a log line of the trace matches. Waits for the line, so the result must be awaited. */
  toHaveLog(pattern: LogPattern, options?: LogOptions): Promise<Result>;
  /** Passes when the trace stays within each of the limits. */
  toHaveAtMost(limits: TraceLimits): Result;
  /** Passes when a service, or the matching spans, spend no more (or less) than a share of the critical path. */
  toSpend(spender: Spender, limits: ShareLimits): Result;
  /**
   * Passes when the analysis of Lantern finds nothing in the trace: no N+1 queries, no swallowed error, no secret in an
   * attribute and no other detection.
   */
  toBeClean(options?: CleanOptions): Result;
  /** Passes when the text tree of the trace equals the snapshot in the runner's own snapshot file. */
  toMatchShape(options?: ShapeOptions): Result;
}

/** Returns the matchers that need nothing of the runner but a place for the traces of failures. */
export const matchersFor = (report: ReportFailure) => {
  const conclude = concludeWith(report);
  return {
    toHaveSpan(this: MatcherContext, received: unknown, pattern: SpanPattern): MatcherResult {
      const trace = receivedTrace('toHaveSpan', received);
      return conclude('toHaveSpan(pattern)', this, trace, checkSpan(trace, pattern));
    },

    toHaveSpans(
      this: MatcherContext,
      received: unknown,
      pattern: SpanPattern,
      count: SpanCount,
    ): MatcherResult {
      const trace = receivedTrace('toHaveSpans', received);
      return conclude('toHaveSpans(pattern, count)', this, trace, checkSpans(trace, pattern, count));
    },

    toHaveCalls(this: MatcherContext, received: unknown, path: string): MatcherResult {
      const trace = receivedTrace('toHaveCalls', received);
      return conclude('toHaveCalls(path)', this, trace, checkCalls(trace, path));
    },

    toHaveErrors(this: MatcherContext, received: unknown): MatcherResult {
      const trace = receivedTrace('toHaveErrors', received);
      return conclude('toHaveErrors()', this, trace, checkErrors(trace));
    },

    async toHaveLog(
      this: MatcherContext,
      received: unknown,
      pattern: LogPattern,
      options?: LogOptions,
    ): Promise<MatcherResult> {
      const trace = receivedTrace('toHaveLog', received);
      return conclude(
        'toHaveLog(pattern)',
        this,
        trace,
        await checkLog(trace, pattern, this.isNot === true, options),
      );
    },

    toHaveAtMost(this: MatcherContext, received: unknown, limits: TraceLimits): MatcherResult {
      const trace = receivedTrace('toHaveAtMost', received);
      return conclude('toHaveAtMost(limits)', this, trace, checkLimits(trace, limits));
    },

    toSpend(this: MatcherContext, received: unknown, spender: Spender, limits: ShareLimits): MatcherResult {
      const trace = receivedTrace('toSpend', received);
      return conclude('toSpend(spender, limits)', this, trace, checkShare(trace, spender, limits));
    },

    toBeClean(this: MatcherContext, received: unknown, options?: CleanOptions): MatcherResult {
      const trace = receivedTrace('toBeClean', received);
      return conclude('toBeClean()', this, trace, checkClean(trace, options));
    },
  };
};

/** Matchers that need nothing of the runner, for `expect.extend()`. */
export const matchers = matchersFor(writeReport);
