import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { FolderError } from './folder-error.js';
import { START, type LogPosition } from './write-ahead-log.js';
import { WriteError } from './write-error.js';

/** `PRAGMA user_version`: raised when a reader of the version before could not read the file. */
const FORMAT = 1;
/** `PRAGMA application_id`: "LNTN". */
const APPLICATION_ID = 0x4c4e544e;
const FILE_NAME = 'lantern.db';
const PROCESS_FILE_NAME = 'lantern.pid';
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** A block as it lies in the file; see docs/file-format.md. */
export interface BlockParts {
  readonly block: number;
  readonly arrivedMillis: number;
  readonly summary: Uint8Array;
  readonly filter: Uint8Array;
  readonly columns: Uint8Array;
  /** All chunks, see `joinParts`. */
  readonly body: Uint8Array;
}

export const bytesOf = ({ summary, filter, columns, body }: BlockParts): number =>
  summary.length + filter.length + columns.length + body.length;

export interface BlockSummaryRow {
  readonly block: number;
  readonly arrivedMillis: number;
  readonly summary: Uint8Array;
  /** Of all parts. */
  readonly bytes: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS position (
    signal TEXT PRIMARY KEY, segment INTEGER NOT NULL, offset INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS span_summary (
    block INTEGER PRIMARY KEY, arrived_millis INTEGER NOT NULL, bytes INTEGER NOT NULL, summary BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS span_filter (block INTEGER PRIMARY KEY, filter BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS span_columns (block INTEGER PRIMARY KEY, columns BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS span_body (block INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
`;

/**
 * The one file that holds all sealed blocks. SQLite is only the container: it finds a part by the number of its
 * block, makes several writes one, and gives space back.
 */
export class BlockDatabase {
  private readonly database: DatabaseSync;
  private readonly insertSummary: StatementSync;
  private readonly insertFilter: StatementSync;
  private readonly insertColumns: StatementSync;
  private readonly insertBody: StatementSync;
  private readonly setPosition: StatementSync;
  private readonly selectSummary: StatementSync;
  private readonly selectFilter: StatementSync;
  private readonly selectColumns: StatementSync;
  private readonly selectBody: StatementSync;

  private constructor(
    private readonly folder: string,
    database: DatabaseSync,
  ) {
    this.database = database;
    this.insertSummary = database.prepare('INSERT INTO span_summary VALUES (?, ?, ?, ?)');
    this.insertFilter = database.prepare('INSERT INTO span_filter VALUES (?, ?)');
    this.insertColumns = database.prepare('INSERT INTO span_columns VALUES (?, ?)');
    this.insertBody = database.prepare('INSERT INTO span_body VALUES (?, ?)');
    this.setPosition = database.prepare(
      'INSERT INTO position VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET segment = excluded.segment, offset = excluded.offset',
    );
    this.selectSummary = database.prepare('SELECT summary FROM span_summary WHERE block = ?');
    this.selectFilter = database.prepare('SELECT filter FROM span_filter WHERE block = ?');
    this.selectColumns = database.prepare('SELECT columns FROM span_columns WHERE block = ?');
    this.selectBody = database.prepare('SELECT body FROM span_body WHERE block = ?');
  }

  /**
   * Opens the file of a data folder, and makes both where they are missing. As long as it is open, no other
   * process can open it: the lock is the operating system's, so it ends with the process, however that ends.
   *
   * @param syncs false lets a loss of power damage the file
   * @throws FolderError
   */
  static open(folder: string, syncs: boolean): BlockDatabase {
    const path = join(folder, FILE_NAME);
    let database: DatabaseSync;
    try {
      mkdirSync(folder, { recursive: true });
      database = new DatabaseSync(path);
    } catch (error) {
      throw new FolderError(WriteError.of(error, folder).message, { cause: error });
    }
    try {
      prepareFile(database, folder, syncs);
      noteProcess(folder);
      return new BlockDatabase(folder, database);
    } catch (error) {
      database.close();
      throw folderErrorOf(error, folder);
    }
  }

  close(): void {
    this.database.close();
    rmSync(join(this.folder, PROCESS_FILE_NAME), { force: true });
  }

  /** Blocks and the position up to which they hold the log, all or nothing. */
  insert(blocks: readonly BlockParts[], signal: string, { segment, offset }: LogPosition): void {
    this.inTransaction(() => {
      for (const parts of blocks) {
        const { block, arrivedMillis, summary, filter, columns, body } = parts;
        this.insertSummary.run(block, arrivedMillis, bytesOf(parts), summary);
        this.insertFilter.run(block, filter);
        this.insertColumns.run(block, columns);
        this.insertBody.run(block, body);
      }
      this.setPosition.run(signal, segment, offset);
    });
  }

  position(signal: string): LogPosition {
    const row = this.database.prepare('SELECT segment, offset FROM position WHERE signal = ?').get(signal);
    return row ? { segment: Number(row.segment), offset: Number(row.offset) } : START;
  }

  /**
   * By number. A page of the file that SQLite cannot read takes as few rows with it as can be: they are then
   * looked for one by one from both ends.
   */
  *summaries(onUnreadable: (message: string) => void): Generator<BlockSummaryRow> {
    const select = 'SELECT block, arrived_millis, bytes, summary FROM span_summary';
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

  summary(block: number): Uint8Array | undefined {
    return this.selectSummary.get(block)?.summary as Uint8Array | undefined;
  }

  filter(block: number): Uint8Array | undefined {
    return this.selectFilter.get(block)?.filter as Uint8Array | undefined;
  }

  columns(block: number): Uint8Array | undefined {
    return this.selectColumns.get(block)?.columns as Uint8Array | undefined;
  }

  body(block: number): Uint8Array | undefined {
    return this.selectBody.get(block)?.body as Uint8Array | undefined;
  }

  delete(blocks: readonly number[]): void {
    this.inTransaction(() => {
      for (const table of ['span_summary', 'span_filter', 'span_columns', 'span_body']) {
        const statement = this.database.prepare(`DELETE FROM ${table} WHERE block = ?`);
        for (const block of blocks) statement.run(block);
      }
    });
  }

  /** Pages that hold nothing and still belong to the file. */
  freePages(): number {
    return Number(this.database.prepare('PRAGMA freelist_count').get()?.freelist_count ?? 0);
  }

  /** Gives up to so many free pages back to the file system, with the next checkpoint. */
  vacuum(pages: number): void {
    this.database.exec(`PRAGMA incremental_vacuum(${pages})`);
  }

  /** Moves SQLite's own log into the file, and both to the disk. */
  checkpoint(): void {
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  private inTransaction(work: () => void): void {
    try {
      this.database.exec('BEGIN IMMEDIATE');
      try {
        work();
        this.database.exec('COMMIT');
      } catch (error) {
        if (this.database.isTransaction) this.database.exec('ROLLBACK');
        throw error;
      }
    } catch (error) {
      throw WriteError.of(error, this.folder);
    }
  }
}

const prepareFile = (database: DatabaseSync, folder: string, syncs: boolean): void => {
  // Before anything else: in this mode the first read takes the lock and keeps it.
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  const format = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  const application = Number(database.prepare('PRAGMA application_id').get()?.application_id ?? 0);
  if (application !== 0 && application !== APPLICATION_ID) {
    throw new FolderError(
      `${join(folder, FILE_NAME)} belongs to another program; choose another data folder.`,
    );
  }
  if (format > FORMAT) {
    throw new FolderError(
      `The data in ${folder} has format ${format}, and this version of Lantern reads formats up to ${FORMAT}: ` +
        `update Lantern, or choose another data folder.`,
    );
  }
  if (format === 0) {
    // The first two take effect only while the file is empty, and an empty file need not be waited for.
    database.exec(`
      PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = OFF;
    `);
  }
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA wal_autocheckpoint = ${Math.ceil(CHECKPOINT_BYTES / PAGE_BYTES)};
    PRAGMA cache_size = -${CACHE_KIB};
  `);
  // Nothing is written to a file that is ready: it can be read although the disk is full.
  if (format === 0) {
    database.exec(`
      BEGIN IMMEDIATE;
      ${SCHEMA}
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${FORMAT};
      COMMIT;
    `);
  }
  database.exec(`PRAGMA synchronous = ${syncs ? 'NORMAL' : 'OFF'}`);
};

/** For the message to whoever finds the folder in use; the lock does not depend on it. */
const noteProcess = (folder: string): void => {
  try {
    writeFileSync(join(folder, PROCESS_FILE_NAME), `${process.pid}\n`);
  } catch {
    // A full disk: the data can be read all the same.
  }
};

const PAGE_BYTES = 8192;
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
/** SQLite's own: blocks are kept decompressed by the store, so it needs little. */
const CACHE_KIB = 2048;

/** Why a folder cannot be opened, whatever went wrong. */
export const folderErrorOf = (error: unknown, folder: string): FolderError => {
  if (error instanceof FolderError) return error;
  const primaryCode = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  if (primaryCode === SQLITE_BUSY) {
    return new FolderError(
      `The data folder ${folder} is in use by another Lantern${holderOf(folder)}: stop it, or choose another data folder.`,
      { cause: error },
    );
  }
  if (primaryCode === SQLITE_CORRUPT || primaryCode === SQLITE_NOTADB) {
    return new FolderError(
      `${join(folder, FILE_NAME)} is damaged beyond what Lantern can skip: move it away to start without it, the log beside it is still good.`,
      { cause: error },
    );
  }
  return new FolderError(WriteError.of(error, folder).message, { cause: error });
};

const holderOf = (folder: string): string => {
  const path = join(folder, PROCESS_FILE_NAME);
  if (!existsSync(path)) return '';
  return ` (process ${readFileSync(path, 'utf8').trim()})`;
};

const summaryOf = (row: Record<string, unknown>): BlockSummaryRow => ({
  block: Number(row.block),
  arrivedMillis: Number(row.arrived_millis),
  bytes: Number(row.bytes),
  summary: row.summary as Uint8Array,
});
