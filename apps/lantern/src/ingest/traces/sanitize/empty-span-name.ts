import { eachSpan } from '../../../edit-spans.js';
import type { Sanitizer } from './sanitizer.js';

/** Gives every span a name that it can be found by: the name that Jaeger gives. */
export const emptySpanName: Sanitizer = {
  isNeeded: ({ columns: { spanCount, nameStart, nameEnd } }) => {
    for (let row = 0; row < spanCount; row++) if (nameStart[row] === nameEnd[row]) return true;
    return false;
  },
  repair: eachSpan((span) => (span.name === '' ? { ...span, name: 'empty-span-name' } : span)),
};
