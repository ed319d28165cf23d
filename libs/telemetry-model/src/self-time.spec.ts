import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { selfIntervals, timeByService } from './self-time.js';
import { drawSpan, type DrawnSpan } from './testing/draw-span.js';
import { buildTraceTree, traceDurationNano } from './trace-tree.js';

const treeOf = (...spans: DrawnSpan[]) => buildTraceTree(spans.map(drawSpan));

/** The self intervals of the first root, as pairs of numbers. */
const selfOf = (...spans: DrawnSpan[]): [number, number][] => {
  const [root] = treeOf(...spans).nodes;
  if (root === undefined) throw new Error('no span was drawn');
  return selfIntervals(root).map(({ startUnixNano, endUnixNano }) => [
    Number(startUnixNano),
    Number(endUnixNano),
  ]);
};

describe('selfIntervals', () => {
  it('is the whole span when it has no children', () => {
    expect(selfOf({ id: 'a', start: 10, end: 20 })).toEqual([[10, 20]]);
  });

  it('leaves out the times of the children', () => {
    // a  ├─────────┤
    // b    ├──┤
    // c         ├┤
    expect(
      selfOf(
        { id: 'a', start: 10, end: 20 },
        { id: 'b', parent: 'a', start: 12, end: 15 },
        { id: 'c', parent: 'a', start: 17, end: 18 },
      ),
    ).toEqual([
      [10, 12],
      [15, 17],
      [18, 20],
    ]);
  });

  it('counts children that overlap once', () => {
    // a  ├─────────┤
    // b   ├─────┤
    // c     ├─┤
    // d       ├───┤
    expect(
      selfOf(
        { id: 'a', start: 10, end: 20 },
        { id: 'b', parent: 'a', start: 11, end: 17 },
        { id: 'c', parent: 'a', start: 13, end: 15 },
        { id: 'd', parent: 'a', start: 15, end: 19 },
      ),
    ).toEqual([
      [10, 11],
      [19, 20],
    ]);
  });

  it('clips children that reach beyond their parent', () => {
    // a      ├────┤
    // b   ├────┤
    // c          ├────┤
    expect(
      selfOf(
        { id: 'a', start: 10, end: 20 },
        { id: 'b', parent: 'a', start: 5, end: 13 },
        { id: 'c', parent: 'a', start: 18, end: 30 },
      ),
    ).toEqual([[13, 18]]);
  });

  it('ignores children before, after and of no or negative duration', () => {
    expect(
      selfOf(
        { id: 'a', start: 10, end: 20 },
        { id: 'before', parent: 'a', start: 1, end: 5 },
        { id: 'empty', parent: 'a', start: 12, end: 12 },
        { id: 'negative', parent: 'a', start: 14, end: 11 },
        { id: 'after', parent: 'a', start: 25, end: 30 },
      ),
    ).toEqual([[10, 20]]);
  });

  it('is empty for a span that ends before it starts', () => {
    expect(selfOf({ id: 'a', start: 10, end: 4 })).toEqual([]);
  });
});

describe('timeByService', () => {
  it('names the service that took the time and the operation in which it did', () => {
    // gateway  POST    ├────────────────────┤  self 2
    // orders   POST     ├──────────────────┤   self 3
    // users    GET       ├─┤                   self 2
    // orders   total        ├─────────────┤    self 13
    const times = timeByService(
      treeOf(
        { id: 'a', name: 'POST', service: 'gateway', start: 100, end: 120 },
        { id: 'b', name: 'POST', service: 'orders', parent: 'a', start: 101, end: 119 },
        { id: 'c', name: 'GET', service: 'users', parent: 'b', start: 102, end: 104 },
        { id: 'd', name: 'total', service: 'orders', parent: 'b', start: 105, end: 118 },
      ),
    );
    expect(times.map(({ service, busyNano, operation }) => [service, busyNano, operation])).toEqual([
      ['orders', 16n, 'total'],
      ['gateway', 2n, 'POST'],
      ['users', 2n, 'GET'],
    ]);
  });

  it('counts parallel work of one service once, but adds it up to find the operation', () => {
    // a          ├──────────┤
    // read ×3     ├────────┤
    // write       ├─────────┤
    const parallel = (id: string): DrawnSpan => ({
      id,
      name: 'read',
      service: 'db',
      parent: 'a',
      start: 11,
      end: 19,
    });
    const [db] = timeByService(
      treeOf({ id: 'a', start: 10, end: 20 }, parallel('r1'), parallel('r2'), parallel('r3'), {
        id: 'w',
        name: 'write',
        service: 'db',
        parent: 'a',
        start: 11,
        end: 20,
      }),
    );
    expect(db).toMatchObject({ service: 'db', busyNano: 9n, operation: 'read' });
  });

  it('points at the longest span of that operation', () => {
    const [shop] = timeByService(
      treeOf(
        { id: 'root', start: 1, end: 100 },
        { id: 'short', name: 'read', parent: 'root', start: 2, end: 10 },
        { id: 'long', name: 'read', parent: 'root', start: 11, end: 99 },
      ),
    );
    expect(shop?.longest.span.spanId).toBe('long');
  });

  it('says nothing about spans without duration', () => {
    expect(timeByService(treeOf({ id: 'a', start: 10, end: 10 }))).toEqual([]);
  });

  it('never lets a service exceed the duration of the trace', () => {
    const time = fc.integer({ min: 1, max: 20 });
    const drawn = fc.record({
      parent: fc.option(fc.nat(9), { nil: undefined }),
      service: fc.constantFrom('x', 'y'),
      start: time,
      end: time,
    });
    fc.assert(
      fc.property(fc.array(drawn, { maxLength: 10 }), (spans) => {
        const tree = treeOf(
          ...spans.map(({ parent, ...rest }, i) => ({ id: String(i), parent: parent?.toString(), ...rest })),
        );
        for (const { busyNano } of timeByService(tree)) {
          expect(busyNano > 0n && busyNano <= traceDurationNano(tree)).toBe(true);
        }
      }),
    );
  });
});
