import { describe, expect, it } from '@jest/globals';
import { summaryOf, type TraceSummary } from '../../api/trace-summaries.js';
import { mergeArrivals, withArrivals } from './live-traces.js';

const trace = (traceId: string, spanCount: number): TraceSummary => summaryOf({ traceId, spanCount });
const told = (summaries: Iterable<TraceSummary>) => [...summaries].map((s) => `${s.traceId}${s.spanCount}`);

describe('withArrivals', () => {
  it('withArrivals keeps the latest summary of each trace, and evicts the traces that were updated longest ago', () => {
    const first = withArrivals(new Map(), [trace('a', 1), trace('b', 1)], 2);
    const then = withArrivals(first, [trace('a', 3), trace('c', 1)], 2);
    expect(told(then.values())).toEqual(['a3', 'c1']);
    expect(told(first.values())).toEqual(['a1', 'b1']);
  });
});

describe('mergeArrivals', () => {
  it('mergeArrivals adds new traces, and updates found traces in place', () => {
    const arrivals = withArrivals(new Map(), [trace('b', 5), trace('n', 1)]);
    expect(told(mergeArrivals([trace('a', 2), trace('b', 4)], arrivals))).toEqual(['n1', 'a2', 'b5']);
  });

  it('mergeArrivals does not replace the data of a later search', () => {
    const arrivals = withArrivals(new Map(), [trace('b', 3)]);
    expect(told(mergeArrivals([trace('b', 4)], arrivals))).toEqual(['b4']);
  });
});
