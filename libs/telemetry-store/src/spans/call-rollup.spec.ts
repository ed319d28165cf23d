import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CallRollup } from './call-rollup.js';
import { OTHER_SERVICES } from './operation-catalog.js';
import type { ObservedCall } from './call-matcher.js';

const call = (block: number, parent: string, child: string): ObservedCall => ({
  block,
  parent,
  child,
  startLow: 0,
  startHigh: 0,
  durationNanos: 1,
  isError: false,
});

const edgesOf = (rollup: CallRollup): Record<string, number> =>
  Object.fromEntries(
    Array.from(rollup.cells(0, 10), ({ parent, child, calls }) => [`${parent} → ${child}`, calls]),
  );

const OTHERS = `${OTHER_SERVICES} → ${OTHER_SERVICES}`;

describe('CallRollup', () => {
  it('CallRollup counts calls between services beyond its limit as one named edge', () => {
    const rollup = new CallRollup(2);
    for (const child of ['a', 'b', 'c', 'd', 'a']) rollup.add(call(1, 'web', child), 1);
    expect(edgesOf(rollup)).toEqual({ 'web → a': 2, 'web → b': 1, [OTHERS]: 2 });
  });

  it('CallRollup subtracts a call from the edge that counted it, and drops all calls of a dropped block', () => {
    const anyCall = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y', 'z'), fc.boolean());
    fc.assert(
      fc.property(fc.array(fc.array(anyCall, { maxLength: 12 }), { maxLength: 6 }), (blocks) => {
        const rollup = new CallRollup(3);
        let total = 0;
        for (const [block, calls] of blocks.entries()) {
          for (const [parent, child] of calls) rollup.add(call(block, parent, child), 1);
          for (const [parent, child, isTakenBack] of calls)
            if (isTakenBack) rollup.add(call(block, parent, child), -1);
          total += calls.filter(([, , isTakenBack]) => !isTakenBack).length;
          const counts = Object.values(edgesOf(rollup));
          expect(counts.every((count) => count > 0)).toBe(true);
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total);
        }
        for (const block of blocks.keys()) rollup.drop(block);
        expect(edgesOf(rollup)).toEqual({});
      }),
    );
  });
});
