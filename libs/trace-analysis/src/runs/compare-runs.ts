import { quantile } from '@lantern/telemetry-model';
import { mannWhitney } from './mann-whitney.js';
import type { RunDetection, RunEdge, RunError, RunOperation, RunProfile } from './run-profile.js';

export interface CompareRunsOptions {
  /** Least relative difference of the medians that counts as slower or faster. Default: 0.1. */
  readonly threshold?: number;
}

export interface OperationChange {
  readonly service: string;
  readonly operation: string;
  /** Number of spans; 0 if the run has none. */
  readonly count: readonly [a: number, b: number];
  /** Number of spans by trace of the run. */
  readonly perTrace: readonly [a: number, b: number];
  readonly errorCount: readonly [a: number, b: number];
  /** Nanoseconds; undefined if the run has no span. */
  readonly p50: readonly [a: number | undefined, b: number | undefined];
  readonly p95: readonly [a: number | undefined, b: number | undefined];
  /** Probability of the difference of durations by chance. */
  readonly chance: number;
  readonly latency: 'slower' | 'faster' | 'same';
  readonly spans: 'new' | 'lost' | 'more' | 'fewer' | 'same';
}

/** Differences of run B from run A. */
export interface RunComparison {
  readonly a: RunSummary;
  readonly b: RunSummary;
  /** All operations of either run, those that changed most first. */
  readonly operations: readonly OperationChange[];
  readonly newEdges: readonly RunEdge[];
  readonly lostEdges: readonly RunEdge[];
  readonly newErrors: readonly RunError[];
  readonly newDetections: readonly RunDetection[];
  readonly goneDetections: readonly RunDetection[];
}

export type RunSummary = Pick<RunProfile, 'name' | 'traces' | 'spans' | 'isSampled'>;

/** Level at which durations differ. @see mannWhitney */
const SIGNIFICANCE = 0.05;
const THRESHOLD = 0.1;
/** Shorter differences are those of clocks and schedulers. */
const LEAST_NANOS = 100_000;
/** Relative difference of spans per trace that is a change: runs of equal tests differ by less. */
const LEAST_SPANS = 0.05;

/**
 * Compares two runs. Counts are compared per trace, since runs need not have equally many traces. Durations differ only if
 * a test of Mann and Whitney at 5 % says so *and* the medians differ by the threshold: on a machine that others share, a
 * significant difference may be of no interest, and a large one may be chance.
 */
export const compareRuns = (
  a: RunProfile,
  b: RunProfile,
  { threshold = THRESHOLD }: CompareRunsOptions = {},
): RunComparison => {
  const keyOf = ({ service, operation }: RunOperation): string => JSON.stringify([service, operation]);
  const before = new Map(a.operations.map((each) => [keyOf(each), each]));
  const after = new Map(b.operations.map((each) => [keyOf(each), each]));
  const keys = new Set([...before.keys(), ...after.keys()]);
  const operations = [...keys].map((key) =>
    operationChange(before.get(key), after.get(key), [a.traces, b.traces], threshold),
  );
  const edgeKey = ({ caller, callee }: RunEdge): string => JSON.stringify([caller, callee]);
  const errorKey = ({ service, operation, message }: RunError): string =>
    JSON.stringify([service, operation, message]);
  const detectionKey = ({ kind, service, operation }: RunDetection): string =>
    JSON.stringify([kind, service, operation]);
  return {
    a: summaryOf(a),
    b: summaryOf(b),
    operations: operations.sort((x, y) => weightOf(y) - weightOf(x)),
    newEdges: without(b.edges, a.edges, edgeKey),
    lostEdges: without(a.edges, b.edges, edgeKey),
    newErrors: without(b.errors, a.errors, errorKey),
    newDetections: without(b.detections, a.detections, detectionKey),
    goneDetections: without(a.detections, b.detections, detectionKey),
  };
};

const summaryOf = ({ name, traces, spans, isSampled }: RunProfile): RunSummary => ({
  name,
  traces,
  spans,
  isSampled,
});

const without = <Item>(
  items: readonly Item[],
  others: readonly Item[],
  keyOf: (item: Item) => string,
): Item[] => {
  const known = new Set(others.map(keyOf));
  return items.filter((item) => !known.has(keyOf(item)));
};

const operationChange = (
  a: RunOperation | undefined,
  b: RunOperation | undefined,
  [tracesA, tracesB]: readonly [number, number],
  threshold: number,
): OperationChange => {
  const { service = '', operation = '' } = a ?? b ?? {};
  const [sortedA, sortedB] = [a, b].map((each) => [...(each?.durations ?? [])].sort((x, y) => x - y));
  const at = (share: number) => [quantileOf(sortedA, share), quantileOf(sortedB, share)] as const;
  const p50 = at(0.5);
  const perTrace = [(a?.count ?? 0) / Math.max(1, tracesA), (b?.count ?? 0) / Math.max(1, tracesB)] as const;
  const chance = mannWhitney(sortedA ?? [], sortedB ?? []);
  return {
    service,
    operation,
    count: [a?.count ?? 0, b?.count ?? 0],
    perTrace,
    errorCount: [a?.errorCount ?? 0, b?.errorCount ?? 0],
    p50,
    p95: at(0.95),
    chance,
    latency: chance < SIGNIFICANCE ? latencyChange(p50, threshold) : 'same',
    spans: a === undefined ? 'new' : b === undefined ? 'lost' : spanChange(perTrace),
  };
};

const quantileOf = (sorted: readonly number[] | undefined, share: number): number | undefined =>
  sorted === undefined || sorted.length === 0 ? undefined : quantile(share, sorted);

const latencyChange = ([a, b]: OperationChange['p50'], threshold: number): OperationChange['latency'] => {
  if (a === undefined || b === undefined || Math.abs(b - a) < Math.max(LEAST_NANOS, a * threshold))
    return 'same';
  return b > a ? 'slower' : 'faster';
};

const spanChange = ([a, b]: readonly [number, number]): OperationChange['spans'] =>
  Math.abs(b - a) <= LEAST_SPANS * a ? 'same' : b > a ? 'more' : 'fewer';

/** New and lost operations first, then changed counts, then changed durations, each by size. */
const weightOf = ({ spans, latency, perTrace: [a, b], p50 }: OperationChange): number => {
  if (spans === 'new' || spans === 'lost') return 4e6 + Math.min(1e5, a + b);
  if (spans !== 'same') return 2e6 + Math.min(1e5, Math.abs(b - a));
  if (latency === 'same') return 0;
  return (latency === 'slower' ? 1e6 : 0) + Math.min(9e5, Math.abs((p50[1] ?? 0) - (p50[0] ?? 0)) / 1e6);
};
