import { Buffer } from 'node:buffer';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TraceId } from '@lantern/telemetry-model';
import type { Change } from './change.js';

export const ARCHIVE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS archived_trace (
    trace BLOB PRIMARY KEY, archived_millis INTEGER NOT NULL, spans BLOB NOT NULL
  ) STRICT;
`;

/**
 * Traces that outlive their blocks. Each row is one sealed request with all spans of a trace; see docs/file-format.md.
 */
export class ArchiveTable {
  private readonly upsert: StatementSync;
  private readonly select: StatementSync;
  private readonly deleteAll: StatementSync;
  /** Copies that wait to be written. */
  private readonly waiting = new Map<TraceId, Uint8Array>();

  constructor(private readonly database: DatabaseSync) {
    this.upsert = database.prepare(
      'INSERT INTO archived_trace VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET spans = excluded.spans',
    );
    this.select = database.prepare('SELECT spans FROM archived_trace WHERE trace = ?');
    this.deleteAll = database.prepare('DELETE FROM archived_trace');
  }

  /** Yields the size of each archived trace, in bytes. */
  *sizes(): Generator<[traceId: TraceId, bytes: number]> {
    const rows = this.database.prepare('SELECT trace, length(spans) AS bytes FROM archived_trace').iterate();
    for (const { trace, bytes } of rows) {
      yield [Buffer.from(trace as Uint8Array).toString('hex') as TraceId, Number(bytes)];
    }
  }

  spans(traceId: TraceId): Uint8Array | undefined {
    const waiting = this.waiting.get(traceId);
    if (waiting) return waiting;
    return this.select.get(Buffer.from(traceId, 'hex'))?.spans as Uint8Array | undefined;
  }

  /** Returns the change that archives a trace. A trace that is archived again keeps its first archive time. */
  insertion(traceId: TraceId, archivedMillis: number, spans: Uint8Array): Change {
    return {
      bytes: spans.length,
      hold: () => void this.waiting.set(traceId, spans),
      apply: () => void this.upsert.run(Buffer.from(traceId, 'hex'), archivedMillis, spans),
      release: () => {
        // A later copy of the same trace may wait too.
        if (this.waiting.get(traceId) === spans) this.waiting.delete(traceId);
      },
    };
  }

  /** Returns the change that deletes all archived traces. The caller reads none of them afterwards. */
  clearing(): Change {
    return {
      bytes: 0,
      hold: () => undefined,
      apply: () => void this.deleteAll.run(),
      release: () => undefined,
    };
  }
}
