import { KahanSum } from '../histogram/kahan-sum.js';

const sum = new KahanSum();

/**
 * Returns the mean of a part of an array. Where the sum would overflow, it goes on with an incremental mean, as Prometheus
 * does, so that four times the largest number have it as their mean.
 */
export const mean = (values: ArrayLike<number>, from: number, to: number): number => {
  sum.reset(values[from]);
  let isIncremental = false;
  let count = 1;
  for (let at = from + 1; at < to; at++) {
    const value = values[at] ?? 0;
    const { sum: before, error } = sum;
    count++;
    if (!isIncremental) {
      sum.add(value);
      if (!sum.isInfinite) continue;
      isIncremental = true;
      sum.reset(before, error);
      sum.divide(count - 1);
    }
    sum.scale((count - 1) / count);
    sum.add(value / count);
  }
  return isIncremental ? sum.total : sum.sum / count + sum.error / count;
};
