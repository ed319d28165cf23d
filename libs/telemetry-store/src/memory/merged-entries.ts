import { comparePositions, type LogPosition } from './entry-list.js';
import { lowerBound } from './lower-bound.js';

interface Head<Entry> {
  readonly entry: Entry;
  readonly rest: Iterator<Entry, void>;
}

/** Merges sequences that are each in the order of `direction` into one. */
export function* mergedEntries<Entry extends LogPosition>(
  direction: 'forward' | 'backward',
  sequences: Iterable<Iterator<Entry, void>>,
): Generator<Entry, void> {
  const sign = direction === 'forward' ? 1 : -1;
  /** In reverse order: the next entry is that of the last head, which is the cheapest to take away. */
  const heads: Head<Entry>[] = [];

  const insert = (rest: Iterator<Entry, void>): void => {
    const next = rest.next();
    if (next.done === true) return;
    const entry = next.value;
    const index = lowerBound(heads, (head) => sign * comparePositions(head.entry, entry) > 0);
    heads.splice(index, 0, { entry, rest });
  };

  for (const sequence of sequences) insert(sequence);
  for (let head = heads.pop(); head; head = heads.pop()) {
    yield head.entry;
    insert(head.rest);
  }
}
