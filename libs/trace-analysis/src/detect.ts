import { DETECTION_KINDS, type Detection, type DetectionSubject } from './detection.js';
import type { Detector } from './detector.js';
import { detectBrokenPropagation } from './detectors/broken-propagation.js';
import { detectClockSkew } from './detectors/clock-skew.js';
import { detectErrorOrigin } from './detectors/error-origin.js';
import { detectIncompleteTrace } from './detectors/incomplete-trace.js';
import { detectLargePayloads } from './detectors/large-payload.js';
import { detectNPlusOne } from './detectors/n-plus-one.js';
import { detectRepeatedQueries } from './detectors/repeated-query.js';
import { detectResourceWaits } from './detectors/resource-wait.js';
import { detectRetryStorms } from './detectors/retry-storm.js';
import { detectSensitiveAttributes } from './detectors/sensitive-attribute.js';
import { detectSensitiveUrls } from './detectors/sensitive-url.js';
import { detectSequentialCalls } from './detectors/sequential-calls.js';
import { detectSlowStatements } from './detectors/slow-statement.js';
import { detectSwallowedErrors } from './detectors/swallowed-error.js';
import { detectUnboundedSpanNames } from './detectors/unbounded-span-name.js';
import { detectWorkAfterAnswer } from './detectors/work-after-answer.js';
import type { TraceFacts } from './trace-facts.js';

export const DETECTORS: readonly Detector[] = [
  detectNPlusOne,
  detectSequentialCalls,
  detectRetryStorms,
  detectRepeatedQueries,
  detectSlowStatements,
  detectLargePayloads,
  detectResourceWaits,
  detectWorkAfterAnswer,
  detectErrorOrigin,
  detectSwallowedErrors,
  detectBrokenPropagation,
  detectIncompleteTrace,
  detectClockSkew,
  detectSensitiveAttributes,
  detectSensitiveUrls,
  detectUnboundedSpanNames,
];

const SUBJECT_ORDER: readonly DetectionSubject[] = ['failure', 'time', 'data', 'telemetry'];

/** Runs all detectors. Failures come first, then what takes the largest share of the trace's time, then data and telemetry. */
export const detect = (facts: TraceFacts): Detection[] => {
  const steps = detectSteps(facts);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

/** Does the same in steps, between which a server can answer other requests. */
export function* detectSteps(facts: TraceFacts): Generator<void, Detection[]> {
  const detections: Detection[] = [];
  for (const detector of DETECTORS) {
    detections.push(...detector(facts));
    yield;
  }
  const rankOf = ({ kind }: Detection): number => SUBJECT_ORDER.indexOf(DETECTION_KINDS[kind].subject);
  return detections.sort(
    (a, b) => rankOf(a) - rankOf(b) || b.share - a.share || (a.rows[0] ?? 0) - (b.rows[0] ?? 0),
  );
}
