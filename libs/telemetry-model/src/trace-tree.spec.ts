import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { drawSpan, type DrawnSpan } from './testing/draw-span.js';
import { buildTraceTree, traceDurationNano } from './trace-tree.js';

const treeOf = (...spans: DrawnSpan[]) => buildTraceTree(spans.map(drawSpan));

/** The tree as it is read: one line a span, indented by depth. */
const drawn = (...spans: DrawnSpan[]): string[] =>
  treeOf(...spans).nodes.map(({ depth, span }) => '  '.repeat(depth) + span.spanId);

describe('buildTraceTree', () => {
  it('puts children under their parents by start time, however they arrive', () => {
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

  it('says of each node where it stands and how much is below it', () => {
    const tree = treeOf(
      { id: 'post' },
      { id: 'get', parent: 'post', start: 2 },
      { id: 'select', parent: 'get', start: 3 },
      { id: 'insert', parent: 'post', start: 4 },
    );
    expect(tree.nodes.map(({ index, depth, subtreeSize }) => [index, depth, subtreeSize])).toEqual([
      [0, 0, 4],
      [1, 1, 2],
      [2, 2, 1],
      [3, 1, 1],
    ]);
    expect(tree.depth).toBe(3);
  });

  it('counts errors below a node, but not its own', () => {
    const tree = treeOf(
      { id: 'post', error: true },
      { id: 'proxy', parent: 'post', start: 2 },
      { id: 'charge', parent: 'proxy', start: 3, error: true },
    );
    expect(tree.nodes.map(({ errorsBelow }) => errorsBelow)).toEqual([1, 1, 0]);
    expect(tree.errorCount).toBe(2);
  });

  it('lists services by name with their spans and errors', () => {
    const { services } = treeOf(
      { id: 'a', service: 'users' },
      { id: 'b', service: 'orders', error: true },
      { id: 'c', service: 'orders' },
    );
    expect(services).toEqual([
      { name: 'orders', spanCount: 2, errorCount: 1 },
      { name: 'users', spanCount: 1, errorCount: 0 },
    ]);
  });

  it('makes a span whose parent has not arrived a root behind the true ones, and names that parent once', () => {
    const tree = treeOf(
      { id: 'late', parent: 'lost', start: 1 },
      { id: 'later', parent: 'lost', start: 2 },
      { id: 'root', start: 5 },
    );
    expect(tree.roots.map(({ span, isOrphan }) => [span.spanId, isOrphan])).toEqual([
      ['root', false],
      ['late', true],
      ['later', true],
    ]);
    expect(tree.missingParents).toEqual(['lost']);
  });

  it('opens a circle of parents at its earliest span', () => {
    const circle = [
      { id: 'a', parent: 'c', start: 3 },
      { id: 'b', parent: 'a', start: 1 },
      { id: 'c', parent: 'b', start: 2 },
      { id: 'tail', parent: 'c', start: 4 },
    ];
    expect(drawn(...circle)).toEqual(['b', '  c', '    a', '    tail']);
    expect(treeOf(...circle).brokenCycles).toBe(1);
  });

  it('makes a span that names itself as its parent a root', () => {
    expect(drawn({ id: 'a', parent: 'a' })).toEqual(['a']);
  });

  it('keeps every span of those that share an id, and gives their children to the first', () => {
    expect(
      drawn(
        { id: 'shared', start: 1 },
        { id: 'shared', start: 2 },
        { id: 'child', parent: 'shared', start: 3 },
      ),
    ).toEqual(['shared', '  child', 'shared']);
  });

  it('lasts from the earliest start to the latest end', () => {
    const tree = treeOf({ id: 'a', start: 10, end: 20 }, { id: 'b', parent: 'a', start: 5, end: 30 });
    expect(tree).toMatchObject({ startUnixNano: 5n, endUnixNano: 30n });
    expect(traceDurationNano(tree)).toBe(25n);
  });

  it('ignores a start of zero while another span knows the time', () => {
    expect(treeOf({ id: 'a', start: 0, end: 0 }, { id: 'b', start: 7, end: 9 }).startUnixNano).toBe(7n);
  });

  it('never ends before it starts, even when each span does', () => {
    expect(traceDurationNano(treeOf({ id: 'a', start: 10, end: 3 }))).toBe(0n);
  });

  it('is empty without spans', () => {
    expect(treeOf()).toMatchObject({ nodes: [], roots: [], depth: 0, startUnixNano: 0n, endUnixNano: 0n });
  });

  it('reaches the end of a chain of 100,000 spans', () => {
    const chain = Array.from({ length: 100_000 }, (_, i) =>
      i === 0 ? { id: '0' } : { id: String(i), parent: String(i - 1), start: i },
    );
    const tree = treeOf(...chain);
    expect(tree.depth).toBe(100_000);
    expect(tree.nodes[0]?.subtreeSize).toBe(100_000);
  });

  it('holds each span exactly once, below its parent or as a root, whatever spans claim', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const claim = fc.record({
      id,
      parent: fc.option(id, { nil: undefined }),
      start: fc.nat(5),
      end: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 12 }), (claims) => {
        const spans = claims.map(drawSpan);
        const { nodes, roots } = buildTraceTree(spans);
        expect(new Set(nodes.map((node) => node.span))).toEqual(new Set(spans.map((entry) => entry.span)));
        expect(nodes).toHaveLength(spans.length);
        for (const node of nodes) {
          const siblings = node.parent?.children ?? roots;
          expect(siblings).toContain(node);
          expect(node.depth).toBe(node.parent === undefined ? 0 : node.parent.depth + 1);
          const below = nodes.slice(node.index + 1, node.index + node.subtreeSize);
          expect(below.every((other) => other.depth > node.depth)).toBe(true);
          expect(nodes[node.index + node.subtreeSize]?.depth ?? 0).toBeLessThanOrEqual(node.depth);
        }
      }),
    );
  });
});
