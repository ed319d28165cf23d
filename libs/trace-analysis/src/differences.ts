import { twoSided } from './two-sided.js';

/** Traces in two groups, inside and outside of a selection. */
export interface CohortTrace {
  readonly isInside: boolean;
  /** Numbers of the attributes that any span of the trace has. Each number once. */
  readonly attributes: Iterable<number>;
}

/** Attribute as a pair of key and value. */
export interface AttributePair {
  readonly key: string;
  readonly value: string;
}

export interface ValueDifference {
  readonly value: string;
  /** Traces of the selection that have it. */
  readonly inside: number;
  /** Other traces that have it. */
  readonly outside: number;
}

export interface AttributeDifference {
  readonly key: string;
  /** Jensen–Shannon divergence of the values in bits, from 0 (equal) to 1 (no value in common). */
  readonly divergence: number;
  /** Values, the largest difference of shares first; of equal ones, that of the selection. */
  readonly values: readonly ValueDifference[];
}

/** Traces that have to have a value, so that its share says something. */
const LEAST_SUPPORT = 5;
/** Chance of one wrong difference among all that are tested (Bonferroni). */
const SIGNIFICANCE = 0.05;
const MOST_VALUES = 5;

/**
 * Ranks the attributes whose values differ most between the traces of a selection and the others:
 *
 *     key       value     inside   outside
 *     product   laptop      0 %      70 %
 *     product   phone     100 %       4 %
 *
 * A key is listed only if the shares of one of its values differ more than chance explains: by a test of two proportions,
 * at a level divided by the number of values tested. So an ID, which every trace has another one of, is never listed.
 */
export const attributeDifferences = (
  traces: readonly CohortTrace[],
  pairs: readonly AttributePair[],
  limit: number,
): AttributeDifference[] => {
  const inside = new Uint32Array(pairs.length);
  const outside = new Uint32Array(pairs.length);
  const size = { inside: 0, outside: 0 };
  for (const { isInside, attributes } of traces) {
    const counts = isInside ? inside : outside;
    if (isInside) size.inside++;
    else size.outside++;
    for (const pair of attributes) counts[pair] = (counts[pair] ?? 0) + 1;
  }
  if (size.inside === 0 || size.outside === 0) return [];

  const valuesOf = new Map<string, ValueDifference[]>();
  let tested = 0;
  for (const [i, { key, value }] of pairs.entries()) {
    const counts = { value, inside: inside[i] ?? 0, outside: outside[i] ?? 0 };
    if (counts.inside + counts.outside < LEAST_SUPPORT) continue;
    tested++;
    const values = valuesOf.get(key);
    if (values === undefined) valuesOf.set(key, [counts]);
    else values.push(counts);
  }
  const level = SIGNIFICANCE / Math.max(1, tested);
  return [...valuesOf]
    .filter(([, values]) => values.some((counts) => chanceOf(counts, size) < level))
    .map(([key, values]) => ({
      key,
      divergence: divergenceOf(values, size),
      values: values
        .toSorted(
          (a, b) =>
            Math.abs(shareDifference(b, size)) - Math.abs(shareDifference(a, size)) || b.inside - a.inside,
        )
        .slice(0, MOST_VALUES),
    }))
    .sort((a, b) => b.divergence - a.divergence || (a.key < b.key ? -1 : 1))
    .slice(0, limit);
};

interface Sizes {
  readonly inside: number;
  readonly outside: number;
}

const shareDifference = ({ inside, outside }: ValueDifference, size: Sizes): number =>
  inside / size.inside - outside / size.outside;

/** Returns the probability of a difference this large by chance: a two-sided test of two proportions. */
const chanceOf = (counts: ValueDifference, size: Sizes): number => {
  const total = size.inside + size.outside;
  const pooled = (counts.inside + counts.outside) / total;
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / size.inside + 1 / size.outside));
  return error === 0 ? 1 : twoSided(Math.abs(shareDifference(counts, size)) / error);
};

/** Compares the shares of all values of a key, with one further value for traces without any of them. */
const divergenceOf = (values: readonly ValueDifference[], size: Sizes): number => {
  const p = values.map(({ inside }) => inside);
  const q = values.map(({ outside }) => outside);
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  p.push(Math.max(0, size.inside - sum(p)));
  q.push(Math.max(0, size.outside - sum(q)));
  const [allP, allQ] = [Math.max(1, sum(p)), Math.max(1, sum(q))];
  let divergence = 0;
  for (const [i, count] of p.entries()) {
    const a = count / allP;
    const b = (q[i] ?? 0) / allQ;
    const mean = (a + b) / 2;
    if (a > 0) divergence += (a / 2) * Math.log2(a / mean);
    if (b > 0) divergence += (b / 2) * Math.log2(b / mean);
  }
  return Math.min(1, Math.max(0, divergence));
};
