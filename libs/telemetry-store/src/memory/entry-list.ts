import type { LogEntry, UnixNano } from '@lantern/telemetry-model';

/** Entries of equal time stand in the order of their arrival, which is a number that only grows. */
export interface LogPosition {
  readonly timeUnixNano: UnixNano;
  readonly arrival: number;
}

export interface StoredEntry extends LogPosition {
  readonly entry: LogEntry;
}

/** Small enough that an insertion in the middle moves little. */
const MAX_CHUNK_LENGTH = 1024;

export const comparePositions = (a: LogPosition, b: LogPosition): number =>
  a.timeUnixNano === b.timeUnixNano ? a.arrival - b.arrival : a.timeUnixNano < b.timeUnixNano ? -1 : 1;

/** Entries in order, in chunks: late ones may be inserted anywhere without moving all that follows. */
export class EntryList<Entry extends StoredEntry> {
  /** None is empty. */
  private readonly chunks: Entry[][] = [];

  get isEmpty(): boolean {
    return this.chunks.length === 0;
  }

  insert(entry: Entry): void {
    const last = this.chunks.at(-1);
    if (!last) {
      this.chunks.push([entry]);
      return;
    }
    const chunkIndex = Math.min(this.chunkIndexOf(entry), this.chunks.length - 1);
    const chunk = this.chunks[chunkIndex] as Entry[];
    chunk.splice(indexIn(chunk, entry), 0, entry);
    if (chunk.length <= MAX_CHUNK_LENGTH) return;
    // At the end, where nearly all arrive, the old chunk stays full; elsewhere both halves have room.
    const keep = chunk === last ? MAX_CHUNK_LENGTH : MAX_CHUNK_LENGTH / 2;
    this.chunks.splice(chunkIndex + 1, 0, chunk.splice(keep));
  }

  remove(entry: Entry): void {
    const chunkIndex = this.chunkIndexOf(entry);
    const chunk = this.chunks[chunkIndex];
    if (!chunk) return;
    const index = indexIn(chunk, entry);
    if (chunk[index] !== entry) return;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.chunks.splice(chunkIndex, 1);
  }

  /** The entries at `from` and after it. The list must not change meanwhile. */
  *forward(from: LogPosition): Generator<Entry> {
    const first = this.chunkIndexOf(from);
    for (let chunkIndex = first; chunkIndex < this.chunks.length; chunkIndex++) {
      const chunk = this.chunks[chunkIndex] as Entry[];
      for (let i = chunkIndex === first ? indexIn(chunk, from) : 0; i < chunk.length; i++)
        yield chunk[i] as Entry;
    }
  }

  /** The entries before `before`, the last one first. The list must not change meanwhile. */
  *backward(before: LogPosition): Generator<Entry> {
    const last = this.chunkIndexOf(before);
    for (let chunkIndex = Math.min(last, this.chunks.length - 1); chunkIndex >= 0; chunkIndex--) {
      const chunk = this.chunks[chunkIndex] as Entry[];
      const end = chunkIndex === last ? indexIn(chunk, before) : chunk.length;
      for (let i = end - 1; i >= 0; i--) yield chunk[i] as Entry;
    }
  }

  /** The first chunk that ends at `position` or after it. */
  private chunkIndexOf(position: LogPosition): number {
    return lowerBound(
      this.chunks.length,
      (i) => comparePositions(this.chunks[i]?.at(-1) as Entry, position) < 0,
    );
  }
}

/** Of the first entry at `position` or after it. */
const indexIn = (chunk: readonly StoredEntry[], position: LogPosition): number =>
  lowerBound(chunk.length, (i) => comparePositions(chunk[i] as StoredEntry, position) < 0);

const lowerBound = (length: number, isBefore: (index: number) => boolean): number => {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
};
