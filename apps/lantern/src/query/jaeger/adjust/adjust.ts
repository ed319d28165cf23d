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
  /** Limit on the correction of a clock. 0 disables the correction. */
  readonly maxClockSkewNano: DurationNano;
}

interface Declaration {
  /** `span`: adjusts each span independently. `trace`: compares the spans of a trace, or moves them between groups. */
  readonly scope: 'span' | 'trace';
  /** @param correctClocks knows the delta of each span */
  readonly adjuster: (correctClocks: Adjuster) => Adjuster;
}

/** All adjusters, in the order in which they run. They do not run when a client asks for the stored trace (`raw`). */
const ADJUSTERS: readonly Declaration[] = [
  { scope: 'trace', adjuster: () => separateSharedSpanIds },
  { scope: 'span', adjuster: () => sortCollections },
  // Compares sorted spans: then equal spans look equal.
  { scope: 'trace', adjuster: () => deduplicateSpans },
  // Needs IDs that name one span each.
  { scope: 'span', adjuster: (correctClocks) => correctClocks },
  { scope: 'span', adjuster: () => normalizeIpAttributes },
  { scope: 'trace', adjuster: () => moveLibraryAttributes },
  { scope: 'span', adjuster: () => removeEmptyLinks },
];

const SPAN_ADJUSTERS = ADJUSTERS.filter(({ scope }) => scope === 'span');

export type Adjust = (trace: Trace) => Trace;

export const adjustBy = ({ maxClockSkewNano }: AdjustOptions): Adjust => {
  const adjust = adjustWith(ADJUSTERS, correctClockSkew(maxClockSkewNano));
  return (trace) => ({ ...trace, resourceSpans: adjust(trace.resourceSpans) });
};

/** Returns the adjusters that need no other span, as one. */
export const adjustSpansAlone = (correctClocks: Adjuster): Adjuster =>
  adjustWith(SPAN_ADJUSTERS, correctClocks);

const adjustWith =
  (declarations: readonly Declaration[], correctClocks: Adjuster): Adjuster =>
  (groups) =>
    declarations.reduce((adjusted, { adjuster }) => adjuster(correctClocks)(adjusted), groups);
