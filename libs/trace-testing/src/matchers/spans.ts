import {
  describeSpanPattern,
  matchesSpan,
  nearestMiss,
  readSpanPattern,
  type SpanPattern,
} from '../patterns/span-pattern.js';
import { rejectUnknownMembers } from '../patterns/similarity.js';
import { spanLine } from '../trace/draw-tree.js';
import type { TestTrace } from '../trace/test-trace.js';
import type { Verdict } from './verdict.js';

/** Number of spans. At least one bound is needed. */
export interface SpanCount {
  readonly exactly?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export const checkSpan = (trace: TestTrace, pattern: SpanPattern): Verdict => {
  const wanted = readSpanPattern(pattern);
  const marked = trace.spans.filter((span) => matchesSpan(span, wanted));
  const expected = `a span with ${describeSpanPattern(wanted)}`;
  if (marked.length > 0) {
    const number = marked.length === 1 ? 'One span matches' : `${marked.length} spans match`;
    return { pass: true, isOpen: false, expected, found: [`${number}; marked with ► below.`], marked };
  }
  const nearest = nearestMiss(trace.spans, wanted);
  return {
    pass: false,
    isOpen: true,
    expected,
    found:
      nearest === undefined
        ? ['Received: no span at all']
        : [
            `Received: none of ${trace.spans.length} spans; the nearest one is marked with ► below. It differs in:`,
            ...nearest.differences.map((difference) => `  ${difference}`),
          ],
    marked: nearest === undefined ? [] : [nearest.span],
  };
};

const BOUNDS = ['exactly', 'atLeast', 'atMost'] as const satisfies readonly (keyof SpanCount)[];

export const checkSpans = (trace: TestTrace, pattern: SpanPattern, count: SpanCount): Verdict => {
  const wanted = readSpanPattern(pattern);
  rejectUnknownMembers('The number of spans', count, BOUNDS);
  const { exactly, atLeast = exactly ?? 0, atMost = exactly ?? Infinity } = count;
  if (BOUNDS.every((bound) => count[bound] === undefined)) {
    throw new TypeError('toHaveSpans() needs a number of spans: { exactly }, { atLeast } or { atMost }.');
  }
  const marked = trace.spans.filter((span) => matchesSpan(span, wanted));
  const bounds = BOUNDS.filter((bound) => count[bound] !== undefined).map(
    (bound) => `${WORDS[bound]} ${count[bound]}`,
  );
  const nearest = marked.length === 0 ? nearestMiss(trace.spans, wanted) : undefined;
  return {
    pass: marked.length >= atLeast && marked.length <= atMost,
    // More spans only help to reach a lower bound, and only break an upper one.
    isOpen: marked.length <= atMost && !(marked.length >= atLeast && atMost === Infinity),
    expected: `${bounds.join(' and ')} spans with ${describeSpanPattern(wanted)}`,
    found: [
      `Received: ${marked.length}${marked.length > 0 ? '; marked with ► below.' : ''}`,
      ...(nearest === undefined
        ? []
        : [
            `The nearest span is "${spanLine(nearest.span)}", marked with ► below. It differs in:`,
            ...nearest.differences.map((difference) => `  ${difference}`),
          ]),
    ],
    marked: nearest === undefined ? marked : [nearest.span],
  };
};

const WORDS: Readonly<Record<keyof SpanCount, string>> = {
  exactly: 'exactly',
  atLeast: 'at least',
  atMost: 'at most',
};

export const checkErrors = (trace: TestTrace): Verdict => {
  const marked = trace.spans.filter(({ status }) => status === 'error');
  return {
    pass: marked.length > 0,
    isOpen: marked.length === 0,
    expected: 'a span with status ERROR',
    found:
      marked.length === 0
        ? [`Received: none of ${trace.spans.length} spans`]
        : [
            `Received: ${marked.length}; marked with ► below.`,
            ...marked.map(
              (span) => `  ${spanLine(span)}${span.statusMessage === '' ? '' : `: ${span.statusMessage}`}`,
            ),
          ],
    marked,
  };
};
