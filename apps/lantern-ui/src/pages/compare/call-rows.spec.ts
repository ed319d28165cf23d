import type { CallChange, CallDifference, CallSide } from '@lantern/telemetry-model';
import { describe, expect, it } from '@jest/globals';
import { callRows, verdictOf } from './call-rows.js';

const side = (totalNano: number, selfNano = totalNano, count = 1): CallSide => ({
  count,
  errorCount: 0,
  totalNano,
  selfNano,
  criticalNano: selfNano,
});

const call = (
  index: number,
  parent: number,
  operation: string,
  change: CallChange,
  a: CallSide | undefined,
  b: CallSide | undefined,
): CallDifference => ({ index, parent, depth: 0, service: 'shop', operation, a, b, change });

//  A                         B
//  order          100        order          190    slower
//    user          40          user          40    same
//      SELECT      10            SELECT      10    same
//    charge        30                              removed
//                              charge v2    120    added
const DIFFERENCES = [
  call(0, -1, 'order', 'slower', side(100, 30), side(190, 30)),
  call(1, 0, 'user', 'same', side(40, 30), side(40, 30)),
  call(2, 1, 'SELECT', 'same', side(10), side(10)),
  call(3, 0, 'charge', 'removed', side(30), undefined),
  call(4, 0, 'charge v2', 'added', undefined, side(120)),
];

const operations = (rows: readonly { readonly call: CallDifference }[]) =>
  rows.map(({ call: { operation } }) => operation);

describe('callRows', () => {
  it('callRows shows all calls as a tree', () => {
    expect(operations(callRows(DIFFERENCES, { isDifferent: false, order: 'tree' }))).toEqual([
      'order',
      'user',
      'SELECT',
      'charge',
      'charge v2',
    ]);
  });

  it('callRows keeps the ancestors of different calls', () => {
    const deep = [...DIFFERENCES.slice(0, 2), call(2, 1, 'SELECT', 'slower', side(10), side(20))];
    const rows = callRows(deep, { isDifferent: true, order: 'tree' });
    expect(operations(rows)).toEqual(['order', 'user', 'SELECT']);
    expect(rows.map(({ isContext }) => isContext)).toEqual([false, true, false]);
  });

  it('durations and their difference are totals of all calls', () => {
    const [row] = callRows([call(0, -1, 'SELECT', 'slower', side(10, 10, 1), side(1_000, 1_000, 100))], {
      isDifferent: false,
      order: 'tree',
    });
    expect(row).toMatchObject({ before: 10, after: 1_000, delta: 990 });
  });

  it('callRows sorts by the size of the difference in either direction', () => {
    expect(operations(callRows(DIFFERENCES, { isDifferent: true, order: 'difference' }))).toEqual([
      'charge v2',
      'order',
      'charge',
    ]);
  });
});

describe('verdictOf', () => {
  it('verdictOf names the call whose self time explains the difference, not its callers', () => {
    const verdict = verdictOf(DIFFERENCES, 100, 190);
    expect(verdict).toMatchObject({ delta: 90, causeNano: 120 });
    expect(verdict.cause?.operation).toBe('charge v2');
  });

  it('verdictOf names a removed call if the trace is faster', () => {
    expect(verdictOf(DIFFERENCES, 190, 100).cause?.operation).toBe('charge');
  });

  it('verdictOf names no call without differences', () => {
    expect(verdictOf([], 100, 100)).toEqual({ delta: 0, cause: undefined, causeNano: 0 });
  });
});
