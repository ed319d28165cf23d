import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** How long a statement waits for another process that is writing to the same file. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens a SQLite file by Node's own driver, in the shape that Kysely's dialect expects.
 * Folder and file are made where they are missing. Foreign keys are checked, as node:sqlite does by default.
 */
export function openSqlite(path: string): SqliteDatabase {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  // Readers and the writer do not wait for each other, and with a write-ahead log NORMAL loses nothing
  // but the last transactions of a power cut (https://www.sqlite.org/wal.html).
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  return {
    prepare: (sql) => toKyselyStatement(database, sql),
    close: () => database.close(),
  };
}

function toKyselyStatement(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}
