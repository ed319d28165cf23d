import { setImmediate } from 'node:timers/promises';
import type { LogLabels, LogStream } from '@lantern/telemetry-model';
import { bytesOfEntry } from '../entry-bytes.js';
import type { LogQuery, LogRow, LogStore, LogStoreStats } from '../log-store.js';
import { ArrivalQueue } from './arrival-queue.js';
import type { LogPosition } from './entry-list.js';
import { LinesByTrace, TRACE_ID } from './lines-by-trace.js';
import type { MemoryStoreOptions } from './memory-store-options.js';
import { mergedEntries } from './merged-entries.js';
import { StoredStream, type StreamEntry } from './stored-stream.js';

const ROWS_PER_CHUNK = 512;
/** After so many entries a search lets others have their turn, also when it has found nothing yet. */
const ENTRIES_PER_TURN = 8192;

/** A store that forgets everything with the process, and the entries that arrived first when it is full. */
export const openMemoryLogStore = (options: MemoryStoreOptions): LogStore => new MemoryLogStore(options);

class MemoryLogStore implements LogStore {
  /** By their labels. A stream goes with its last entry. */
  private readonly streams = new Map<string, StoredStream>();
  private readonly arrived = new ArrivalQueue<StreamEntry>();
  private readonly traces = new LinesByTrace();
  private readonly maxBytes: number;
  private arrivalCount = 0;
  private bytes = 0;
  private evictedEntries = 0;

  constructor({ maxBytes }: MemoryStoreOptions) {
    this.maxBytes = maxBytes;
  }

  async append(streams: readonly LogStream[]): Promise<void> {
    for (const { labels, entries } of streams) {
      if (entries.length === 0) continue;
      const stream = this.streamOf(labels);
      for (const entry of entries) {
        const stored = stream.add(entry, this.arrivalCount++);
        if (!stored) continue;
        this.arrived.push(stored);
        this.bytes += stored.bytes + this.traces.add(stored);
      }
    }
    while (this.bytes > this.maxBytes && this.arrived.length > 0) this.evictOldest();
  }

  async *read(query: LogQuery): AsyncGenerator<readonly LogRow[]> {
    const { startUnixNano, endUnixNano } = query.range;
    const forward = query.direction === 'forward';
    let position: LogPosition | undefined = {
      timeUnixNano: forward ? startUnixNano : endUnixNano,
      arrival: 0,
    };
    while (position) {
      const turn: Turn = this.readTurn(query, position);
      if (turn.rows.length === 0) await setImmediate();
      yield turn.rows;
      position = turn.next;
    }
  }

  async series({ matchers, range }: Pick<LogQuery, 'matchers' | 'range'>): Promise<LogLabels[]> {
    const labels: LogLabels[] = [];
    for (const stream of this.streams.values()) {
      if (stream.matches(matchers) && stream.hasEntryIn(range)) labels.push({ ...stream.labels });
    }
    return labels;
  }

  async stats(): Promise<LogStoreStats> {
    return {
      streams: this.streams.size,
      entries: this.arrived.length,
      bytes: this.bytes,
      evictedEntries: this.evictedEntries,
    };
  }

  async close(): Promise<void> {
    // Nothing is open: the memory is free as soon as nobody refers to the store.
  }

  /** The streams may change between two turns: a position stays valid, an iterator would not. */
  private readTurn(query: LogQuery, position: LogPosition): Turn {
    const { direction, range, matchers, fields, lineContains = [] } = query;
    const values = Object.entries(query.values ?? {});
    const rows: LogRow[] = [];
    let visited = 0;
    for (const stored of mergedEntries(direction, this.sequencesOf(query, position))) {
      const { timeUnixNano, arrival, entry, stream } = stored;
      if (timeUnixNano < range.startUnixNano || timeUnixNano >= range.endUnixNano) break;
      if (
        lineContains.every((text) => entry.line.includes(text)) &&
        values.every(([name, value]) => stream.valueOf(stored, name) === value) &&
        (query.values?.[TRACE_ID] === undefined || stream.matches(matchers))
      ) {
        rows.push({ labels: stream.labels, entry, ...(fields?.bytes && { bytes: bytesOfEntry(entry) }) });
      }
      if (rows.length === ROWS_PER_CHUNK || ++visited === ENTRIES_PER_TURN) {
        return { rows, next: { timeUnixNano, arrival: direction === 'forward' ? arrival + 1 : arrival } };
      }
    }
    return { rows };
  }

  private sequencesOf(
    { direction, matchers, values }: LogQuery,
    position: LogPosition,
  ): Generator<StreamEntry, void>[] {
    const traceId = values?.[TRACE_ID];
    if (traceId !== undefined) return this.traces.entries(traceId, direction, position);
    const sequences: Generator<StreamEntry, void>[] = [];
    for (const stream of this.streams.values()) {
      if (stream.matches(matchers)) sequences.push(stream.entries(direction, position));
    }
    return sequences;
  }

  private streamOf(labels: LogLabels): StoredStream {
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    let stream = this.streams.get(key);
    if (!stream) {
      stream = new StoredStream(key, { ...labels });
      this.streams.set(key, stream);
      this.bytes += stream.bytes;
    }
    return stream;
  }

  private evictOldest(): void {
    const oldest = this.arrived.shift();
    if (!oldest) return;
    const { stream } = oldest;
    this.bytes -= oldest.bytes + this.traces.remove(oldest);
    this.evictedEntries++;
    stream.remove(oldest);
    if (!stream.isEmpty) return;
    this.streams.delete(stream.key);
    this.bytes -= stream.bytes;
  }
}

interface Turn {
  readonly rows: readonly LogRow[];
  /** Where the next turn begins; undefined when there is nothing more. */
  readonly next?: LogPosition;
}
