import type { NativeHistogram } from '@lantern/telemetry-model';
import { HistogramSum } from './histogram-sum.js';

/** Sum and mean of native histograms. The mean becomes incremental where the sum would overflow. */
export class HistogramMean {
  hasReconciledBounds = false;
  private count = 1;
  private total: HistogramSum;
  private isIncremental = false;
  private hasReset: boolean;
  private hasNoReset: boolean;

  constructor(first: NativeHistogram) {
    this.total = new HistogramSum(first);
    this.hasReset = first.counterResetHint === 'reset';
    this.hasNoReset = first.counterResetHint === 'no-reset';
  }

  accepts(histogram: NativeHistogram): boolean {
    return this.total.accepts(histogram);
  }

  /** Whether some histograms have the mark of a counter reset, and others the mark of none. */
  get hasResetConflict(): boolean {
    return this.hasReset && this.hasNoReset;
  }

  add(histogram: NativeHistogram, result: 'sum' | 'mean'): void {
    if (histogram.counterResetHint === 'reset') this.hasReset = true;
    if (histogram.counterResetHint === 'no-reset') this.hasNoReset = true;
    this.count++;
    const { count, total } = this;
    if (!this.isIncremental) {
      // The sum before an overflow is needed to go on from.
      const before = result === 'mean' && total.mayOverflow(histogram) ? total.copy() : undefined;
      this.note(total.add(histogram));
      if (!before || !total.hasOverflow) return;
      this.isIncremental = true;
      this.total = before.divide(count - 1);
    }
    this.total.scale((count - 1) / count);
    this.note(this.total.add(new HistogramSum(histogram).divide(count).toHistogram()));
  }

  toSum(): NativeHistogram {
    return this.total.toHistogram();
  }

  toMean(): NativeHistogram {
    return (this.isIncremental ? this.total : this.total.copy().divide(this.count)).toHistogram();
  }

  private note({ hasReconciledBounds }: { readonly hasReconciledBounds: boolean }): void {
    if (hasReconciledBounds) this.hasReconciledBounds = true;
  }
}
