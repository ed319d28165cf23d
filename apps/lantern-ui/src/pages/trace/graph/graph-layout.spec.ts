import { describe, expect, it } from '@jest/globals';
import { graphLayout } from './graph-layout.js';

const calls = (...parents: number[]) => {
  const depths: number[] = [];
  return parents.map((parent, index) => {
    const depth = parent === -1 ? 0 : (depths[parent] ?? 0) + 1;
    depths.push(depth);
    return { index, parent, depth };
  });
};

describe('graphLayout', () => {
  it('graphLayout places a call beside its first child, and further children below it', () => {
    // a ─┬─ b ─── c
    //    └─ d
    const { places, height } = graphLayout(calls(-1, 0, 1, 0));
    expect(places.map(({ y }) => y)).toEqual([26, 26, 26, 90]);
    expect(places.map(({ x }) => x)).toEqual([0, 228, 456, 228]);
    expect(height).toBe(2 * 52 + 12);
  });

  it('graphLayout lays out a chain of 100,000 calls', () => {
    const { places } = graphLayout(calls(...Array.from({ length: 100_000 }, (_, i) => i - 1)));
    expect(places.at(-1)).toEqual({ x: 99_999 * 228, y: 26 });
  });
});
