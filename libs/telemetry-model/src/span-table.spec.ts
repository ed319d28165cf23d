import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { at } from './column.js';
import { childrenOf } from './span-table.js';
import { drawTable, type DrawnSpan } from './testing/draw-span.js';

/** Returns one line per span in the order of the table, indented by depth. */
const drawn = (...spans: DrawnSpan[]): string[] => {
  const { spanIds, depth } = drawTable(...spans);
  return spanIds.map((id, row) => '  '.repeat(at(depth, row)) + id);
};

describe('buildSpanTable', () => {
  it('sorts children below their parents by start time, for any order of arrival', () => {
    expect(
      drawn(
        { id: 'select', parent: 'get', start: 4 },
        { id: 'insert', parent: 'post', start: 6 },
        { id: 'post', start: 1 },
        { id: 'get', parent: 'post', start: 3 },
      ),
    ).toEqual(['post', '  get', '    select', '  insert']);
  });

  it('keeps the order of arrival among spans that start together', () => {
    expect(drawn({ id: 'post' }, { id: 'b', parent: 'post' }, { id: 'a', parent: 'post' })).toEqual([
      'post',
      '  b',
      '  a',
    ]);
  });

  it('has the parent, depth, subtree size and input index of each span', () => {
    const table = drawTable(
      { id: 'insert', parent: 'post', start: 4 },
      { id: 'post' },
      { id: 'get', parent: 'post', start: 2 },
      { id: 'select', parent: 'get', start: 3 },
    );
    expect([...table.parent]).toEqual([-1, 0, 1, 0]);
    expect([...table.depth]).toEqual([0, 1, 2, 1]);
    expect([...table.subtreeSize]).toEqual([4, 2, 1, 1]);
    expect([...table.source]).toEqual([1, 2, 3, 0]);
    expect([...childrenOf(table, 0)]).toEqual([1, 3]);
    expect(table.levels).toBe(3);
  });

  it('counts errors of the descendants, but not of the span', () => {
    const table = drawTable(
      { id: 'post', error: true },
      { id: 'proxy', parent: 'post', start: 2 },
      { id: 'charge', parent: 'proxy', start: 3, error: true },
    );
    expect([...table.errorsBelow]).toEqual([1, 1, 0]);
    expect(table.errorCount).toBe(2);
  });

  it('numbers services by name and operations by first occurrence', () => {
    const table = drawTable(
      { id: 'a', service: 'users', name: 'GET' },
      { id: 'b', service: 'orders', name: 'POST' },
      { id: 'c', service: 'orders', name: 'GET' },
    );
    expect([table.services, [...table.service]]).toEqual([
      ['orders', 'users'],
      [1, 0, 0],
    ]);
    expect([table.names, [...table.name]]).toEqual([
      ['GET', 'POST'],
      [0, 1, 0],
    ]);
  });

  it('makes a span without its parent a root after the true roots, and lists that parent once', () => {
    const table = drawTable(
      { id: 'late', parent: 'lost', start: 1 },
      { id: 'later', parent: 'lost', start: 2 },
      { id: 'root', start: 5 },
    );
    expect(table.spanIds).toEqual(['root', 'late', 'later']);
    expect([...table.isOrphan]).toEqual([0, 1, 1]);
    expect(table.missingParents).toEqual(['lost']);
  });

  it('breaks a cycle of parents at its earliest span', () => {
    const circle = [
      { id: 'a', parent: 'c', start: 3 },
      { id: 'b', parent: 'a', start: 1 },
      { id: 'c', parent: 'b', start: 2 },
      { id: 'tail', parent: 'c', start: 4 },
    ];
    expect(drawn(...circle)).toEqual(['b', '  c', '    a', '    tail']);
    expect(drawTable(...circle).brokenCycles).toBe(1);
  });

  it('makes a span that is its own parent a root', () => {
    expect(drawn({ id: 'a', parent: 'a' })).toEqual(['a']);
  });

  it('keeps all spans with the same id, and makes the first one the parent of their children', () => {
    expect(
      drawn(
        { id: 'shared', start: 1 },
        { id: 'shared', start: 2 },
        { id: 'child', parent: 'shared', start: 3 },
      ),
    ).toEqual(['shared', '  child', 'shared']);
  });

  it('counts time from the earliest start to the latest end', () => {
    const table = drawTable({ id: 'a', start: 10, end: 20 }, { id: 'b', parent: 'a', start: 5, end: 30 });
    expect(table).toMatchObject({ startUnixNano: 5n, duration: 25 });
    expect([...table.start]).toEqual([5, 0]);
    expect([...table.end]).toEqual([15, 25]);
  });

  it('places a span without a start time at the start of the trace', () => {
    const table = drawTable({ id: 'a', start: 0, end: 0 }, { id: 'b', start: 7, end: 9 });
    expect([table.startUnixNano, [...table.start], [...table.end]]).toEqual([7n, [0, 0], [0, 2]]);
  });

  it('has no negative duration, and keeps the times of a span that ends before it starts', () => {
    const table = drawTable({ id: 'a', start: 10, end: 3 });
    expect([table.duration, [...table.start], [...table.end]]).toEqual([0, [0], [-7]]);
  });

  it('is empty without spans', () => {
    expect(drawTable()).toMatchObject({ length: 0, levels: 0, startUnixNano: 0n, duration: 0 });
  });

  it('handles a chain of 100,000 spans', () => {
    const chain = Array.from({ length: 100_000 }, (_, i) =>
      i === 0 ? { id: '0' } : { id: String(i), parent: String(i - 1), start: i },
    );
    const table = drawTable(...chain);
    expect(table.levels).toBe(100_000);
    expect(table.subtreeSize[0]).toBe(100_000);
  });

  it('contains each span once, below its parent or as a root, for any parents', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const claim = fc.record({
      id,
      parent: fc.option(id, { nil: undefined }),
      start: fc.nat(5),
      end: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 12 }), (claims) => {
        const table = drawTable(...claims);
        expect([...table.source].sort((a, b) => a - b)).toEqual(claims.map((_, i) => i));
        for (let row = 0; row < table.length; row++) {
          const parent = at(table.parent, row);
          expect(table.spanIds[row]).toBe(claims[at(table.source, row)]?.id);
          if (parent === -1) expect(table.depth[row]).toBe(0);
          else {
            expect(table.spanIds[parent]).toBe(claims[at(table.source, row)]?.parent);
            expect([...childrenOf(table, parent)]).toContain(row);
            expect(table.depth[row]).toBe(at(table.depth, parent) + 1);
          }
          const behind = row + at(table.subtreeSize, row);
          expect([...table.depth.slice(row + 1, behind)].every((depth) => depth > at(table.depth, row))).toBe(
            true,
          );
          expect(at(table.depth, behind)).toBeLessThanOrEqual(at(table.depth, row));
        }
      }),
    );
  });
});
