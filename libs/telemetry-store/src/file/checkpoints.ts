import * as fs from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { Turn } from '../turn.js';
import type { WriteQueue } from './write-queue.js';

/**
 * Factor over `checkpointBytes` up to which waiting changes may extend SQLite's WAL. The next checkpoint copies all of
 * it in one turn.
 */
const MAX_OVERRUN = 4;

/** System calls that wait for the disk. Tests replace them to simulate a slow disk. */
export type SyncFiles = Pick<typeof fs, 'fdatasync'>;

export interface CheckpointsOptions {
  readonly database: DatabaseSync;
  /** Path of the database file. */
  readonly path: string;
  readonly queue: WriteQueue;
  readonly files: SyncFiles;
  /** Length of SQLite's WAL, in bytes, beyond which a checkpoint begins. */
  readonly checkpointBytes: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Moves SQLite's WAL into the database file without blocking the event loop during syncs. SQLite runs with `synchronous
 * = OFF`, so this class keeps the order that protects the file from a power loss:
 *
 * 1. Sync the WAL: the pages to copy are on the disk.
 * 2. Let SQLite copy the pages into the database file.
 * 3. Sync the database file: the WAL is not needed any more.
 * 4. Let SQLite truncate the WAL, and sync it: no old page can be read as a new one.
 *
 * Changes wait in the queue from the first step to the last. A commit during these steps could be copied before it is
 * synced, or could overwrite a WAL that is still needed. See https://www.sqlite.org/wal.html#checkpointing
 */
export class Checkpoints {
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  /** Whether pages were copied and the sync of the file failed. The WAL must then not be overwritten. */
  private isUnsynced = false;
  /**
   * Number of changes that are on the disk. -1 before the first checkpoint, when even changes of earlier processes may
   * be missing.
   */
  private synced = -1;
  /**
   * Descriptor of the database file, open as long as the database is: closing any descriptor of the file would release
   * all locks of the process on it (POSIX advisory locks).
   */
  private readonly file: number;
  private readonly wal: number;

  constructor(private readonly options: CheckpointsOptions) {
    const { path } = options;
    this.file = fs.openSync(path, 'r+');
    this.wal = fs.openSync(`${path}-wal`, 'r+');
  }

  /** Whether changes have to wait. */
  get isHolding(): boolean {
    return this.running !== undefined || this.isUnsynced;
  }

  /** Begins a checkpoint when SQLite's WAL is long, or when the last checkpoint failed. */
  startWhenDue(): void {
    if (this.running) return;
    if (!this.isUnsynced && this.options.queue.isEmpty && this.walBytes <= this.options.checkpointBytes)
      return;
    this.run().catch(this.options.onError);
  }

  /** Waits until every change that was accepted so far is written. @throws WriteError */
  async written(): Promise<void> {
    const { queue } = this.options;
    const target = queue.accepted;
    while (queue.committed < target) await (this.running ?? this.run());
  }

  /** Waits until every change that was accepted so far is on the disk. @throws WriteError */
  async onDisk(): Promise<void> {
    const target = this.options.queue.accepted;
    while (this.synced < target || this.isUnsynced) await this.run();
  }

  /** Writes and syncs all waiting changes. @throws WriteError */
  async finish(): Promise<void> {
    while (this.running || this.isUnsynced || !this.options.queue.isEmpty || this.walBytes > 0)
      await this.run();
  }

  /** Closes the descriptors. Call it only after the database was closed. */
  closeFiles(): void {
    fs.closeSync(this.wal);
    fs.closeSync(this.file);
  }

  /** Runs a whole checkpoint. Callers that arrive during a run share the next one. */
  private async run(): Promise<void> {
    if (!this.running) {
      this.running = this.checkpoint().finally(() => (this.running = undefined));
      return this.running;
    }
    this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.run();
      });
    return this.next;
  }

  private async checkpoint(): Promise<void> {
    const { database, queue, checkpointBytes } = this.options;
    do {
      const { committed } = queue;
      if (!this.isUnsynced) {
        await this.sync(this.wal);
        const { log, checkpointed } = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {};
        if (log !== checkpointed)
          throw new Error(`${Number(checkpointed)} of ${Number(log)} pages were copied`);
        this.isUnsynced = true;
      }
      await this.sync(this.file);
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      await this.sync(this.wal);
      this.isUnsynced = false;
      this.synced = committed;
      const turn = new Turn();
      while (!queue.isEmpty && this.walBytes <= MAX_OVERRUN * checkpointBytes) {
        queue.writeNext();
        await turn.yieldWhenOver();
      }
    } while (!queue.isEmpty);
  }

  private get walBytes(): number {
    return fs.fstatSync(this.wal).size;
  }

  private sync(descriptor: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.options.files.fdatasync(descriptor, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
