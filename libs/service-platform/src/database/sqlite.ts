import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import {
  type Kysely,
  type MigrationLockOptions,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
} from 'kysely';
import { messageOf } from '../errors/message-of.js';
import { StartError } from '../errors/start-error.js';
import { makeFolder } from './make-folder.js';

/** Timeout of a statement that waits for another process to finish writing to the file. */
const BUSY_TIMEOUT_MILLIS = 5_000;

/** Kysely's SQLite dialect on node:sqlite, with atomic migrations. */
export class NodeSqliteDialect extends SqliteDialect {
  /** @param path Path of the file, which is created with its folder if missing. */
  constructor(path: string) {
    super({ database: openSqlite(path) });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

class TransactionalSqliteAdapter extends SqliteAdapter {
  /** SQLite's transactions include CREATE TABLE: https://www.sqlite.org/transactional.html */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /** Locks the file: the first write of a transaction makes a second process wait here until the transaction ends. */
  override async acquireMigrationLock(
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as Kysely declares it: any schema
    db: Kysely<any>,
    { lockTable, lockRowId }: MigrationLockOptions,
  ): Promise<void> {
    await db.updateTable(lockTable).set({ is_locked: 0 }).where('id', '=', lockRowId).execute();
  }
}

/** Opens a file with the interface that Kysely expects. node:sqlite enforces foreign keys by default. */
const openSqlite = (path: string): SqliteDatabase => {
  const database = openFile(path);
  // With a write-ahead log, readers and the writer do not block each other, and NORMAL loses only the last transactions
  // before a power failure: https://www.sqlite.org/wal.html
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  return {
    prepare: (sql) => toKyselyStatement(database, sql),
    close: () => database.close(),
  };
};

const openFile = (path: string): DatabaseSync => {
  try {
    makeFolder(dirname(path));
    return new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MILLIS, enableForeignKeyConstraints: true });
  } catch (error) {
    throw new StartError(
      `${path} cannot be opened: ${messageOf(error)}. Set DATA_DIR to a folder that this user may write to.`,
      { cause: error },
    );
  }
};

const toKyselyStatement = (database: DatabaseSync, sql: string): SqliteStatement => {
  const statement = database.prepare(sql);
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
};
