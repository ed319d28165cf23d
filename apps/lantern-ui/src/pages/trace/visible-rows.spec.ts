import { buildTraceTree, type SpanId } from '@lantern/telemetry-model';
import { drawSpan } from '@lantern/telemetry-model/testing';
import { describe, expect, it } from '@jest/globals';
import { collapsible, revealing, visibleRows } from './visible-rows.js';

// post
//   get
//     select
//   insert
// orphan
const tree = buildTraceTree(
  [
    { id: 'post' },
    { id: 'get', parent: 'post', start: 2 },
    { id: 'select', parent: 'get', start: 3 },
    { id: 'insert', parent: 'post', start: 4 },
    { id: 'orphan', parent: 'lost', start: 5 },
  ].map(drawSpan),
);

const ids = (...names: string[]) => new Set(names as SpanId[]);
const shown = (...collapsed: string[]) => visibleRows(tree, ids(...collapsed)).map(({ span }) => span.spanId);

describe('visibleRows', () => {
  it('shows everything when nothing is collapsed', () => {
    expect(shown()).toEqual(['post', 'get', 'select', 'insert', 'orphan']);
  });

  it('hides what is below a collapsed span, and only that', () => {
    expect(shown('get')).toEqual(['post', 'get', 'insert', 'orphan']);
    expect(shown('post', 'get')).toEqual(['post', 'orphan']);
  });

  it('takes no harm from ids that are not in the trace', () => {
    expect(shown('gone')).toHaveLength(5);
  });
});

describe('collapsible', () => {
  it('is every span that has children', () => {
    expect(collapsible(tree)).toEqual(ids('post', 'get'));
  });
});

describe('revealing', () => {
  it('opens what hides the span, and keeps the rest closed', () => {
    const select = tree.nodes[2];
    if (select === undefined) throw new Error('the tree lacks a node');
    expect(revealing(ids('post', 'get', 'other'), select)).toEqual(ids('other'));
  });
});
