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

/** How long a statement waits for another process that is writing to the same file. */
const BUSY_TIMEOUT_MS = 5_000;

/** Kysely's SQLite dialect on Node's own driver, with migrations that are all or nothing. */
export class NodeSqliteDialect extends SqliteDialect {
  /** @param path of the file; it and its folder are made where they are missing. */
  constructor(path: string) {
    super({ database: openSqlite(path) });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

class TransactionalSqliteAdapter extends SqliteAdapter {
  /** https://www.sqlite.org/transactional.html holds for CREATE TABLE as for any other statement. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /** The first write of a transaction locks the file until its end, so that a second process waits here. */
  override async acquireMigrationLock(
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as Kysely declares it: any schema
    db: Kysely<any>,
    { lockTable, lockRowId }: MigrationLockOptions,
  ): Promise<void> {
    await db.updateTable(lockTable).set({ is_locked: 0 }).where('id', '=', lockRowId).execute();
  }
}

/** Opens a file in the shape that Kysely expects. Foreign keys are checked, as node:sqlite does by default. */
function openSqlite(path: string): SqliteDatabase {
  const database = openFile(path);
  // Readers and the writer do not wait for each other, and with a write-ahead log NORMAL loses nothing
  // but the last transactions of a power cut (https://www.sqlite.org/wal.html).
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  return {
    prepare: (sql) => toKyselyStatement(database, sql),
    close: () => database.close(),
  };
}

function openFile(path: string): DatabaseSync {
  try {
    makeFolder(dirname(path));
    return new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  } catch (error) {
    throw new StartError(
      `${path} cannot be opened: ${messageOf(error)}. Set DATA_DIR to a folder that this user may write to.`,
      { cause: error },
    );
  }
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
