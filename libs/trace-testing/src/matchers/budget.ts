import { buildSpanTable, criticalPath, criticalTimes, type SpanId } from '@lantern/telemetry-model';
import {
  describeSpanPattern,
  matchesSpan,
  nearestMiss,
  readSpanPattern,
  type SpanPattern,
} from '../patterns/span-pattern.js';
import { rejectUnknownMembers } from '../patterns/similarity.js';
import type { ServiceName } from '../names.js';
import { depthOf, spanLine } from '../trace/draw-tree.js';
import type { TestSpan } from '../trace/test-span.js';
import type { TestTrace } from '../trace/test-trace.js';
import { callCount } from './calls.js';
import type { Verdict } from './verdict.js';

/** Upper limits of a trace. Counts do not depend on the load of the machine, as durations do. */
export interface TraceLimits {
  readonly spans?: number;
  /** Calls from one service to another. */
  readonly calls?: number;
  /** Levels of the tree. */
  readonly depth?: number;
  /** Queries of databases: CLIENT spans with the attribute `db.system.name` or `db.system`. */
  readonly queries?: number;
}

const LIMITS = ['spans', 'calls', 'depth', 'queries'] as const satisfies readonly (keyof TraceLimits)[];

export const checkLimits = (trace: TestTrace, limits: TraceLimits): Verdict => {
  rejectUnknownMembers('A limit of a trace', limits, LIMITS);
  const given = LIMITS.filter((name) => limits[name] !== undefined);
  if (given.length === 0) throw new TypeError(`toHaveAtMost() needs a limit: ${LIMITS.join(', ')}.`);
  const queries = trace.spans.filter(isQuery);
  const received: Readonly<Record<keyof TraceLimits, number>> = {
    spans: trace.spans.length,
    calls: callCount(trace),
    depth: Math.max(0, ...trace.spans.map((span) => depthOf(span) + 1)),
    queries: queries.length,
  };
  const exceeded = given.filter((name) => received[name] > (limits[name] ?? Infinity));
  return {
    pass: exceeded.length === 0,
    // A limit that is exceeded stays exceeded.
    isOpen: exceeded.length === 0,
    expected: `at most ${given.map((name) => `${limits[name]} ${name}`).join(', ')}`,
    found: [`Received: ${given.map((name) => `${received[name]} ${name}`).join(', ')}`],
    marked: exceeded.includes('queries') ? queries : [],
  };
};

const isQuery = ({ kind, attributes }: TestSpan): boolean =>
  kind === 'client' && (attributes['db.system.name'] ?? attributes['db.system']) !== undefined;

/** Share of the critical path: `'60%'`, or a number from 0 to 1. */
export type Share = `${number}%` | number;

export interface ShareLimits {
  readonly atMost?: Share;
  readonly atLeast?: Share;
}

/** Whose time is measured: a service, or the spans that match a pattern. */
export type Spender = ServiceName | Exclude<SpanPattern, string>;

export const checkShare = (trace: TestTrace, spender: Spender, limits: ShareLimits): Verdict => {
  rejectUnknownMembers('A share of the critical path', limits, ['atMost', 'atLeast']);
  const { atMost, atLeast } = limits;
  if (atMost === undefined && atLeast === undefined) {
    throw new TypeError(
      "toSpend() needs a share of the critical path: { atMost: '60%' } or { atLeast: '60%' }.",
    );
  }
  const times = criticalTimesOf(trace);
  const total = sum(times.values());
  const isService = typeof spender === 'string' && trace.services.includes(spender);
  const wanted = readSpanPattern(isService ? { service: spender } : spender);
  const spenders = trace.spans.filter((span) => matchesSpan(span, wanted));
  const share = total === 0 ? 0 : sum(spenders.map((span) => times.get(span) ?? 0)) / total;
  const isKnown = spenders.length > 0;
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${percent(parseShare(atLeast))}`]),
    ...(atMost === undefined ? [] : [`at most ${percent(parseShare(atMost))}`]),
  ];
  const nearest = isKnown ? undefined : nearestMiss(trace.spans, wanted);
  const largest = [...times].sort(([, a], [, b]) => b - a).slice(0, 5);
  return {
    // A pattern that matches nothing is a mistake rather than a share of 0 %.
    pass:
      isKnown &&
      share <= (atMost === undefined ? 1 : parseShare(atMost)) &&
      share >= (atLeast === undefined ? 0 : parseShare(atLeast)),
    isOpen: true,
    expected: `${describeSpanPattern(wanted)} to spend ${bounds.join(' and ')} of the critical path`,
    found: isKnown
      ? [
          `Received: ${percent(share)} of ${(total / 1e6).toFixed(1)} ms. The largest shares:`,
          ...largest.map(([span, time]) => `  ${percent(time / total).padStart(6)}  ${spanLine(span)}`),
        ]
      : ['Received: no such span', ...(nearest?.differences ?? []).map((difference) => `  ${difference}`)],
    marked: nearest === undefined ? spenders : [nearest.span],
  };
};

/** Returns the time of each span on the critical path, in nanoseconds. */
const criticalTimesOf = ({ spans }: TestTrace): Map<TestSpan, number> => {
  const table = buildSpanTable(
    spans.map(({ spanId, parent, service, name, startUnixNano, endUnixNano, status, kind }) => ({
      spanId: spanId as SpanId,
      parentSpanId: parent?.spanId as SpanId | undefined,
      service,
      name,
      kind: KIND_NUMBERS[kind],
      isError: status === 'error',
      startUnixNano,
      endUnixNano,
    })),
  );
  const times = criticalTimes(table, criticalPath(table));
  return new Map(
    [...times.entries()].flatMap(([row, time]) => {
      const span = spans[table.source[row] ?? -1];
      return span === undefined ? [] : [[span, time] as const];
    }),
  );
};

const KIND_NUMBERS: Readonly<Record<TestSpan['kind'], number>> = {
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
};

const sum = (numbers: Iterable<number>): number => {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
};

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

const parseShare = (share: Share): number => {
  const value =
    typeof share === 'number' ? share : /^\d+(?:\.\d+)?%$/.test(share) ? Number.parseFloat(share) / 100 : NaN;
  if (value >= 0 && value <= 1) return value;
  throw new TypeError(
    `A share of the critical path is "0%" to "100%", or 0 to 1, received: ${JSON.stringify(share)}.`,
  );
};
