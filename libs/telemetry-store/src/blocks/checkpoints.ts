import * as fs from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { Turn } from './turn.js';
import type { WriteQueue } from './write-queue.js';

/**
 * Changes that waited are written until SQLite's log is so many times as long as when a checkpoint begins: the next
 * checkpoint copies all of it in one turn.
 */
const MAX_OVERRUN = 4;

/** The calls by which the files of a data folder wait for the disk, to be replaced where a disk has to be slow. */
export type SyncFiles = Pick<typeof fs, 'fdatasync'>;

export interface CheckpointsOptions {
  readonly database: DatabaseSync;
  /** Of the database file. */
  readonly path: string;
  readonly queue: WriteQueue;
  readonly files: SyncFiles;
  /** A checkpoint begins when SQLite's log is longer. */
  readonly checkpointBytes: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Moves SQLite's log into the database file without blocking the event loop while the disk is waited for. SQLite
 * itself runs with `synchronous = OFF`, so the order that keeps the file sound after a loss of power is kept here:
 *
 * 1. The log is synced: what is copied from it is on the disk.
 * 2. SQLite copies its pages into the file.
 * 3. The file is synced: the log is not needed any more.
 * 4. SQLite truncates the log, and the truncation is synced: no old page of it can be taken for a new one.
 *
 * Changes wait in the queue from the first step to the last. A commit between them would be copied without being on the
 * disk, or overwrite a log that is still needed. See https://www.sqlite.org/wal.html#checkpointing
 */
export class Checkpoints {
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  /** Pages were copied and the file could not be synced: the log must not be overwritten. */
  private isUnsynced = false;
  /** How many changes are on the disk. Before the first checkpoint not even those of earlier processes may be. */
  private synced = -1;
  /**
   * Open as long as the database is: closing any descriptor of the file would release the locks that the process has
   * on it (POSIX advisory locks).
   */
  private readonly file: number;
  private readonly log: number;

  constructor(private readonly options: CheckpointsOptions) {
    const { path } = options;
    this.file = fs.openSync(path, 'r+');
    this.log = fs.openSync(`${path}-wal`, 'r+');
  }

  /** Whether changes have to wait. */
  get isHolding(): boolean {
    return this.running !== undefined || this.isUnsynced;
  }

  /** Begins a checkpoint when SQLite's log is long, or when the last one failed. */
  startWhenDue(): void {
    if (this.running) return;
    if (!this.isUnsynced && this.options.queue.isEmpty && this.logBytes <= this.options.checkpointBytes)
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

  /** Writes and syncs all that there is. @throws WriteError */
  async finish(): Promise<void> {
    while (this.running || this.isUnsynced || !this.options.queue.isEmpty || this.logBytes > 0)
      await this.run();
  }

  /** Only after the database was closed. */
  closeFiles(): void {
    fs.closeSync(this.log);
    fs.closeSync(this.file);
  }

  /** Runs a whole checkpoint. Those who ask during one share the next. */
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
        await this.sync(this.log);
        const { log, checkpointed } = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {};
        if (log !== checkpointed)
          throw new Error(`${Number(checkpointed)} of ${Number(log)} pages were copied`);
        this.isUnsynced = true;
      }
      await this.sync(this.file);
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      await this.sync(this.log);
      this.isUnsynced = false;
      this.synced = committed;
      const turn = new Turn();
      while (!queue.isEmpty && this.logBytes <= MAX_OVERRUN * checkpointBytes) {
        queue.writeNext();
        await turn.yieldWhenOver();
      }
    } while (!queue.isEmpty);
  }

  private get logBytes(): number {
    return fs.fstatSync(this.log).size;
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
