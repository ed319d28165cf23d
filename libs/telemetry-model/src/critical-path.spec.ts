import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { criticalPath, criticalTimes } from './critical-path.js';
import { SpanKind } from './span.js';
import { drawTable, type DrawnSpan } from './testing/draw-span.js';

/** Returns the sections of the path with the times of the drawing: `b 12-15`. */
const pathOf = (...spans: DrawnSpan[]): string[] => {
  const table = drawTable(...spans);
  const path = criticalPath(table);
  const offset = Number(table.startUnixNano);
  return Array.from(
    path.row,
    (row, i) => `${table.spanIds[row]} ${(path.from[i] ?? 0) + offset}-${(path.to[i] ?? 0) + offset}`,
  );
};

describe('criticalPath', () => {
  it('is the span itself when it has no children', () => {
    // a  ├════┤
    expect(pathOf({ id: 'a', start: 10, end: 20 })).toEqual(['a 10-20']);
  });

  it('contains sequential children and the gaps between them', () => {
    // a  ├═─────══─────══┤
    // b    ├═══┤
    // c           ├═══┤
    expect(
      pathOf(
        { id: 'a', start: 10, end: 30 },
        { id: 'b', parent: 'a', start: 12, end: 17 },
        { id: 'c', parent: 'a', start: 20, end: 26 },
      ),
    ).toEqual(['a 10-12', 'b 12-17', 'a 17-20', 'c 20-26', 'a 26-30']);
  });

  it('does not contain a child that ended while the last one was running', () => {
    // a  ├══───────────══┤
    // b    ├────┤
    // c      ├═════════┤
    expect(
      pathOf(
        { id: 'a', start: 10, end: 30 },
        { id: 'b', parent: 'a', start: 12, end: 18 },
        { id: 'c', parent: 'a', start: 14, end: 26 },
      ),
    ).toEqual(['a 10-14', 'c 14-26', 'a 26-30']);
  });

  it('contains descendants of every depth', () => {
    // a  ├─────────────┤
    // b  ├═──────────══┤
    // c    ├═══════┤
    expect(
      pathOf(
        { id: 'a', start: 10, end: 30 },
        { id: 'b', parent: 'a', start: 10, end: 30 },
        { id: 'c', parent: 'b', start: 12, end: 24 },
      ),
    ).toEqual(['b 10-12', 'c 12-24', 'b 24-30']);
  });

  it('contains a child that ends when the next one starts', () => {
    // a  ├──────────┤
    // b  ├════┤
    // c       ├═════┤
    expect(
      pathOf(
        { id: 'a', start: 10, end: 30 },
        { id: 'b', parent: 'a', start: 10, end: 20 },
        { id: 'c', parent: 'a', start: 20, end: 30 },
      ),
    ).toEqual(['b 10-20', 'c 20-30']);
  });

  it('clips a child that outlives its parent', () => {
    // a  ├══─────┤
    // b     ├════════┤
    expect(pathOf({ id: 'a', start: 10, end: 20 }, { id: 'b', parent: 'a', start: 14, end: 40 })).toEqual([
      'a 10-14',
      'b 14-20',
    ]);
  });

  it('does not contain a child outside of its parent, or its descendants', () => {
    // a  ├════┤
    // b          ├────┤
    // c           ├──┤
    expect(
      pathOf(
        { id: 'a', start: 10, end: 20 },
        { id: 'b', parent: 'a', start: 25, end: 40 },
        { id: 'c', parent: 'b', start: 26, end: 30 },
      ),
    ).toEqual(['a 10-20']);
  });

  it('does not contain a consumer below its producer', () => {
    // send     producer  ├═════════┤
    // receive  consumer     ├────┤
    // work     internal      ├─┤
    expect(
      pathOf(
        { id: 'send', kind: SpanKind.producer, start: 10, end: 20 },
        { id: 'receive', parent: 'send', kind: SpanKind.consumer, start: 12, end: 18 },
        { id: 'work', parent: 'receive', start: 13, end: 15 },
      ),
    ).toEqual(['send 10-20']);
  });

  it('contains each root', () => {
    // a  ├════┤
    // b          ├════┤
    expect(pathOf({ id: 'a', start: 10, end: 20 }, { id: 'b', start: 25, end: 40 })).toEqual([
      'a 10-20',
      'b 25-40',
    ]);
  });

  it('is empty for spans of no or negative duration', () => {
    expect(pathOf({ id: 'a', start: 10, end: 10 })).toEqual([]);
    expect(pathOf({ id: 'a', start: 10, end: 4 }, { id: 'b', parent: 'a', start: 10, end: 2 })).toEqual([]);
  });

  it('handles a chain of 100,000 spans', () => {
    const chain = Array.from({ length: 100_000 }, (_, i) => ({
      id: String(i),
      ...(i > 0 && { parent: String(i - 1) }),
      start: 1 + i,
      end: 1_000_000 - i,
    }));
    expect(criticalPath(drawTable(...chain)).row).toHaveLength(199_999);
  });

  it('covers one root from start to end without overlaps, for any children', () => {
    const time = fc.integer({ min: 1, max: 40 });
    const child = fc.record({ parent: fc.nat(9), start: time, end: time });
    fc.assert(
      fc.property(fc.array(child, { maxLength: 10 }), (children) => {
        const table = drawTable(
          { id: '0', start: 1, end: 30 },
          // An earlier span as the parent: no cycles, no orphans.
          ...children.map(({ parent, ...rest }, i) => ({
            id: String(i + 1),
            parent: String(parent % (i + 1)),
            ...rest,
          })),
        );
        const path = criticalPath(table);
        let cursor = 1 - Number(table.startUnixNano);
        for (const [i, from] of path.from.entries()) {
          expect(from).toBe(cursor);
          cursor = path.to[i] ?? 0;
        }
        expect(cursor).toBe(30 - Number(table.startUnixNano));
        expect(criticalTimes(table, path).reduce((sum, value) => sum + value, 0)).toBe(29);
      }),
    );
  });
});
