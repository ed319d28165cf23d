import * as fs from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ARCHIVE_SCHEMA, ArchiveTable } from './archive-table.js';
import { BlockTable, blockTableSchema } from './block-table.js';
import { joinChanges, type Change } from './change.js';
import { Checkpoints, type SyncFiles } from './checkpoints.js';
import { ChunkTable, chunkTableSchema } from './chunk-table.js';
import { FolderError } from './folder-error.js';
import { FolderPresence } from './folder-presence.js';
import { makeFolder } from './make-folder.js';
import { folderErrorOf, forgetHolder, noteHolder } from './folder-lock.js';
import { START, type JournalPosition } from '../journal/journal.js';
import { SERIES_SCHEMA, SeriesCatalog } from './series-catalog.js';
import { WriteError } from '../write-error.js';
import { WriteQueue } from './write-queue.js';

/**
 * `PRAGMA user_version`. It increases when an older reader could not read the file, and when tables are added; new
 * tables are created in existing files. Format 3 has spans and archived traces, format 4 adds log lines, format
 * 5 metrics.
 */
const FORMAT = 5;
/** Oldest format that this version reads. Older files are rejected. */
const OLDEST_FORMAT = 3;
/** `PRAGMA application_id`: "LNTN". */
const APPLICATION_ID = 0x4c4e544e;
const FILE_NAME = 'lantern.db';
/** Name of the in-memory database in messages. */
const MEMORY = 'memory';

/**
 * Range of the journal that the next start needs: from the end of the record before the first unsealed one to the end
 * of the last record.
 */
export interface JournalExtent {
  readonly needed: JournalPosition;
  readonly end: JournalPosition;
}

/** Names in the table of positions, in addition to those of the signals. */
const JOURNAL_NEEDED = 'log needed';
const JOURNAL_END = 'log end';

export interface DatabaseOptions {
  /** Whether the file must stay intact after a power loss. SQLite itself never syncs: see {@link Checkpoints}. */
  readonly syncs: boolean;
  readonly files?: SyncFiles;
  /** Length of SQLite's WAL, in bytes, beyond which a checkpoint begins. */
  readonly checkpointBytes: number;
  /** Limit on the memory of changes that wait for the disk, in bytes. */
  readonly maxWaitingBytes: number;
  readonly report: (message: string) => void;
}

/** Parts of a block of spans, in addition to its summary and the chunks of its body. */
const SPAN_PARTS = ['tags', 'columns'] as const;
export type SpanPart = (typeof SPAN_PARTS)[number];

/** Parts of a block of log lines, in addition to its summary and the chunks of its text. */
const LOG_PARTS = ['filter', 'columns', 'layout'] as const;
export type LogPart = (typeof LOG_PARTS)[number];

/** Parts of a block of metrics, in addition to its summary and the pieces of its samples. */
const METRIC_PARTS = ['exemplars'] as const;
export type MetricPart = (typeof METRIC_PARTS)[number];

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS position (
    signal TEXT PRIMARY KEY, segment INTEGER NOT NULL, offset INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  ${blockTableSchema('span', SPAN_PARTS)}
  ${chunkTableSchema('span_body')}
  ${ARCHIVE_SCHEMA}
  ${blockTableSchema('log', LOG_PARTS)}
  ${chunkTableSchema('log_text')}
  ${blockTableSchema('metric', METRIC_PARTS)}
  ${chunkTableSchema('metric_piece')}
  ${SERIES_SCHEMA}
`;

/**
 * Database file, or database in memory, that holds all sealed blocks. SQLite is only the container: it finds a part by
 * its block number, makes several writes atomic, and reuses free space.
 */
export class BlockDatabase {
  readonly spans: BlockTable<SpanPart>;
  readonly spanBodies: ChunkTable;
  readonly archive: ArchiveTable;
  readonly logs: BlockTable<LogPart>;
  readonly logTexts: ChunkTable;
  readonly metrics: BlockTable<MetricPart>;
  readonly metricPieces: ChunkTable;
  readonly seriesCatalog: SeriesCatalog;
  private readonly setPosition: StatementSync;
  private readonly queue: WriteQueue;
  /** Undefined when data does not have to survive a power loss. */
  private readonly checkpoints: Checkpoints | undefined;
  /** Undefined in memory. */
  private readonly presence: FolderPresence | undefined;

  private constructor(
    private readonly folder: string | undefined,
    private readonly database: DatabaseSync,
    private readonly options: DatabaseOptions,
  ) {
    const { syncs, files = fs, checkpointBytes, maxWaitingBytes, report } = options;
    this.queue = new WriteQueue((apply) => this.inTransaction(apply), maxWaitingBytes);
    if (folder !== undefined) this.presence = new FolderPresence(join(folder, FILE_NAME));
    if (folder !== undefined && syncs) {
      this.checkpoints = new Checkpoints({
        database,
        path: join(folder, FILE_NAME),
        queue: this.queue,
        files,
        checkpointBytes,
        onError: (error) =>
          report(
            `${this.writeErrorOf(error).message} Blocks stay in memory and in the journal until the disk accepts writes.`,
          ),
      });
    }
    this.spans = new BlockTable(database, 'span', SPAN_PARTS);
    this.spanBodies = new ChunkTable(database, 'span_body');
    this.archive = new ArchiveTable(database);
    this.logs = new BlockTable(database, 'log', LOG_PARTS);
    this.logTexts = new ChunkTable(database, 'log_text');
    this.metrics = new BlockTable(database, 'metric', METRIC_PARTS);
    this.metricPieces = new ChunkTable(database, 'metric_piece');
    this.seriesCatalog = new SeriesCatalog(database);
    this.setPosition = database.prepare(
      'INSERT INTO position VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET segment = excluded.segment, offset = excluded.offset',
    );
  }

  /**
   * Opens the database of a data folder, and creates the folder and the file when they are missing. No other process
   * can open it at the same time: the operating system releases the lock when the process ends, for whatever reason.
   *
   * @param folder undefined opens an empty database in memory
   * @throws FolderError
   */
  static open(folder: string | undefined, options: DatabaseOptions): BlockDatabase {
    if (folder === undefined) {
      const database = new DatabaseSync(':memory:');
      prepareFile(database, MEMORY, false);
      return new BlockDatabase(undefined, database, options);
    }
    const path = join(folder, FILE_NAME);
    let database: DatabaseSync;
    try {
      makeFolder(folder);
      // SQLite would report only that it failed.
      fs.accessSync(folder, fs.constants.W_OK);
      database = new DatabaseSync(path);
    } catch (error) {
      throw new FolderError(WriteError.of(error, folder).message, { cause: error });
    }
    try {
      prepareFile(database, folder, options.syncs);
      noteHolder(folder);
      return new BlockDatabase(folder, database, options);
    } catch (error) {
      database.close();
      throw folderErrorOf(error, folder, path);
    }
  }

  /** Reason why written data would not be found again, such as a deleted folder; undefined when there is none. */
  get problem(): string | undefined {
    return this.presence?.problem;
  }

  /** @throws WriteError when written data would not be found again */
  assertThere(): void {
    this.presence?.assertThere();
  }

  /** Writes and syncs all waiting changes, and closes the file. */
  async close(): Promise<void> {
    // SQLite would remove its WAL by path, and another Lantern may own the file at that path by now.
    if (this.problem !== undefined) return;
    try {
      await this.checkpoints?.finish();
    } catch (error) {
      this.options.report(
        `${this.writeErrorOf(error).message} The next start reads the remaining rows from the journal.`,
      );
    }
    this.abandon();
  }

  /** Closes the file without writing the waiting changes. The journal has them. */
  abandon(): void {
    this.database.close();
    this.checkpoints?.closeFiles();
    if (this.folder !== undefined) forgetHolder(this.folder);
  }

  /** Returns the error that explains why the folder could not be opened. */
  folderErrorOf(error: unknown): FolderError {
    const folder = this.folder ?? MEMORY;
    return folderErrorOf(error, folder, join(folder, FILE_NAME));
  }

  /**
   * Writes the blocks of a signal together with the journal position that they cover, in one transaction.
   *
   * @throws WriteError
   */
  seal(signal: string, { segment, offset }: JournalPosition, blocks: readonly Change[]): void {
    const position: Change = {
      bytes: 0,
      hold: () => undefined,
      apply: () => void this.setPosition.run(signal, segment, offset),
      release: () => undefined,
    };
    this.write(joinChanges([...blocks, position]));
  }

  /**
   * Writes a change. While a checkpoint waits for the disk, the change is only accepted: reads see it, and it is
   * written later.
   *
   * @throws WriteError when the change was not accepted
   */
  write(change: Change): void {
    if (this.isHolding) this.queue.postpone(change);
    else this.queue.write(change);
    this.startCheckpointWhenDue();
  }

  /** Whether a checkpoint waits for the disk, so that no change may be written. */
  get isHolding(): boolean {
    return this.checkpoints?.isHolding ?? false;
  }

  startCheckpointWhenDue(): void {
    this.checkpoints?.startWhenDue();
  }

  /** Records which range of the journal the next start needs. @throws WriteError */
  noteJournalExtent({ needed, end }: JournalExtent): void {
    this.write({
      bytes: 0,
      hold: () => undefined,
      apply: () => {
        this.setPosition.run(JOURNAL_NEEDED, needed.segment, needed.offset);
        this.setPosition.run(JOURNAL_END, end.segment, end.offset);
      },
      release: () => undefined,
    });
  }

  /** Undefined when no range was recorded, or when it cannot be read. */
  journalExtent(): JournalExtent | undefined {
    try {
      const [needed, end] = [this.position(JOURNAL_NEEDED), this.position(JOURNAL_END)];
      return end === START ? undefined : { needed, end };
    } catch {
      // A damaged page. Reading the position of a signal reports it.
      return undefined;
    }
  }

  /** Waits until every change that was accepted so far is written. @throws WriteError */
  async written(): Promise<void> {
    await this.checkpoints?.written();
  }

  /** Waits until every change that was accepted so far is on the disk. @throws WriteError */
  async onDisk(): Promise<void> {
    await this.checkpoints?.onDisk();
  }

  /** Number of the last journal segment that a block has a record of. */
  lastSegment(): number {
    try {
      const row = this.database.prepare('SELECT max(segment) AS segment FROM position').get();
      return Number(row?.segment ?? 0);
    } catch {
      // A damaged page. Reading the position itself reports it.
      return 0;
    }
  }

  /** Position of the end of the last record of a signal that is in its blocks. */
  position(signal: string): JournalPosition {
    const row = this.database.prepare('SELECT segment, offset FROM position WHERE signal = ?').get(signal);
    return row ? { segment: Number(row.segment), offset: Number(row.offset) } : START;
  }

  /** @throws WriteError when the transaction was rolled back */
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
      throw this.writeErrorOf(error);
    }
  }

  writeErrorOf(error: unknown): WriteError {
    return WriteError.of(error, this.folder ?? MEMORY);
  }

  /** Number of unused pages in the file. */
  freePages(): number {
    return Number(this.database.prepare('PRAGMA freelist_count').get()?.freelist_count ?? 0);
  }

  /**
   * Returns up to `pages` free pages to the file system with the next checkpoint. Does nothing while a checkpoint waits
   * for the disk.
   */
  vacuum(pages: number): void {
    this.database.exec(`PRAGMA incremental_vacuum(${pages})`);
  }
}

const prepareFile = (database: DatabaseSync, folder: string, syncs: boolean): void => {
  // Must run before the first read: in this mode the first read takes the lock and keeps it.
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
  if (format > 0 && format < OLDEST_FORMAT) {
    throw new FolderError(
      `The data in ${folder} has format ${format}, of Lantern before its first release, which reads formats from ` +
        `${OLDEST_FORMAT} on: delete the folder, or choose another data folder.`,
    );
  }
  // Both pragmas take effect only while the file is empty.
  if (format === 0) database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL;`);
  database.exec(`
    PRAGMA synchronous = OFF;
    PRAGMA journal_mode = WAL;
    PRAGMA wal_autocheckpoint = ${syncs ? 0 : UNSYNCED_CHECKPOINT_PAGES};
    PRAGMA cache_size = -${CACHE_KIB};
  `);
  // A current file is not written to, so that it can be read although the disk is full.
  if (format < FORMAT) {
    database.exec(`
      BEGIN IMMEDIATE;
      ${SCHEMA}
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${FORMAT};
      COMMIT;
    `);
  }
};

const PAGE_BYTES = 4096;
const UNSYNCED_CHECKPOINT_PAGES = 1024;
/** Size of SQLite's page cache. The store caches decompressed blocks itself, so SQLite needs little. */
const CACHE_KIB = 2048;
