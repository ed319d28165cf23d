import { detect } from '../detect.js';
import { DETECTION_KINDS, type DetectionKind } from '../detection.js';
import { TraceFacts } from '../trace-facts.js';
import type { Conventions } from './conventions.js';
import type { CorpusCase } from './corpus/corpus-case.js';
import { Program } from './program.js';

export interface Accuracy {
  readonly kind: DetectionKind;
  /** Programs with the fault in which it was found. */
  readonly found: number;
  /** Programs with the fault in which it was not found. */
  readonly missed: number;
  /** Programs without the fault in which it was reported. */
  readonly wrong: number;
  readonly precision: number;
  readonly recall: number;
  /** Names of the programs that were missed or wrong. */
  readonly mistakes: readonly string[];
}

/** Number of times that each program runs with each convention, each time with other durations, counts and IDs. */
const RUNS = 5;

/** Runs the programs of a corpus and returns how well each kind is detected. */
export const measureAccuracy = (
  cases: readonly CorpusCase[],
  conventions: readonly Conventions[],
): Accuracy[] => {
  const kinds = Object.keys(DETECTION_KINDS) as DetectionKind[];
  const counts = new Map(
    kinds.map((kind) => [kind, { found: 0, missed: 0, wrong: 0, mistakes: new Set<string>() }]),
  );
  for (const [i, { name, expected, run }] of cases.entries()) {
    for (const convention of conventions) {
      for (let turn = 0; turn < RUNS; turn++) {
        const program = new Program(convention, i * 100 + turn);
        run(program);
        const detections = detect(new TraceFacts(program.traceId, program.resourceSpans()));
        const detected = new Set<DetectionKind>(detections.map(({ kind }) => kind));
        for (const [kind, count] of counts) {
          if (detected.has(kind) && expected.includes(kind)) count.found++;
          else if (detected.has(kind)) {
            count.wrong++;
            count.mistakes.add(`wrong: ${name} (${convention.name})`);
          } else if (expected.includes(kind)) {
            count.missed++;
            count.mistakes.add(`missed: ${name} (${convention.name})`);
          }
        }
      }
    }
  }
  return kinds.map((kind) => {
    const { found = 0, missed = 0, wrong = 0, mistakes = [] } = counts.get(kind) ?? {};
    return {
      kind,
      found,
      missed,
      wrong,
      precision: found + wrong === 0 ? 1 : found / (found + wrong),
      recall: found + missed === 0 ? 1 : found / (found + missed),
      mistakes: [...mistakes],
    };
  });
};
