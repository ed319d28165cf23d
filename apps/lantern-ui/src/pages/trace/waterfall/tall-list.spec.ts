import { describe, expect, it } from '@jest/globals';
import { rowsInView, scrollHeight, scrollTopFor, scrollTopToShow, type TallList } from './tall-list.js';

const list = (count: number): TallList => ({ count, rowHeight: 28, viewHeight: 560 });

describe('a tall list', () => {
  it('a tall list draws the visible rows and some around them at their positions', () => {
    const { first, end, top } = rowsInView(list(100_000), 28_000);
    expect(first).toBeLessThanOrEqual(1_000);
    expect(end).toBeGreaterThanOrEqual(1_021);
    expect(end - first).toBeLessThan(60);
    expect(top).toBe(first * 28);
  });

  it('a short list is drawn completely', () => {
    expect(rowsInView(list(3), 0)).toEqual({ first: 0, end: 3, top: 0 });
  });

  it('a tall list draws the same rows until it has been scrolled by some pixels', () => {
    expect(rowsInView(list(1_000), 28_010)).toEqual(rowsInView(list(1_000), 28_020));
  });

  it('every row is reachable in a list that exceeds the maximum height of browsers', () => {
    const high = list(5_000_000);
    expect(scrollHeight(high)).toBeLessThan(33_000_000);
    for (const row of [0, 1, 123_456, 2_500_000, 4_999_999]) {
      const scrollTop = scrollTopFor(high, row * 28);
      const { first, end, top } = rowsInView(high, scrollTop);
      expect(first).toBeLessThanOrEqual(row);
      expect(end).toBeGreaterThan(row);
      const y = top + (row - first) * 28 - scrollTop;
      expect(y).toBeGreaterThan(-1);
      expect(y).toBeLessThan(561);
    }
  });

  it('a tall list scrolls as little as needed to show a row, or centers it', () => {
    expect(scrollTopToShow(list(1_000), 2_800, 105, 'nearest')).toBeUndefined();
    expect(scrollTopToShow(list(1_000), 2_800, 99, 'nearest')).toBe(98 * 28);
    expect(scrollTopToShow(list(1_000), 2_800, 130, 'nearest')).toBe(132 * 28 - 560);
    expect(scrollTopToShow(list(1_000), 0, 500, 'center')).toBe(500 * 28 - 266);
  });
});
