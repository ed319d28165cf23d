/**
 * Sum with the rounding error of its additions, by Neumaier's variant of Kahan's algorithm: `sum + error` is the result.
 *
 * @see https://en.wikipedia.org/wiki/Kahan_summation_algorithm#Further_enhancements
 */
export class KahanSum {
  sum = 0;
  error = 0;

  add(value: number): void {
    const { sum } = this;
    const next = sum + value;
    if (next === Infinity || next === -Infinity) this.error = 0;
    else this.error += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    this.sum = next;
  }

  reset(sum = 0, error = 0): void {
    this.sum = sum;
    this.error = error;
  }

  scale(factor: number): void {
    this.sum *= factor;
    this.error = this.isInfinite ? 0 : this.error * factor;
  }

  divide(divisor: number): void {
    this.sum /= divisor;
    this.error = this.isInfinite ? 0 : this.error / divisor;
  }

  get isInfinite(): boolean {
    return this.sum === Infinity || this.sum === -Infinity;
  }

  get total(): number {
    return this.sum + this.error;
  }
}
