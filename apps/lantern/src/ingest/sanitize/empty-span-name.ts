import { eachSpan } from '../../edit-spans.js';
import type { Sanitizer } from './sanitizer.js';

/** Every span has a name to be found by; this is the one that Jaeger gives. */
export const emptySpanName: Sanitizer = {
  isNeeded: ({ spanCount, nameStart, nameEnd }) => {
    for (let row = 0; row < spanCount; row++) if (nameStart[row] === nameEnd[row]) return true;
    return false;
  },
  repair: eachSpan((span) => (span.name === '' ? { ...span, name: 'empty-span-name' } : span)),
};
