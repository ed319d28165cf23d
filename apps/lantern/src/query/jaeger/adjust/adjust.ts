import type { DurationNano, Trace } from '@lantern/telemetry-model';
import type { Adjuster } from './adjuster.js';
import { correctClockSkew } from './correct-clock-skew.js';
import { deduplicateSpans } from './deduplicate-spans.js';
import { moveLibraryAttributes } from './move-library-attributes.js';
import { normalizeIpAttributes } from './normalize-ip-attributes.js';
import { removeEmptyLinks } from './remove-empty-links.js';
import { separateSharedSpanIds } from './separate-shared-span-ids.js';
import { sortCollections } from './sort-collections.js';

export interface AdjustOptions {
  /** By how much a span may be moved to make up for a clock that is wrong; 0 moves none. */
  readonly maxClockSkewNano: DurationNano;
}

/** What is changed for readers, in this order, unless they ask for the trace as it is stored (`raw`). */
export const adjustersOf = ({ maxClockSkewNano }: AdjustOptions): readonly Adjuster[] => [
  separateSharedSpanIds,
  sortCollections,
  // Equal spans look equal once they are sorted.
  deduplicateSpans,
  // Needs ids that name one span each.
  correctClockSkew(maxClockSkewNano),
  normalizeIpAttributes,
  moveLibraryAttributes,
  removeEmptyLinks,
];

export type Adjust = (trace: Trace) => Trace;

export const adjustBy = (options: AdjustOptions): Adjust => {
  const adjusters = adjustersOf(options);
  return (trace) => ({
    ...trace,
    resourceSpans: adjusters.reduce((groups, adjuster) => adjuster(groups), trace.resourceSpans),
  });
};
