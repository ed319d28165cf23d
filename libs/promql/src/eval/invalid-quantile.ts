import { printGoFloat } from '@lantern/go-syntax';

/** Whether a number is not a quantile. */
export const isInvalidQuantile = (phi: number): boolean => !(phi >= 0 && phi <= 1);

export const invalidQuantile = (phi: number): string =>
  `quantile value should be between 0 and 1, got ${printGoFloat(phi)}`;
