import type { DetectionKind } from '../../detection.js';
import type { Program } from '../program.js';

/** Program with a known fault, or an innocent one that looks like it. */
export interface CorpusCase {
  readonly name: string;
  /** Kinds that a reader of the program would report. Empty for an innocent one. */
  readonly expected: readonly DetectionKind[];
  readonly run: (program: Program) => void;
}

/** Declares a program with faults. */
export const faulty = (
  expected: DetectionKind | readonly DetectionKind[],
  name: string,
  run: (program: Program) => void,
): CorpusCase => ({ name, expected: typeof expected === 'string' ? [expected] : expected, run });

/** Declares a program without faults. */
export const innocent = (name: string, run: (program: Program) => void): CorpusCase => ({
  name,
  expected: [],
  run,
});
