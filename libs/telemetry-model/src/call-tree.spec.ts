import { describe, expect, it } from '@jest/globals';
import { diffCallTrees } from './call-diff.js';
import { buildCallTree, type CallTree } from './call-tree.js';
import { criticalPath, criticalTimes } from './critical-path.js';
import { flameLayout } from './flame-layout.js';
import { selfTimes } from './self-time.js';
import { spanStatistics } from './span-statistics.js';
import { drawTable, type DrawnSpan } from './testing/draw-span.js';
import type { SpanTable } from './span-table.js';

const timesOf = (table: SpanTable) => ({
  self: selfTimes(table),
  critical: criticalTimes(table, criticalPath(table)),
});

const callTreeOf = (...spans: DrawnSpan[]): CallTree => {
  const table = drawTable(...spans);
  return buildCallTree(table, timesOf(table));
};

/** Trace with two reads of a user, each with its query:
 *
 *     order     ├────────────────────┤
 *     read 1      ├─────┤
 *     select       ├──┤
 *     read 2                ├──────┤
 *     select                 ├──┤
 */
const order = (offset = 0): DrawnSpan[] => [
  { id: 'order', service: 'orders', start: 100, end: 140 + offset },
  { id: '1', name: 'read', service: 'users', parent: 'order', start: 104, end: 116 },
  { id: '1q', name: 'select', service: 'users', parent: '1', start: 106, end: 112 },
  { id: '2', name: 'read', service: 'users', parent: 'order', start: 120, end: 134, error: true },
  { id: '2q', name: 'select', service: 'users', parent: '2', start: 122, end: 128 },
];

describe('buildCallTree', () => {
  it('merges spans with the same path of services and operations', () => {
    const { nodes, nodeOf } = callTreeOf(...order());
    expect(nodes.map(({ depth, operation, count }) => `${'  '.repeat(depth)}${operation} ×${count}`)).toEqual(
      ['order ×1', '  read ×2', '    select ×2'],
    );
    expect([...nodeOf]).toEqual([0, 1, 2, 1, 2]);
  });

  it('sums times and errors, and keeps the row of the longest span', () => {
    expect(callTreeOf(...order()).nodes[1]).toMatchObject({
      totalNano: 26,
      selfNano: 14,
      criticalNano: 14,
      errorCount: 1,
      longest: 3,
    });
  });

  it('does not merge the same operation of another service or on another path', () => {
    const { nodes } = callTreeOf(
      { id: 'a' },
      { id: 'b', name: 'get', service: 'x', parent: 'a' },
      { id: 'c', name: 'get', service: 'y', parent: 'a' },
      { id: 'd', name: 'get', service: 'x', parent: 'c' },
    );
    expect(nodes.map(({ service, operation, depth }) => [service, operation, depth])).toEqual([
      ['shop', 'a', 0],
      ['x', 'get', 1],
      ['y', 'get', 1],
      ['x', 'get', 2],
    ]);
  });
});

describe('flameLayout', () => {
  it('gives each call the width of its self time and that of its descendants, widest first', () => {
    // order  14 + 26          ├──────────order──────────┤
    //   small 10 - 6 → see    ├────big───┤├─small─┤
    const { nodes } = callTreeOf(
      { id: 'order', start: 100, end: 140 },
      { id: 'small', parent: 'order', start: 100, end: 110 },
      { id: 'big', parent: 'order', start: 110, end: 130 },
    );
    expect(flameLayout(nodes)).toEqual([
      { x: 0, width: 1 },
      { x: 0.5, width: 0.25 },
      { x: 0, width: 0.5 },
    ]);
  });

  it('keeps parallel children within their parent', () => {
    // order  ├────────┤  self 0
    // read   ├────────┤
    // read   ├────────┤
    const { nodes } = callTreeOf(
      { id: 'order', start: 100, end: 140 },
      { id: 'x', parent: 'order', start: 100, end: 140 },
      { id: 'y', parent: 'order', start: 100, end: 140 },
    );
    expect(flameLayout(nodes).map(({ width }) => width)).toEqual([1, 0.5, 0.5]);
  });

  it('has boxes of no width for spans without duration', () => {
    expect(flameLayout(callTreeOf({ id: 'a', start: 5, end: 5 }).nodes)).toEqual([{ x: 0, width: 0 }]);
  });
});

describe('spanStatistics', () => {
  it('returns the counts and durations of each group', () => {
    const table = drawTable(...order());
    expect(spanStatistics(table, table.name, timesOf(table))).toEqual([
      {
        group: 0,
        count: 1,
        errorCount: 0,
        total: 40,
        average: 40,
        min: 40,
        median: 40,
        p95: 40,
        max: 40,
        self: 14,
        critical: 14,
        longest: 0,
      },
      {
        group: 1,
        count: 2,
        errorCount: 1,
        total: 26,
        average: 13,
        min: 12,
        median: 12,
        p95: 14,
        max: 14,
        self: 14,
        critical: 14,
        longest: 3,
      },
      {
        group: 2,
        count: 2,
        errorCount: 0,
        total: 12,
        average: 6,
        min: 6,
        median: 6,
        p95: 6,
        max: 6,
        self: 12,
        critical: 12,
        longest: 2,
      },
    ]);
  });
});

describe('diffCallTrees', () => {
  const milli = 1_000_000;
  const trace = (total: number, ...children: [string, number, number][]): CallTree =>
    callTreeOf(
      { id: 'root', name: 'POST', start: 1, end: 1 + total * milli },
      ...children.map(([name, from, to], i) => ({
        id: String(i),
        name,
        parent: 'root',
        start: 1 + from * milli,
        end: 1 + to * milli,
      })),
    );

  it('reports each call as added, removed, slower, faster or same', () => {
    // A   POST ├──────────┤          B   POST ├──────────────┤
    //     read   ├──┤                    read   ├─┤
    //     ask        ├─┤                 ask        ├─┤
    //     write          ├┤              charge         ├───┤
    const differences = diffCallTrees(
      [trace(100, ['read', 10, 40], ['ask', 50, 70], ['write', 80, 90])],
      [trace(150, ['read', 10, 30], ['ask', 50, 70.5], ['charge', 80, 140])],
    );
    expect(differences.map(({ operation, change }) => [operation, change])).toEqual([
      ['POST', 'slower'],
      ['read', 'faster'],
      ['ask', 'same'],
      ['write', 'removed'],
      ['charge', 'added'],
    ]);
  });

  it('compares one trace with the mean of several', () => {
    const [post] = diffCallTrees([trace(100), trace(200)], [trace(300)]);
    expect(post).toMatchObject({
      a: { count: 1, totalNano: 150 * milli },
      b: { count: 1, totalNano: 300 * milli },
      change: 'slower',
    });
  });

  it('compares calls by their total per trace, so that more calls of the same duration are slower', () => {
    const [, read] = diffCallTrees([trace(100, ['read', 0, 40]), trace(100)], [trace(100, ['read', 0, 40])]);
    expect(read).toMatchObject({ a: { count: 0.5 }, b: { count: 1 }, change: 'slower' });
  });
});
