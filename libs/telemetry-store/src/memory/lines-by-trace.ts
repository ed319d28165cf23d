import { EntryList, type LogPosition } from './entry-list.js';
import { MAP_SLOT, bytesOfObject } from './heap-bytes.js';
import type { StreamEntry } from './stored-stream.js';

export const TRACE_ID = 'trace_id';

/** A list of one chunk, and its slot. */
const TRACE_BYTES = MAP_SLOT + 2 * bytesOfObject(1) + 2 * 200;
const ENTRY_BYTES = 8;

/** The lines of each trace, of all streams, in the order of time. A trace goes with its last line. */
export class LinesByTrace {
  private readonly traces = new Map<string, EntryList<StreamEntry>>();

  /** @returns the bytes that this takes */
  add(stored: StreamEntry): number {
    const traceId = stored.stream.valueOf(stored, TRACE_ID);
    if (traceId === undefined) return 0;
    let lines = this.traces.get(traceId);
    const isNew = lines === undefined;
    if (lines === undefined) this.traces.set(traceId, (lines = new EntryList()));
    lines.insert(stored);
    return isNew ? TRACE_BYTES + ENTRY_BYTES : ENTRY_BYTES;
  }

  /** @returns the bytes that this frees */
  remove(stored: StreamEntry): number {
    const traceId = stored.stream.valueOf(stored, TRACE_ID);
    const lines = traceId === undefined ? undefined : this.traces.get(traceId);
    if (traceId === undefined || lines === undefined) return 0;
    lines.remove(stored);
    if (!lines.isEmpty) return ENTRY_BYTES;
    this.traces.delete(traceId);
    return TRACE_BYTES + ENTRY_BYTES;
  }

  entries(
    traceId: string,
    direction: 'forward' | 'backward',
    position: LogPosition,
  ): Generator<StreamEntry, void>[] {
    const lines = this.traces.get(traceId);
    if (lines === undefined) return [];
    return [direction === 'forward' ? lines.forward(position) : lines.backward(position)];
  }
}
