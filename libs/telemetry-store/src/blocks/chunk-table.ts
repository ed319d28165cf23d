import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** More than any block has. */
const CHUNKS_PER_BLOCK = 65_536;

export const chunkKey = (block: number, chunk: number): number => block * CHUNKS_PER_BLOCK + chunk;

export const chunkTableSchema = (name: string): string =>
  `CREATE TABLE IF NOT EXISTS ${name} (chunk INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;`;

/** What is read of a block in pieces: each is a row, so that reading one does not read the others. */
export class ChunkTable {
  private readonly insertOne: StatementSync;
  private readonly selectOne: StatementSync;
  private readonly deleteRange: StatementSync;

  constructor(database: DatabaseSync, name: string) {
    this.insertOne = database.prepare(`INSERT INTO ${name} VALUES (?, ?)`);
    this.selectOne = database.prepare(`SELECT content FROM ${name} WHERE chunk = ?`);
    this.deleteRange = database.prepare(`DELETE FROM ${name} WHERE chunk BETWEEN ? AND ?`);
  }

  /** Within a transaction of the database. */
  insert(block: number, chunks: readonly Uint8Array[]): void {
    for (const [chunk, content] of chunks.entries()) this.insertOne.run(chunkKey(block, chunk), content);
  }

  /** Within a transaction of the database. */
  delete(blocks: readonly number[]): void {
    for (const block of blocks) this.deleteRange.run(chunkKey(block, 0), chunkKey(block + 1, 0) - 1);
  }

  chunk(block: number, chunk: number): Uint8Array | undefined {
    return this.selectOne.get(chunkKey(block, chunk))?.content as Uint8Array | undefined;
  }
}
