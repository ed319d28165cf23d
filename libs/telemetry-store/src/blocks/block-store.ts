import { join } from 'node:path';
import type { LogStore } from '../log-store.js';
import type { TraceStore } from '../trace-store.js';
import { BlockDatabase } from './block-database.js';
import type { BlockSignal } from './block-signal.js';
import { NoJournal, type Journal } from './journal.js';
import { LogUpkeep } from './log-upkeep.js';
import { BlockLogStore } from './logs/block-log-store.js';
import { SpaceUpkeep } from './space-upkeep.js';
import { BlockTraceStore } from './spans/block-trace-store.js';
import { WriteAheadLog, type LogFiles, type LogOptions } from './write-ahead-log.js';

/** When the same is told again. */
const REPEAT_MILLIS = 60_000;
const MEBIBYTE = 1024 * 1024;

export interface BlockStoreOptions {
  /**
   * Data folder, made when it is missing. One process at a time may have it open. Without one the same blocks are in
   * memory and end with the store.
   */
  readonly folder?: string;
  /**
   * What an acknowledged write outlives: `process` (default) the end of this process, however sudden; `power`
   * a loss of power too, at the price of waiting for the disk. With `none` a loss of power may also damage what
   * was there before: nothing ever waits for the disk, which suits tests and data to be thrown away.
   */
  readonly durability?: 'none' | 'process' | 'power';
  /**
   * Limit on the bytes of spans, compressed as they are; the oldest blocks are evicted first. A folder also has the
   * log, of up to two segments. Default 10 GiB.
   */
  readonly maxBytes?: number;
  /** The same for log lines. Default 2 GiB. */
  readonly maxLogBytes?: number;
  /** How long spans and lines are kept after they arrived. Default: for ever, as long as there is room. */
  readonly maxAgeMillis?: number;
  /** Memory for blocks of spans that were read. Default 64 MiB. */
  readonly cacheBytes?: number;
  /** Memory for blocks of log lines that were read. Default 32 MiB. */
  readonly logCacheBytes?: number;
  /** Told, in a sentence each, what is damaged and what cannot be written. */
  readonly report?: (message: string) => void;
  /** How many spans fill a block. Default 1024. */
  readonly spansPerBlock?: number;
  /** How many log lines fill a block. Default 2048. */
  readonly linesPerBlock?: number;
  /** Default 16 MiB. */
  readonly segmentBytes?: number;
  /** Length of SQLite's own log at which a checkpoint begins. Default 4 MiB. */
  readonly checkpointBytes?: number;
  /** Limit on the memory of blocks that wait while the disk is slow; requests beyond it are refused. Default 64 MiB. */
  readonly maxWaitingBytes?: number;
  /** How often expired data is looked for; 0 for never. Default 1 s. */
  readonly sweepMillis?: number;
  /** The clock that ages are counted by. */
  readonly now?: () => number;
  readonly files?: LogFiles;
}

export interface BlockStoreStatus {
  readonly blocks: number;
  /** Blocks, or parts of them, that could not be read. */
  readonly damagedBlocks: number;
  /** Spans that arrived again and were not kept a second time. */
  readonly duplicateSpans: number;
  /** Log lines that arrived again and were not kept a second time. */
  readonly duplicateLines: number;
  /** Stretches of the log that were left out when the store was opened. */
  readonly damagedRecords: number;
  readonly logBytes: number;
}

export interface BlockStore {
  readonly traces: TraceStore;
  readonly logs: LogStore;
  status(): BlockStoreStatus;
  /** Reason why every request is refused, such as a data folder that was deleted; undefined when there is none. */
  unavailable(): string | undefined;
  /**
   * Drops a few blocks of what is too old or too much, and then gives some free space back to the file system. Both
   * happen by themselves every `sweepMillis`, and go on at once while there is more.
   *
   * @returns whether there is more to do
   */
  sweep(): boolean;
  /** Idempotent. What was acknowledged is there when the folder is opened again. */
  close(): Promise<void>;
}

/**
 * Opens the stores of spans and log lines. In a data folder, compressed blocks are in one file, behind a log that
 * takes every write first: what an earlier process acknowledged is there, however it ended. Without a folder, the
 * same blocks are in memory.
 *
 * @throws FolderError when another process has the folder open, when a newer version wrote it, or when it
 *   cannot be read or written
 */
export const openBlockStore = (options: BlockStoreOptions = {}): BlockStore => new OpenBlockStore(options);

class OpenBlockStore implements BlockStore {
  readonly traces: BlockTraceStore;
  readonly logs: BlockLogStore;
  private readonly database: BlockDatabase;
  private readonly log: Journal;
  private readonly logUpkeep: LogUpkeep;
  private readonly space: SpaceUpkeep;
  private damagedStretches = 0;
  private isClosed = false;

  constructor({
    folder,
    durability = 'process',
    maxBytes = 10 * 1024 * MEBIBYTE,
    maxAgeMillis = Number.POSITIVE_INFINITY,
    maxLogBytes = 2 * 1024 * MEBIBYTE,
    cacheBytes = 64 * MEBIBYTE,
    logCacheBytes = 32 * MEBIBYTE,
    report: tell = () => undefined,
    spansPerBlock = 1024,
    linesPerBlock = 2048,
    segmentBytes = 16 * MEBIBYTE,
    checkpointBytes = 4 * MEBIBYTE,
    maxWaitingBytes = 64 * MEBIBYTE,
    sweepMillis = 1000,
    now = Date.now,
    files,
  }: BlockStoreOptions) {
    const report = reportOnce(tell, now);
    const survivesPowerLoss = durability === 'power' && folder !== undefined;
    this.database = BlockDatabase.open(folder, {
      syncs: durability !== 'none',
      checkpointBytes,
      maxWaitingBytes,
      report,
      ...(files ? { files } : {}),
    });
    try {
      const { database } = this;
      const log = openJournal(folder, {
        segmentBytes,
        survivesPowerLoss,
        lastSegment: database.lastSegment(),
        ...(files ? { files } : {}),
        onDamage: (message) => {
          this.damagedStretches++;
          report(`Damaged data: ${message}, and left out.`);
        },
      });
      this.log = log;
      const shared = {
        database,
        log,
        settle: async () => {
          if (survivesPowerLoss) await log.sync();
        },
        settleDatabase: () => (survivesPowerLoss ? database.onDisk() : database.written()),
        onSealed: () => this.logUpkeep.discard(),
        close: () => this.close(),
        report,
        now,
        maxAgeMillis,
      };
      this.traces = new BlockTraceStore({
        ...shared,
        maxBytes,
        rowsPerBlock: spansPerBlock,
        bytesPerBlock: bytesPerBlock(maxBytes),
        cacheBytes,
      });
      this.logs = new BlockLogStore({
        ...shared,
        maxBytes: maxLogBytes,
        rowsPerBlock: linesPerBlock,
        bytesPerBlock: bytesPerBlock(maxLogBytes),
        cacheBytes: logCacheBytes,
      });
      const signals: readonly BlockSignal[] = [this.traces, this.logs];
      this.logUpkeep = new LogUpkeep({ log, database, signals, survivesPowerLoss, report });
      this.space = new SpaceUpkeep({ database, logUpkeep: this.logUpkeep, signals, report });
      this.logUpkeep.replay();
    } catch (error) {
      this.database.abandon();
      throw this.database.folderErrorOf(error);
    }
    if (sweepMillis > 0) this.space.sweepEvery(sweepMillis);
  }

  status(): BlockStoreStatus {
    const traces = this.traces.status();
    const logs = this.logs.status();
    return {
      blocks: traces.blocks + logs.blocks,
      damagedBlocks: traces.damagedBlocks + logs.damagedBlocks,
      duplicateSpans: traces.duplicates,
      duplicateLines: logs.duplicates,
      damagedRecords: this.damagedStretches + this.logUpkeep.unreadableRecords,
      logBytes: this.log.byteLength,
    };
  }

  private noteLogExtent(): void {
    try {
      this.logUpkeep.noteExtent();
    } catch {
      // A disk that takes nothing: the next start cannot tell whether the log is whole, and reads what is there.
    }
  }

  unavailable(): string | undefined {
    return this.database.problem;
  }

  sweep(): boolean {
    return this.space.sweep();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.space.stop();
    await this.log.close();
    await this.logUpkeep.idle();
    this.noteLogExtent();
    await this.database.close();
  }
}

const openJournal = (folder: string | undefined, options: Omit<LogOptions, 'folder'>): Journal =>
  folder === undefined ? new NoJournal() : new WriteAheadLog({ ...options, folder: join(folder, 'wal') });

/** A small limit must not be taken up by one block. */
const bytesPerBlock = (maxBytes: number): number => Math.min(MEBIBYTE, Math.max(4096, maxBytes / 32));

/** A disk that stays full is not told of at each attempt. */
const reportOnce = (report: (message: string) => void, now: () => number): ((message: string) => void) => {
  let last = { message: '', at: 0 };
  return (message) => {
    const at = now();
    if (message === last.message && at - last.at < REPEAT_MILLIS) return;
    last = { message, at };
    report(message);
  };
};
