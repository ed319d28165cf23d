import { DETECTION_KINDS, TraceFacts, detect, type Detection } from '@lantern/trace-analysis';
import { rejectUnknownMembers } from '../patterns/similarity.js';
import type { TestSpan } from '../trace/test-span.js';
import type { TestTrace } from '../trace/test-trace.js';
import { modelOf } from '../trace/trace-model.js';
import type { Verdict } from './verdict.js';

/**
 * Kinds of detections, see docs/detections.md. Clock skew is left out: it is a fault of hosts, and the spans of a server under load
 * look alike.
 */
export const DETECTION_NAMES = [
  'n-plus-one-queries',
  'n-plus-one-calls',
  'sequential-calls',
  'retry-storm',
  'repeated-query',
  'slow-statement',
  'large-payload',
  'resource-wait',
  'broken-propagation',
  'incomplete-trace',
  'work-after-answer',
  'swallowed-error',
  'error-origin',
  'sensitive-attribute',
  'sensitive-url',
  'unbounded-span-name',
] as const satisfies readonly (keyof typeof DETECTION_KINDS)[];
export type DetectionName = (typeof DETECTION_NAMES)[number];

export interface CleanOptions {
  /** Detections that this trace may have. */
  readonly allow?: readonly DetectionName[];
}

/** Looks for N+1 queries, swallowed errors, secrets in attributes and the other detections of Lantern. */
export const checkClean = (trace: TestTrace, options: CleanOptions = {}): Verdict => {
  rejectUnknownMembers('The options of toBeClean()', options, ['allow']);
  const { allow = [] } = options;
  rejectUnknownMembers(
    'The list of allowed detections',
    Object.fromEntries(allow.map((name) => [name, true])),
    DETECTION_NAMES,
  );
  const { traceId, resourceSpans } = modelOf(trace);
  const facts = new TraceFacts(traceId, resourceSpans);
  const detections = detect(facts).filter(
    (detection): detection is Detection & { kind: DetectionName } =>
      DETECTION_NAMES.some((name) => name === detection.kind) &&
      !allow.some((name) => name === detection.kind),
  );
  const spansById = new Map(trace.spans.map((span) => [span.spanId, span]));
  const marked = detections
    .flatMap(({ rows }) => rows.map((row) => spansById.get(facts.spans[row]?.span.spanId ?? '')))
    .filter((span): span is TestSpan => span !== undefined);
  const number = detections.length === 1 ? 'one detection' : `${detections.length} detections`;
  const without = allow.length === 0 ? '' : ` except ${allow.join(', ')}`;
  return {
    pass: detections.length === 0,
    // A detection stays; spans that are missing may bring one.
    isOpen: detections.length === 0,
    expected: `no detection${without}`,
    found:
      detections.length === 0
        ? ['Received: no detection']
        : [
            `Received: ${number}; the spans are marked with ► below.`,
            ...detections.flatMap(({ kind, text }) => [
              `  ${DETECTION_KINDS[kind].title} ("${kind}"): ${text}`,
              `    ${DETECTION_KINDS[kind].advice}`,
            ]),
          ],
    marked,
  };
};
