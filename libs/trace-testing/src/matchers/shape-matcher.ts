import { receivedTrace } from './received-trace.js';
import { shapeOf, type Shape, type ShapeOptions } from './shape.js';
import { writeReport, type ReportFailure } from '../report/report-folder.js';
import { concludeWith, type MatcherContext, type MatcherResult } from './verdict.js';

/** Compares a shape with the snapshot of the current test. Throws when they differ. */
export type CompareSnapshot = (shape: Shape) => void;

/** Returns `toMatchShape()` for a runner with its own kind of snapshot files. */
export const shapeMatcher = (compare: CompareSnapshot, report: ReportFailure = writeReport) => {
  const conclude = concludeWith(report);
  return function toMatchShape(
    this: MatcherContext,
    received: unknown,
    options?: ShapeOptions,
  ): MatcherResult {
    if (this.isNot === true)
      throw new TypeError('.not.toMatchShape() is not possible: a snapshot holds one shape.');
    const trace = receivedTrace('toMatchShape', received);
    const shape = shapeOf(trace, options);
    const expected = 'the shape in the snapshot';
    const verdict = { isOpen: true, expected, hasOwnTree: true };
    // A partial trace must never become a snapshot.
    if (!trace.isComplete)
      return conclude('toMatchShape()', this, trace, { ...verdict, pass: true, found: [] });
    try {
      compare(shape);
      return conclude('toMatchShape()', this, trace, { ...verdict, pass: true, found: [] });
    } catch (error) {
      const found = [error instanceof Error ? error.message : String(error)];
      const result = conclude('toMatchShape()', this, trace, { ...verdict, pass: false, found });
      // Vitest shows the difference beside the message, Jest and Playwright in it.
      const { actual, expected: snapshot } = error as {
        readonly actual?: unknown;
        readonly expected?: unknown;
      };
      return { ...result, ...(snapshot !== undefined && { actual, expected: snapshot }) };
    }
  };
};
