/**
 * Returns the probability that a standard normal variable is at least this far from 0.
 *
 * @see https://personal.math.ubc.ca/~cbm/aands/page_299.htm (Abramowitz and Stegun, 7.1.26)
 */
export const twoSided = (z: number): number => {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return polynomial * Math.exp(-x * x);
};
