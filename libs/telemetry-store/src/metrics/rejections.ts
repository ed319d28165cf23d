import type { SeriesLabels } from '@lantern/telemetry-model';
import type { RejectReason, RejectedSamples } from '../metric-store.js';

/** Maximum number of distinct reasons in an answer. */
const MAX_REASONS = 10;

/** Rejected samples of one batch. */
export class Rejections {
  private rejected = 0;
  private readonly reasons = new Set<string>();

  /** @param totals numbers of rejected samples since the start */
  constructor(private readonly totals: Map<RejectReason, number>) {}

  /** Counts a rejected sample. @param describe builds the message, which is needed only a few times */
  add(reason: RejectReason, describe: () => string): void {
    this.rejected++;
    this.totals.set(reason, (this.totals.get(reason) ?? 0) + 1);
    if (this.reasons.size < MAX_REASONS) this.reasons.add(describe());
  }

  result(): RejectedSamples {
    return { rejected: this.rejected, reasons: [...this.reasons] };
  }
}

/** Returns labels as Prometheus prints them: `{__name__="up", job="shop"}`. */
export const printLabels = (labels: SeriesLabels): string =>
  `{${labels
    .entries()
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;
