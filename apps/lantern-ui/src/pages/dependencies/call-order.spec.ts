import { expect, it } from '@jest/globals';
import type { Call } from '../../api/dependencies.js';
import { sortCalls, type CallOrder } from './call-order.js';

const call = (caller: string, count: number, errorCount: number, p95?: number): Call => ({
  caller,
  callee: 'x',
  count,
  errorCount,
  latency: p95 === undefined ? undefined : { p50: p95 / 2, p95, p99: p95 },
});
const calls = [call('b', 10, 5, 30), call('A', 20, 1), call('c', 5, 0, 90)];

it.each([
  ['caller', false, 'Abc'],
  ['count', true, 'Abc'],
  ['errors', true, 'bAc'],
  ['p95', true, 'cbA'],
  ['p95', false, 'bcA'],
  ['callee', true, 'bAc'],
] as const)('sortCalls sorts calls by %s', (by: CallOrder['by'], descends, expected) => {
  expect(
    sortCalls(calls, { by, descends })
      .map(({ caller }) => caller)
      .join(''),
  ).toBe(expected);
});
