import { javaAgent, nodeOld, nodeStable, python, type Conventions } from '../conventions.js';
import type { CorpusCase } from './corpus-case.js';
import { HELD_OUT } from './held-out.js';
import { TUNED } from './tuned.js';

export interface CorpusHalf {
  readonly name: string;
  readonly cases: readonly CorpusCase[];
  readonly conventions: readonly Conventions[];
}

/** Programs in two halves: the thresholds of the detectors were chosen on the first, and are judged on the second. */
export const CORPUS: readonly CorpusHalf[] = [
  { name: 'tuned', cases: TUNED, conventions: [nodeStable, nodeOld] },
  { name: 'held-out', cases: HELD_OUT, conventions: [javaAgent, python] },
];
