import type { RejectedSpans } from './decoded-traces.js';

/** Maximum number of distinct reasons in a response. */
const MAX_REASONS = 8;

export class Rejections implements RejectedSpans {
  count = 0;
  readonly reasons: string[] = [];

  add(reason: string): void {
    this.count++;
    if (this.reasons.length < MAX_REASONS && !this.reasons.includes(reason)) this.reasons.push(reason);
  }
}
