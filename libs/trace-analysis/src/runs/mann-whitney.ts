import { twoSided } from '../two-sided.js';

/**
 * Returns the probability that two samples differ this much by chance: the two-sided test of Mann and Whitney, with the normal
 * approximation and the corrections for ties and continuity. It assumes no distribution, so one slow outlier does not decide.
 * 1 for samples that are too small to differ significantly.
 *
 * @see https://doi.org/10.1214/aoms/1177730491 (Mann and Whitney, 1947)
 */
export const mannWhitney = (a: readonly number[], b: readonly number[]): number => {
  const [n, m] = [a.length, b.length];
  if (Math.min(n, m) < LEAST_SAMPLE) return 1;
  const values = [...a.map((value) => ({ value, isA: true })), ...b.map((value) => ({ value, isA: false }))];
  values.sort((x, y) => x.value - y.value);
  let rankSum = 0;
  let ties = 0;
  for (let from = 0; from < values.length;) {
    let to = from;
    while (to < values.length && values[to]?.value === values[from]?.value) to++;
    const rank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) if (values[i]?.isA === true) rankSum += rank;
    const tied = to - from;
    ties += tied ** 3 - tied;
    from = to;
  }
  const all = n + m;
  const u = rankSum - (n * (n + 1)) / 2;
  const deviation = Math.sqrt(((n * m) / 12) * (all + 1 - ties / (all * (all - 1))));
  if (deviation === 0) return 1;
  return twoSided(Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / deviation);
};

/** With fewer values on a side, the normal approximation is too coarse. */
const LEAST_SAMPLE = 5;
