import { Buffer } from 'node:buffer';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change } from './change.js';

export const SERIES_SCHEMA = `
  CREATE TABLE IF NOT EXISTS metric_series (id INTEGER PRIMARY KEY, labels BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS metric_metadata (
    name TEXT PRIMARY KEY, type TEXT NOT NULL, unit TEXT NOT NULL, help TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

export interface SeriesDefinition {
  readonly id: number;
  /** Labels, one byte a character. */
  readonly key: string;
}

export interface MetadataRow {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
}

/** Labels of the metric series that sealed blocks refer to by number, and metadata of metrics. */
export class SeriesCatalog {
  private readonly insertSeries: StatementSync;
  private readonly deleteSeries: StatementSync;
  private readonly insertMetadata: StatementSync;

  constructor(private readonly database: DatabaseSync) {
    this.insertSeries = database.prepare('INSERT OR REPLACE INTO metric_series VALUES (?, ?)');
    this.deleteSeries = database.prepare('DELETE FROM metric_series WHERE id = ?');
    this.insertMetadata = database.prepare('INSERT OR REPLACE INTO metric_metadata VALUES (?, ?, ?, ?)');
  }

  insertion(series: readonly SeriesDefinition[], metadata: readonly MetadataRow[]): Change {
    return {
      bytes: series.reduce((sum, { key }) => sum + key.length, 0),
      // The catalog is read only when the store opens.
      hold: () => undefined,
      apply: () => {
        for (const { id, key } of series) this.insertSeries.run(id, Buffer.from(key, 'latin1'));
        for (const { name, type, unit, help } of metadata) this.insertMetadata.run(name, type, unit, help);
      },
      release: () => undefined,
    };
  }

  deletion(ids: readonly number[]): Change {
    return {
      bytes: 0,
      hold: () => undefined,
      apply: () => {
        for (const id of ids) this.deleteSeries.run(id);
      },
      release: () => undefined,
    };
  }

  /** Returns the change that deletes all series and metadata. */
  clearing(): Change {
    return {
      bytes: 0,
      // The catalog is read only when the store opens.
      hold: () => undefined,
      apply: () => this.database.exec('DELETE FROM metric_series; DELETE FROM metric_metadata'),
      release: () => undefined,
    };
  }

  /** Yields all series in the order of their numbers. */
  *series(): Generator<SeriesDefinition> {
    for (const row of this.database.prepare('SELECT id, labels FROM metric_series ORDER BY id').iterate()) {
      const labels = row.labels as Uint8Array;
      yield {
        id: Number(row.id),
        key: Buffer.from(labels.buffer, labels.byteOffset, labels.length).toString('latin1'),
      };
    }
  }

  metadata(): MetadataRow[] {
    const rows = this.database.prepare('SELECT name, type, unit, help FROM metric_metadata').all();
    return rows.map(({ name, type, unit, help }) => ({
      name: String(name),
      type: String(type),
      unit: String(unit),
      help: String(help),
    }));
  }
}
