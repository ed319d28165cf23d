import { describe, expect, it } from '@jest/globals';
import { summaryOf } from '../../api/trace-summaries.js';
import { SORT_ORDERS, sortSummaries } from './sort-order.js';

const summary = (
  traceId: string,
  start: number,
  duration: number,
  spanCount: number,
  errorSpanCount: number,
) =>
  summaryOf({
    traceId,
    minStartTimeUnixNano: String(start),
    maxEndTimeUnixNano: String(start + duration),
    spanCount,
    errorSpanCount,
  });

const summaries = [summary('a', 1, 50, 3, 0), summary('b', 3, 50, 9, 0), summary('c', 2, 70, 5, 2)];

describe('sortSummaries', () => {
  it.each([
    ['recent', 'bca'],
    ['oldest', 'acb'],
    ['longest', 'cba'],
    ['shortest', 'bac'],
    ['spans', 'bca'],
    ['fewest', 'acb'],
    ['errors', 'cba'],
  ] as const)('the order %s sorts equal traces by start time, newest first', (order, ids) => {
    expect(
      sortSummaries(summaries, order)
        .map(({ traceId }) => traceId)
        .join(''),
    ).toBe(ids);
  });

  it('every order on offer has a rule', () => {
    for (const { value } of SORT_ORDERS) expect(sortSummaries(summaries, value)).toHaveLength(3);
  });
});
