import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../api/dependencies.js';
import { focusCalls, markCalls } from './call-graph.js';

/** Parses calls such as `a→b c→d`. */
const calls = (line: string): Call[] =>
  line
    .split(' ')
    .filter((text) => text !== '')
    .map((text) => {
      const [caller = '', callee = ''] = text.split('→');
      return { caller, callee, count: 1, errorCount: 0, latency: undefined };
    });
const line = (found: readonly Call[]) => found.map(({ caller, callee }) => `${caller}→${callee}`).join(' ');

describe('markCalls', () => {
  it.each([
    // a → b → c, and c back to a; d hangs on
    ['a→b b→c c→a c→d', 'a→b b→c c→a'],
    // two cycles that share b
    ['a→b b→a b→c c→b c→c', 'a→b b→a b→c c→b'],
    // two paths to the same service are no cycle, nor is a service that calls itself
    ['a→b a→c b→d c→d d→d', ''],
  ])('markedCalls finds the cycles of %s', (graph, cycles) => {
    const marked = markCalls({ now: calls(graph), before: [] });
    expect(line(marked.filter(({ isInCycle }) => isInCycle))).toBe(cycles);
  });

  it('a cycle of ten thousand services is found', () => {
    const now = Array.from({ length: 10_000 }, (_, n) => calls(`s${n}→s${(n + 1) % 10_000}`)).flat();
    expect(markCalls({ now, before: [] }).every(({ isInCycle }) => isInCycle)).toBe(true);
  });

  it('calls are new if the earlier period has data without them', () => {
    const now = calls('a→b a→c');
    const isNew = (before: string) => markCalls({ now, before: calls(before) }).map((call) => call.isNew);
    expect(isNew('a→b')).toEqual([false, true]);
    expect(isNew('')).toEqual([false, false]);
  });
});

describe('focusCalls', () => {
  const graph = calls('a→b b→focus b→x focus→c c→d d→e focus→focus');

  it.each([
    [1, 'b→focus focus→c focus→focus'],
    [2, 'a→b b→focus focus→c c→d focus→focus'],
    [9, 'a→b b→focus focus→c c→d d→e focus→focus'],
  ])('focusCalls follows the calls %i away in both directions', (depth, expected) => {
    expect(line(focusCalls(graph, 'focus', depth))).toBe(expected);
  });

  it('focusCalls ends in cycles, and finds nothing for an unknown service', () => {
    expect(line(focusCalls(calls('a→b b→a'), 'a', 9))).toBe('a→b b→a');
    expect(focusCalls(graph, 'nobody', 2)).toEqual([]);
  });
});
