import type { Steps } from './steps.js';

/** Number of items that are sorted in one step. Few, because comparing two long texts takes microseconds. */
const RUN_LENGTH = 128;
/** Number of items that are merged in one step. */
const MERGED_PER_STEP = 1_024;

/**
 * Returns the items in ascending order, and yields after each step, so that the caller can let other tasks run. Equal
 * items keep their order.
 */
export function* sortInSteps<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Steps<Item[]> {
  let sorted: Item[] = [];
  for (let start = 0; start < items.length; start += RUN_LENGTH) {
    for (const item of items.slice(start, start + RUN_LENGTH).sort(compare)) sorted.push(item);
    yield;
  }
  for (let width = RUN_LENGTH; width < items.length; width *= 2) {
    const merged: Item[] = [];
    for (let start = 0; start < items.length; start += 2 * width) {
      const middle = Math.min(start + width, items.length);
      const end = Math.min(start + 2 * width, items.length);
      let [left, right] = [start, middle];
      while (left < middle || right < end) {
        const isLeft =
          right >= end || (left < middle && compare(sorted[left] as Item, sorted[right] as Item) <= 0);
        merged.push(sorted[isLeft ? left++ : right++] as Item);
        if (merged.length % MERGED_PER_STEP === 0) yield;
      }
    }
    sorted = merged;
    yield;
  }
  return sorted;
}
