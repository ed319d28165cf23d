import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { criticalPath } from './critical-path.js';
import { drawTable, type DrawnSpan } from './testing/draw-span.js';
import { timeTaken } from './time-taken.js';

const takenIn = (...spans: DrawnSpan[]) => {
  const table = drawTable(...spans);
  return timeTaken(table, criticalPath(table)).map(({ longest, ...rest }) => ({
    ...rest,
    longest: table.spanIds[longest],
  }));
};

describe('timeTaken', () => {
  it('returns the services with their time on the critical path and their slowest operation', () => {
    // gateway  POST    ├═──────────────────═┤  2
    // orders   POST     ├═──═─────────────═┤   3
    // users    GET       ├═┤                   2
    // orders   total        ├═════════════┤    13
    expect(
      takenIn(
        { id: 'a', name: 'POST', service: 'gateway', start: 100, end: 120 },
        { id: 'b', name: 'POST', service: 'orders', parent: 'a', start: 101, end: 119 },
        { id: 'c', name: 'GET', service: 'users', parent: 'b', start: 102, end: 104 },
        { id: 'd', name: 'total', service: 'orders', parent: 'b', start: 105, end: 118 },
      ),
    ).toEqual([
      { service: 'orders', nano: 16, operation: 'total', operationNano: 13, operationCount: 1, longest: 'd' },
      { service: 'gateway', nano: 2, operation: 'POST', operationNano: 2, operationCount: 1, longest: 'a' },
      { service: 'users', nano: 2, operation: 'GET', operationNano: 2, operationCount: 1, longest: 'c' },
    ]);
  });

  it('sums and counts the spans of that operation, and returns the longest', () => {
    // root  ├══──────═──────────────═┤
    // read     ├════┤
    // read            ├════════════┤
    const [shop] = takenIn(
      { id: 'root', start: 1, end: 100 },
      { id: 'short', name: 'read', parent: 'root', start: 20, end: 30 },
      { id: 'long', name: 'read', parent: 'root', start: 31, end: 99 },
    );
    expect(shop).toMatchObject({
      operation: 'read',
      operationNano: 78,
      operationCount: 2,
      longest: 'long',
    });
  });

  it('returns nothing for spans without duration', () => {
    expect(takenIn({ id: 'a', start: 10, end: 10 })).toEqual([]);
  });

  it('attributes at most the duration of the trace to all services together', () => {
    const time = fc.integer({ min: 1, max: 20 });
    const drawn = fc.record({
      parent: fc.option(fc.nat(9), { nil: undefined }),
      service: fc.constantFrom('x', 'y'),
      start: time,
      end: time,
    });
    fc.assert(
      fc.property(fc.array(drawn, { maxLength: 10 }), (spans) => {
        const table = drawTable(
          ...spans.map(({ parent, ...rest }, i) => ({ id: String(i), parent: parent?.toString(), ...rest })),
        );
        const times = timeTaken(table, criticalPath(table));
        expect(times.every(({ nano }) => nano > 0)).toBe(true);
        expect(times.reduce((sum, { nano }) => sum + nano, 0)).toBeLessThanOrEqual(table.duration);
      }),
    );
  });
});
