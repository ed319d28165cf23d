import { comparePositions, type LogPosition } from './entry-list.js';

interface Head<Entry> {
  readonly entry: Entry;
  readonly rest: Iterator<Entry>;
}

/** Merges sequences that are each in the order of `direction` into one. */
export function* mergedEntries<Entry extends LogPosition>(
  direction: 'forward' | 'backward',
  sequences: Iterable<Iterator<Entry>>,
): Generator<Entry> {
  const sign = direction === 'forward' ? 1 : -1;
  /** The next entry is that of the last head. */
  const heads: Head<Entry>[] = [];

  const insert = (rest: Iterator<Entry>): void => {
    const { done, value } = rest.next();
    if (done === true) return;
    let low = 0;
    let high = heads.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sign * comparePositions((heads[middle] as Head<Entry>).entry, value) > 0) low = middle + 1;
      else high = middle;
    }
    heads.splice(low, 0, { entry: value, rest });
  };

  for (const sequence of sequences) insert(sequence);
  for (let head = heads.pop(); head; head = heads.pop()) {
    yield head.entry;
    insert(head.rest);
  }
}
