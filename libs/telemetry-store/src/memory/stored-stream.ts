import { hash } from 'node:crypto';
import type { LogEntry, LogLabels, UnixNano } from '@lantern/telemetry-model';
import type { LabelMatcher, LogRange } from '../log-store.js';
import { EntryList, type LogPosition, type StoredEntry } from './entry-list.js';
import { MAP_SLOT, SMALL_MAP, bytesOfObject, bytesOfRecord, bytesOfText } from './heap-bytes.js';

export interface StreamEntry extends StoredEntry {
  readonly stream: StoredStream;
  readonly bytes: number;
}

const EMPTY_STREAM_BYTES = MAP_SLOT + bytesOfObject(6) + 2 * SMALL_MAP;
/** Its slots: in the stream, among the lines of its time, and in the order of eviction. */
const ENTRY_SLOTS_BYTES = MAP_SLOT + 3 * 8;

/** All entries that share one set of labels. */
export class StoredStream {
  readonly bytes: number;

  private readonly list = new EntryList<StreamEntry>();
  /** Finds duplicates. Most times have one entry, and need no set of keys. */
  private readonly entriesByTime = new Map<UnixNano, LogEntry | Set<string>>();

  constructor(
    readonly key: string,
    readonly labels: LogLabels,
  ) {
    Object.freeze(labels);
    this.bytes = EMPTY_STREAM_BYTES + bytesOfText(key) + bytesOfRecord(labels);
  }

  get isEmpty(): boolean {
    return this.list.isEmpty;
  }

  /** Undefined when the entry is a duplicate. */
  add(entry: LogEntry, arrival: number): StreamEntry | undefined {
    const { timeUnixNano, line, structuredMetadata } = entry;
    const known = this.entriesByTime.get(timeUnixNano);
    if (known !== undefined) {
      const keys = known instanceof Set ? known : new Set([keyOf(known)]);
      const key = keyOf(entry);
      if (keys.has(key)) return undefined;
      this.entriesByTime.set(timeUnixNano, keys.add(key));
    }

    const bytes =
      ENTRY_SLOTS_BYTES +
      bytesOfObject(5) +
      bytesOfObject(3) +
      24 +
      bytesOfText(line) +
      bytesOfRecord(structuredMetadata);
    const stored = { timeUnixNano, arrival, entry: ownEntry(entry), stream: this, bytes };
    if (known === undefined) this.entriesByTime.set(timeUnixNano, stored.entry);
    this.list.insert(stored);
    return stored;
  }

  remove(stored: StreamEntry): void {
    this.list.remove(stored);
    const { timeUnixNano } = stored;
    const known = this.entriesByTime.get(timeUnixNano);
    if (!(known instanceof Set)) this.entriesByTime.delete(timeUnixNano);
    else if (known.delete(keyOf(stored.entry)) && known.size === 0) this.entriesByTime.delete(timeUnixNano);
  }

  matches(matchers: readonly LabelMatcher[]): boolean {
    return matchers.every((matcher) => matcher.matches(this.label(matcher.name)));
  }

  hasEntryIn({ startUnixNano, endUnixNano }: LogRange): boolean {
    const [first] = this.list.forward({ timeUnixNano: startUnixNano, arrival: 0 });
    return first !== undefined && first.timeUnixNano < endUnixNano;
  }

  /** The entries at or after `position`, or those before it, the nearest first. */
  entries(direction: 'forward' | 'backward', position: LogPosition): Generator<StreamEntry, void> {
    return direction === 'forward' ? this.list.forward(position) : this.list.backward(position);
  }

  /** Of the label, or else of the structured metadata of that name. */
  valueOf({ entry }: StreamEntry, name: string): string | undefined {
    if (Object.hasOwn(this.labels, name)) return this.labels[name];
    return Object.hasOwn(entry.structuredMetadata, name) ? entry.structuredMetadata[name] : undefined;
  }

  private label(name: string): string {
    return Object.hasOwn(this.labels, name) ? (this.labels[name] ?? '') : '';
  }
}

/** V8 hashes no more than this many characters of a string: longer keys would all collide in a set. */
const MAX_KEY_CHARACTERS = 16_383;

/** What makes two entries of one time duplicates: their lines and their structured metadata, in any order of names. */
const keyOf = ({ line, structuredMetadata }: LogEntry): string => {
  const key = JSON.stringify([
    line,
    ...Object.entries(structuredMetadata).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
  return key.length <= MAX_KEY_CHARACTERS ? key : hash('sha256', key, 'base64');
};

/** A copy that can be given to any reader: nobody can change it. */
const ownEntry = ({ timeUnixNano, line, structuredMetadata }: LogEntry): LogEntry =>
  Object.freeze({ timeUnixNano, line, structuredMetadata: Object.freeze({ ...structuredMetadata }) });
