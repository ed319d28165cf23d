import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change } from './change.js';

/** Block as it is stored in the file; see docs/file-format.md. */
export interface BlockParts<Part extends string> {
  readonly block: number;
  readonly arrivedMillis: number;
  /** Index of the block, read when the store opens. */
  readonly summary: Uint8Array;
  readonly parts: Readonly<Record<Part, Uint8Array>>;
  /** Pieces that are stored in a `ChunkTable` and read one by one. */
  readonly chunks?: readonly Uint8Array[];
}

export interface BlockSummaryRow {
  readonly block: number;
  readonly arrivedMillis: number;
  readonly summary: Uint8Array;
  /** Total size of all parts. */
  readonly bytes: number;
}

export const bytesOf = ({ summary, parts, chunks = [] }: BlockParts<string>): number =>
  [...Object.values(parts), ...chunks].reduce((sum, part) => sum + part.length, summary.length);

/** @param name prefix of the signal's tables: `span` creates `span_summary` and one table for each part */
export const blockTableSchema = (name: string, parts: readonly string[]): string =>
  [
    `CREATE TABLE IF NOT EXISTS ${name}_summary (
      block INTEGER PRIMARY KEY, arrived_millis INTEGER NOT NULL, bytes INTEGER NOT NULL, summary BLOB NOT NULL
    ) STRICT;`,
    ...parts.map(
      (part) =>
        `CREATE TABLE IF NOT EXISTS ${name}_${part} (block INTEGER PRIMARY KEY, ${part} BLOB NOT NULL) STRICT;`,
    ),
  ].join('\n');

/**
 * Sealed blocks of one signal: a summary for each block, which is read when the store opens, and parts that are read
 * when a query needs them. Each part has its own table, so that reading one part does not read the others.
 */
export class BlockTable<Part extends string> {
  private readonly insertSummary: StatementSync;
  private readonly selectSummary: StatementSync;
  private readonly inserts: ReadonlyMap<Part, StatementSync>;
  private readonly selects: ReadonlyMap<Part, StatementSync>;
  private readonly deletes: readonly StatementSync[];
  /** Blocks that wait to be inserted. */
  private readonly inserted = new Map<number, BlockParts<Part>>();
  /** Blocks that wait to be deleted. */
  private readonly deleted = new Set<number>();

  constructor(
    private readonly database: DatabaseSync,
    private readonly name: string,
    parts: readonly Part[],
  ) {
    const byPart = (sql: (part: Part) => string): ReadonlyMap<Part, StatementSync> =>
      new Map(parts.map((part) => [part, database.prepare(sql(part))]));
    this.insertSummary = database.prepare(`INSERT INTO ${name}_summary VALUES (?, ?, ?, ?)`);
    this.selectSummary = database.prepare(`SELECT summary FROM ${name}_summary WHERE block = ?`);
    this.inserts = byPart((part) => `INSERT INTO ${name}_${part} VALUES (?, ?)`);
    this.selects = byPart((part) => `SELECT ${part} AS content FROM ${name}_${part} WHERE block = ?`);
    this.deletes = ['summary', ...parts].map((part) =>
      database.prepare(`DELETE FROM ${name}_${part} WHERE block = ?`),
    );
  }

  insertion(block: BlockParts<Part>): Change {
    return {
      bytes: bytesOf({ ...block, chunks: [] }),
      hold: () => void this.inserted.set(block.block, block),
      apply: () => {
        this.insertSummary.run(block.block, block.arrivedMillis, bytesOf(block), block.summary);
        for (const [part, insert] of this.inserts) insert.run(block.block, block.parts[part]);
      },
      release: () => void this.inserted.delete(block.block),
    };
  }

  deletion(blocks: readonly number[]): Change {
    return {
      bytes: 0,
      hold: () => {
        for (const block of blocks) this.deleted.add(block);
      },
      apply: () => {
        for (const statement of this.deletes) for (const block of blocks) statement.run(block);
      },
      release: () => {
        for (const block of blocks) this.deleted.delete(block);
      },
    };
  }

  summary(block: number): Uint8Array | undefined {
    const inserted = this.inserted.get(block);
    return inserted?.summary ?? (this.selectSummary.get(block)?.summary as Uint8Array | undefined);
  }

  part(part: Part, block: number): Uint8Array | undefined {
    const inserted = this.inserted.get(block);
    return inserted?.parts[part] ?? (this.selects.get(part)?.get(block)?.content as Uint8Array | undefined);
  }

  /** Yields the summary of every block, by number. */
  *summaries(onUnreadable: (message: string) => void): Generator<BlockSummaryRow> {
    for (const row of this.writtenSummaries(onUnreadable)) if (!this.deleted.has(row.block)) yield row;
    for (const inserted of this.inserted.values()) {
      if (!this.deleted.has(inserted.block)) yield { ...inserted, bytes: bytesOf(inserted) };
    }
  }

  /**
   * Yields the summaries that are in the file. When SQLite cannot read a page, rows are searched one by one from both
   * ends, so that the damaged page costs as few rows as possible.
   */
  private *writtenSummaries(onUnreadable: (message: string) => void): Generator<BlockSummaryRow> {
    const select = `SELECT block, arrived_millis, bytes, summary FROM ${this.name}_summary`;
    let last = 0;
    try {
      for (const row of this.database.prepare(`${select} ORDER BY block`).iterate()) {
        const summary = summaryOf(row);
        yield summary;
        last = summary.block;
      }
      return;
    } catch (error) {
      onUnreadable(`the list of blocks cannot be read behind block ${last} (${(error as Error).message})`);
    }
    const fromTheEnd: BlockSummaryRow[] = [];
    try {
      for (const row of this.database
        .prepare(`${select} WHERE block > ? ORDER BY block DESC`)
        .iterate(last)) {
        fromTheEnd.push(summaryOf(row));
      }
    } catch {
      const first = fromTheEnd.at(-1)?.block ?? 0;
      const selectOne = this.database.prepare(`${select} WHERE block = ?`);
      for (let block = last + 1; block < first; block++) {
        let row;
        try {
          row = selectOne.get(block);
        } catch {
          onUnreadable(`block ${block} cannot be read`);
        }
        if (row) yield summaryOf(row);
      }
    }
    yield* fromTheEnd.reverse();
  }
}

const summaryOf = (row: Record<string, unknown>): BlockSummaryRow => ({
  block: Number(row.block),
  arrivedMillis: Number(row.arrived_millis),
  bytes: Number(row.bytes),
  summary: row.summary as Uint8Array,
});
