import { FLOAT, type Matrix, type Row } from './matrix.js';

/** Sorts floats by their first value, NaN last. Histograms are left out. */
export const sortByValue = (matrix: Matrix, direction: 'ascending' | 'descending'): Matrix => {
  const sign = direction === 'ascending' ? 1 : -1;
  const valueOf = ({ values }: Row) => values[0] ?? 0;
  return matrix
    .filter(({ kinds }) => kinds.includes(FLOAT))
    .sort((a, b) => {
      const [left, right] = [valueOf(a), valueOf(b)];
      if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 1;
      if (Number.isNaN(right)) return -1;
      return left === right ? 0 : left < right ? -sign : sign;
    });
};

/** Sorts by the values of labels in natural order, then by all labels. */
export const sortByLabel = (
  matrix: Matrix,
  names: readonly string[],
  direction: 'ascending' | 'descending',
): Matrix => {
  const sign = direction === 'ascending' ? 1 : -1;
  return matrix.toSorted(({ labels: a }, { labels: b }) => {
    for (const name of names) {
      const order = compareNaturally(a.get(name), b.get(name));
      if (order !== 0) return sign * order;
    }
    return sign * a.compare(b);
  });
};

const CHUNKS = /\d+|\D+/g;

/** Orders texts so that digits in them count as numbers: `a2` is before `a10`. */
const compareNaturally = (a: string, b: string): number => {
  if (a === b) return 0;
  const [left, right] = [a.match(CHUNKS) ?? [], b.match(CHUNKS) ?? []];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [x = '', y = ''] = [left[at], right[at]];
    if (x === y) continue;
    const difference = Number(x) - Number(y);
    if (!Number.isNaN(difference) && difference !== 0) return difference;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
};
