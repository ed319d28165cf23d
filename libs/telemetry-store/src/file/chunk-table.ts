import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change } from './change.js';

/** Upper limit on the number of chunks of a block. */
const CHUNKS_PER_BLOCK = 65_536;

export const chunkKey = (block: number, chunk: number): number => block * CHUNKS_PER_BLOCK + chunk;

export const chunkTableSchema = (name: string): string =>
  `CREATE TABLE IF NOT EXISTS ${name} (chunk INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;`;

/** Pieces of blocks. Each piece is a row, so that reading one does not read the others. */
export class ChunkTable {
  private readonly insertOne: StatementSync;
  private readonly selectOne: StatementSync;
  private readonly deleteRange: StatementSync;
  /** Chunks of blocks that wait to be inserted. */
  private readonly inserted = new Map<number, readonly Uint8Array[]>();

  constructor(database: DatabaseSync, name: string) {
    this.insertOne = database.prepare(`INSERT INTO ${name} VALUES (?, ?)`);
    this.selectOne = database.prepare(`SELECT content FROM ${name} WHERE chunk = ?`);
    this.deleteRange = database.prepare(`DELETE FROM ${name} WHERE chunk BETWEEN ? AND ?`);
  }

  insertion(block: number, chunks: readonly Uint8Array[]): Change {
    return {
      bytes: chunks.reduce((sum, { length }) => sum + length, 0),
      hold: () => void this.inserted.set(block, chunks),
      apply: () => {
        for (const [chunk, content] of chunks.entries()) this.insertOne.run(chunkKey(block, chunk), content);
      },
      release: () => void this.inserted.delete(block),
    };
  }

  deletion(blocks: readonly number[]): Change {
    return {
      bytes: 0,
      // No query reads a chunk of a dropped block.
      hold: () => undefined,
      apply: () => {
        for (const block of blocks) this.deleteRange.run(chunkKey(block, 0), chunkKey(block + 1, 0) - 1);
      },
      release: () => undefined,
    };
  }

  chunk(block: number, chunk: number): Uint8Array | undefined {
    const inserted = this.inserted.get(block);
    if (inserted) return inserted[chunk];
    return this.selectOne.get(chunkKey(block, chunk))?.content as Uint8Array | undefined;
  }
}
