import { detect } from '../detect.js';
import type { DetectionKind } from '../detection.js';
import { errorMessageOf } from '../failure.js';
import { maskText } from '../sensitive/mask.js';
import type { TraceFacts } from '../trace-facts.js';

/** Version of the form of a stored profile. */
export const PROFILE_VERSION = 1;

/** Maximum number of durations of an operation: enough for its 95th percentile. */
const MAX_DURATIONS = 500;

/** Limits on names, which hostile or broken senders make without end. */
const MAX_OPERATIONS = 5_000;
const MAX_ERRORS = 500;
const MAX_MESSAGE = 200;

export interface RunOperation {
  readonly service: string;
  readonly operation: string;
  count: number;
  errorCount: number;
  /** Durations in nanoseconds. Of more than {@link MAX_DURATIONS}, a sample at equal distances. */
  durations: number[];
}

export interface RunEdge {
  readonly caller: string;
  readonly callee: string;
  count: number;
}

export interface RunError {
  readonly service: string;
  readonly operation: string;
  /** Message with its secrets masked and its numbers left out. */
  readonly message: string;
  count: number;
}

export interface RunDetection {
  readonly kind: DetectionKind;
  readonly service: string;
  readonly operation: string;
  /** Number of traces with the detection. */
  count: number;
}

/** What a run did: the traces of a test run, of a version or of a time. As JSON it can be kept and compared later. */
export interface RunProfile {
  readonly version: typeof PROFILE_VERSION;
  readonly name: string;
  readonly traces: number;
  readonly spans: number;
  /** Whether the run has more traces than were read. */
  readonly isSampled: boolean;
  readonly operations: readonly RunOperation[];
  /** Calls between services. */
  readonly edges: readonly RunEdge[];
  readonly errors: readonly RunError[];
  readonly detections: readonly RunDetection[];
}

/** Collects the profile of a run from its traces, one at a time. */
export class RunProfiler {
  private traces = 0;
  private spans = 0;
  private readonly operations = new Map<string, RunOperation>();
  /** Distance of the durations that are kept, by operation. */
  private readonly strides = new Map<string, number>();
  private readonly edges = new Map<string, RunEdge>();
  private readonly errors = new Map<string, RunError>();
  private readonly detections = new Map<string, RunDetection>();

  add(facts: TraceFacts): void {
    this.traces++;
    this.spans += facts.table.length;
    for (let row = 0; row < facts.table.length; row++) {
      const [service, operation] = [facts.service(row), facts.operation(row)];
      this.addOperation(facts, row);
      const parent = facts.parent(row);
      if (parent !== -1 && facts.service(parent) !== service) {
        const caller = facts.service(parent);
        count(this.edges, [caller, service], () => ({ caller, callee: service, count: 0 }));
      }
      // A failure is counted where it started: the spans above it report the same one.
      if (!facts.isError(row) || (facts.table.errorsBelow[row] ?? 0) > 0 || this.errors.size >= MAX_ERRORS)
        continue;
      const span = facts.spans[row]?.span;
      const message = span === undefined ? '' : withoutNumbers(maskText(errorMessageOf(span)));
      count(this.errors, [service, operation, message], () => ({ service, operation, message, count: 0 }));
    }
    const found = new Map<string, Omit<RunDetection, 'count'>>();
    for (const { kind, rows } of detect(facts)) {
      const owner = facts.owner[rows[0] ?? 0] ?? 0;
      const own = { kind, service: facts.service(owner), operation: facts.operation(owner) };
      if (kind !== 'error-origin') found.set(JSON.stringify(own), own);
    }
    for (const own of found.values())
      count(this.detections, [own.kind, own.service, own.operation], () => ({ ...own, count: 0 }));
  }

  profile(name: string, isSampled: boolean): RunProfile {
    return {
      version: PROFILE_VERSION,
      name,
      traces: this.traces,
      spans: this.spans,
      isSampled,
      operations: [...this.operations.values()],
      edges: [...this.edges.values()],
      errors: [...this.errors.values()],
      detections: [...this.detections.values()],
    };
  }

  private addOperation(facts: TraceFacts, row: number): void {
    const [service, operation] = [facts.service(row), facts.operation(row)];
    const key = JSON.stringify([service, operation]);
    let known = this.operations.get(key);
    if (known === undefined) {
      if (this.operations.size >= MAX_OPERATIONS) return;
      known = { service, operation, count: 0, errorCount: 0, durations: [] };
      this.operations.set(key, known);
    }
    if (facts.isError(row)) known.errorCount++;
    const stride = this.strides.get(key) ?? 1;
    if (known.count++ % stride !== 0) return;
    known.durations.push(Math.round(facts.duration(row)));
    if (known.durations.length < MAX_DURATIONS) return;
    known.durations = known.durations.filter((_, i) => i % 2 === 0);
    this.strides.set(key, 2 * stride);
  }
}

const count = <Item extends { count: number }>(
  items: Map<string, Item>,
  parts: readonly string[],
  make: () => Item,
): void => {
  const key = JSON.stringify(parts);
  let item = items.get(key);
  if (item === undefined) items.set(key, (item = make()));
  item.count++;
};

/** Messages that differ only in IDs and numbers are of one error. */
const withoutNumbers = (message: string): string =>
  message
    .split('\n', 1)[0]
    ?.slice(0, MAX_MESSAGE)
    .replaceAll(/\b[0-9a-f]{8,}(?:-[0-9a-f]+)*\b|\d+(?:\.\d+)?/gi, '#') ?? '';
