import { buildTraceTree, type TraceNode } from '@lantern/telemetry-model';
import { drawSpan, type DrawnSpan } from '@lantern/telemetry-model/testing';
import { describe, expect, it } from '@jest/globals';
import { gradientOf, spanBarOf } from './span-bar.js';
import { timeScaleOf } from './time-scale.js';

/** The bar of the span with the id `it`, in a trace of exactly 100 ns. */
const barOf = (...spans: DrawnSpan[]) => {
  const tree = buildTraceTree([{ id: 'all', start: 1_000, end: 1_100 }, ...spans].map(drawSpan));
  const node = tree.nodes.find(({ span }) => span.spanId === ('it' as TraceNode['span']['spanId']));
  if (node === undefined) throw new Error('no span with the id “it” was drawn');
  return spanBarOf(node, timeScaleOf(tree));
};

describe('spanBarOf', () => {
  it('lies where the span does', () => {
    expect(barOf({ id: 'it', start: 1_020, end: 1_060 })).toMatchObject({
      left: 20,
      width: 40,
    });
  });

  it('shows when the span worked itself', () => {
    const { self } = barOf(
      { id: 'it', start: 1_020, end: 1_060 },
      { id: 'c', parent: 'it', start: 1_030, end: 1_050 },
    );
    expect(self).toEqual([
      [0, 25],
      [75, 100],
    ]);
  });

  it('is a point for a span of no or negative duration', () => {
    expect(barOf({ id: 'it', start: 1_040, end: 1_040 })).toMatchObject({
      left: 40,
      width: 0,
      self: [[0, 100]],
    });
    expect(barOf({ id: 'it', start: 1_040, end: 1_010 })).toMatchObject({ left: 40, width: 0 });
  });

  it('stays drawable when ten thousand children leave as many gaps', () => {
    const children = Array.from({ length: 10_000 }, (_, i) => ({
      id: String(i),
      parent: 'it',
      start: 2_000 + i * 10,
      end: 2_005 + i * 10,
    }));
    expect(barOf({ id: 'it', start: 2_000, end: 102_000 }, ...children).self.length).toBeLessThanOrEqual(400);
  });
});

describe('gradientOf', () => {
  it('colours the intervals and nothing else', () => {
    expect(gradientOf([[0, 25]], 'red')).toBe(
      'linear-gradient(to right, transparent 0.00%, red 0.00%, red 25.00%, transparent 25.00%)',
    );
    expect(gradientOf([], 'red')).toBe('none');
  });
});
