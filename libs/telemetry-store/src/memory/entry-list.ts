import type { LogEntry, UnixNano } from '@lantern/telemetry-model';
import { lowerBound } from './lower-bound.js';

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
    const chunkIndex = Math.max(0, Math.min(this.chunkIndexOf(entry), this.chunks.length - 1));
    const chunk = this.chunks[chunkIndex];
    if (!chunk) {
      this.chunks.push([entry]);
      return;
    }
    chunk.splice(indexIn(chunk, entry), 0, entry);
    if (chunk.length <= MAX_CHUNK_LENGTH) return;
    // At the end, where nearly all arrive, the old chunk stays full; elsewhere both halves have room.
    const isLast = chunkIndex === this.chunks.length - 1;
    this.chunks.splice(chunkIndex + 1, 0, chunk.splice(isLast ? MAX_CHUNK_LENGTH : MAX_CHUNK_LENGTH / 2));
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
  *forward(from: LogPosition): Generator<Entry, void> {
    let chunkIndex = this.chunkIndexOf(from);
    let chunk = this.chunks[chunkIndex];
    for (let start = chunk ? indexIn(chunk, from) : 0; chunk; chunk = this.chunks[++chunkIndex]) {
      for (let i = start; i < chunk.length; i++) {
        const entry = chunk[i];
        if (entry) yield entry;
      }
      start = 0;
    }
  }

  /** The entries before `before`, the last one first. The list must not change meanwhile. */
  *backward(before: LogPosition): Generator<Entry, void> {
    let chunkIndex = this.chunkIndexOf(before);
    const cut = this.chunks[chunkIndex];
    let end = cut ? indexIn(cut, before) : 0;
    for (;;) {
      const chunk = this.chunks[chunkIndex];
      for (let i = end - 1; i >= 0; i--) {
        const entry = chunk?.[i];
        if (entry) yield entry;
      }
      if (--chunkIndex < 0) return;
      end = this.chunks[chunkIndex]?.length ?? 0;
    }
  }

  /** The first chunk that ends at `position` or after it; past the last one when there is none. */
  private chunkIndexOf(position: LogPosition): number {
    return lowerBound(this.chunks, (chunk) => {
      const last = chunk.at(-1);
      return last !== undefined && comparePositions(last, position) < 0;
    });
  }
}

/** Of the first entry at `position` or after it. */
const indexIn = (chunk: readonly LogPosition[], position: LogPosition): number =>
  lowerBound(chunk, (entry) => comparePositions(entry, position) < 0);
