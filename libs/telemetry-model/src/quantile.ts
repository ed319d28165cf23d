/**
 * Returns the φ-quantile of a window of values, interpolated between the two nearest ranks. NaN counts as the smallest
 * value. Selects these ranks instead of sorting: windows overlap, so every value is in many of them.
 */
export const quantile = (phi: number, values: ArrayLike<number>, from = 0, to = values.length): number => {
  if (from >= to || Number.isNaN(phi)) return Number.NaN;
  if (phi < 0) return -Infinity;
  if (phi > 1) return Infinity;
  const window = new Float64Array(to - from);
  let nanCount = 0;
  let count = 0;
  for (let at = from; at < to; at++) {
    const value = values[at] ?? 0;
    if (Number.isNaN(value)) nanCount++;
    else window[count++] = value;
  }
  const rank = phi * (window.length - 1);
  const lower = Math.floor(rank);
  const upper = Math.min(lower + 1, window.length - 1);
  const weight = rank - lower;
  const below = lower < nanCount ? Number.NaN : select(window, count, lower - nanCount);
  const above =
    upper < nanCount ? Number.NaN : upper === lower ? below : select(window, count, upper - nanCount);
  return below * (1 - weight) + above * weight;
};

/** Maximum number of partitions before the rest is sorted: lines that a client chose could make each one useless. */
const MAX_PARTITIONS = 60;

/**
 * Returns the value of a rank among the first `count` values, and moves smaller values before it and larger ones behind
 * it. Takes linear time on average (Hoare's quickselect).
 */
const select = (values: Float64Array, count: number, rank: number): number => {
  let left = 0;
  let right = count - 1;
  for (let partitions = 0; left < right; partitions++) {
    if (partitions === MAX_PARTITIONS) {
      values.subarray(left, right + 1).sort();
      break;
    }
    const pivot = medianOfThree(values[left] ?? 0, values[(left + right) >> 1] ?? 0, values[right] ?? 0);
    let low = left;
    let high = right;
    while (low <= high) {
      while ((values[low] ?? 0) < pivot) low++;
      while ((values[high] ?? 0) > pivot) high--;
      if (low > high) break;
      const swapped = values[low] ?? 0;
      values[low++] = values[high] ?? 0;
      values[high--] = swapped;
    }
    if (rank <= high) right = high;
    else if (rank >= low) left = low;
    else break;
  }
  return values[rank] ?? 0;
};

const medianOfThree = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
