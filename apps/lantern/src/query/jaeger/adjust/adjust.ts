import type { Adjuster } from './adjuster.js';
import { removeEmptyLinks } from './remove-empty-links.js';
import { sortCollections } from './sort-collections.js';

/** What is changed for readers, in this order, unless they ask for the trace as it is stored (`raw`). */
const ADJUSTERS: readonly Adjuster[] = [sortCollections, removeEmptyLinks];

export const adjust: Adjuster = (trace) => ADJUSTERS.reduce((current, adjuster) => adjuster(current), trace);
