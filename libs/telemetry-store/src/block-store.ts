import { join } from 'node:path';
import type { LogStore } from './log-store.js';
import type { MetricStore } from './metric-store.js';
import { BlockMetricStore } from './metrics/store.js';
import type { TraceStore } from './trace-store.js';
import { BlockDatabase } from './file/block-database.js';
import type { BlockSignal } from './blocks/block-signal.js';
import { NoJournal, type Journal } from './journal/journal.js';
import { JournalUpkeep } from './blocks/journal-upkeep.js';
import { BlockLogStore } from './logs/store.js';
import { SpaceUpkeep } from './blocks/space-upkeep.js';
import { BlockTraceStore } from './spans/store.js';
import { FileJournal, type JournalFiles, type FileJournalOptions } from './journal/file-journal.js';

/** Time after which a repeated message is reported again. */
const REPEAT_MILLIS = 60_000;
const MEBIBYTE = 1024 * 1024;

export interface BlockStoreOptions {
  /**
   * Data folder, created when it is missing. Only one process at a time may open it. Undefined keeps the same blocks in
   * memory until the store is closed.
   */
  readonly folder?: string;
  /**
   * Events that an acknowledged write survives. `process` (default): any end of this process. `power`: a power loss too,
   * at the cost of waiting for the disk. With `none` a power loss may also damage older data, because the store never
   * waits for the disk; this suits tests and disposable data.
   */
  readonly durability?: 'none' | 'process' | 'power';
  /**
   * Limit on the compressed size of spans, in bytes; the oldest blocks are evicted first. A folder also has the
   * journal, of up to six segments. Default 10 GiB.
   */
  readonly maxBytes?: number;
  /** Limit on the compressed size of log lines, in bytes. Default 2 GiB. */
  readonly maxLogBytes?: number;
  /** Limit on the compressed size of metric samples, in bytes. Default 2 GiB. */
  readonly maxMetricBytes?: number;
  /** Maximum number of metric series in all. Samples of further series are rejected. Default 200,000. */
  readonly maxSeries?: number;
  /** Maximum number of series of one metric. Default 50,000. */
  readonly maxSeriesPerMetric?: number;
  /** Maximum age of spans, log lines and samples, counted from their arrival. Default: no maximum. */
  readonly maxAgeMillis?: number;
  /** Limit on the memory of cached blocks of spans. Default 64 MiB. */
  readonly cacheBytes?: number;
  /** Limit on the memory of cached blocks of log lines. Default 32 MiB. */
  readonly logCacheBytes?: number;
  /** Limit on the memory of cached pieces of metric blocks. Default 16 MiB. */
  readonly metricCacheBytes?: number;
  /** Called with one sentence for each damaged piece of data and each failed write. */
  readonly report?: (message: string) => void;
  /** Number of spans that fill a block. Default 1024. */
  readonly spansPerBlock?: number;
  /** Number of log lines that fill a block. Default 2048. */
  readonly linesPerBlock?: number;
  /** Number of samples that fill a block. Default 524,288. */
  readonly samplesPerBlock?: number;
  /** Maximum size of a journal segment before the next one begins. Default 4 MiB. */
  readonly segmentBytes?: number;
  /** Length of SQLite's WAL, in bytes, at which a checkpoint begins. Default 4 MiB. */
  readonly checkpointBytes?: number;
  /** Limit on the memory of blocks that wait for a slow disk; requests beyond it are rejected. Default 64 MiB. */
  readonly maxWaitingBytes?: number;
  /** Interval of the search for expired data; 0 disables it. Default 1 s. */
  readonly sweepMillis?: number;
  /** Clock by which ages are measured. */
  readonly now?: () => number;
  readonly files?: JournalFiles;
}

export interface BlockStoreStatus {
  readonly blocks: number;
  /** Number of blocks with a part that could not be read. */
  readonly damagedBlocks: number;
  /** Number of spans that arrived again and were discarded as duplicates. */
  readonly duplicateSpans: number;
  /** Number of log lines that arrived again and were discarded as duplicates. */
  readonly duplicateLines: number;
  /** Number of damaged ranges of the journal that were skipped when the store was opened. */
  readonly damagedRecords: number;
  readonly journalBytes: number;
}

export interface BlockStore {
  readonly traces: TraceStore;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  status(): BlockStoreStatus;
  /** Reason why every request is rejected, such as a data folder that was deleted; undefined when there is none. */
  unavailable(): string | undefined;
  /**
   * Drops a few blocks beyond the maximum age or size, then returns some free space to the file system. The store calls
   * it every `sweepMillis`, and again at once while there is more to do.
   *
   * @returns whether there is more to do
   */
  sweep(): boolean;
  /**
   * Clears the stores of all signals, and removes the segments of the journal that had their records.
   *
   * @throws WriteError when the file accepts no writes; some of the data may be deleted
   */
  clear(): Promise<void>;
  /** Idempotent. Acknowledged data is there when the folder is opened again. */
  close(): Promise<void>;
}

/**
 * Opens the stores of spans, log lines and metrics. A data folder has one file with the compressed blocks, and a journal that
 * takes every write first: data that an earlier process acknowledged is there, however that process ended. Without a
 * folder the same blocks are in memory.
 *
 * @throws FolderError when another process has the folder open, when a newer version wrote it, or when it cannot be
 *   read or written
 */
export const openBlockStore = (options: BlockStoreOptions = {}): BlockStore => new OpenBlockStore(options);

class OpenBlockStore implements BlockStore {
  readonly traces: BlockTraceStore;
  readonly logs: BlockLogStore;
  readonly metrics: BlockMetricStore;
  private readonly database: BlockDatabase;
  private readonly journal: Journal;
  private readonly journalUpkeep: JournalUpkeep;
  private readonly space: SpaceUpkeep;
  private readonly signals: readonly BlockSignal[];
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
    maxMetricBytes = 2 * 1024 * MEBIBYTE,
    maxSeries = 200_000,
    maxSeriesPerMetric = 50_000,
    metricCacheBytes = 16 * MEBIBYTE,
    samplesPerBlock = 524_288,
    segmentBytes = 4 * MEBIBYTE,
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
      const journal = openJournal(folder, {
        segmentBytes,
        survivesPowerLoss,
        lastSegment: database.lastSegment(),
        ...(files ? { files } : {}),
        onDamage: (message) => {
          this.damagedStretches++;
          report(`Damaged data: ${message}. The bytes were skipped.`);
        },
      });
      this.journal = journal;
      const shared = {
        database,
        journal,
        settle: async () => {
          if (survivesPowerLoss) await journal.sync();
        },
        settleDatabase: () => (survivesPowerLoss ? database.onDisk() : database.written()),
        onSealed: () => this.journalUpkeep.discard(),
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
      this.metrics = new BlockMetricStore({
        ...shared,
        maxBytes: maxMetricBytes,
        rowsPerBlock: samplesPerBlock,
        bytesPerBlock: Math.max(4096, maxMetricBytes / 32),
        cacheBytes: metricCacheBytes,
        maxSeries,
        maxSeriesPerMetric,
      });
      const signals: readonly BlockSignal[] = [this.traces, this.logs, this.metrics];
      this.signals = signals;
      this.journalUpkeep = new JournalUpkeep({ journal, database, signals, survivesPowerLoss, report });
      this.space = new SpaceUpkeep({ database, journalUpkeep: this.journalUpkeep, signals, report });
      this.journalUpkeep.replay();
    } catch (error) {
      this.database.abandon();
      throw this.database.folderErrorOf(error);
    }
    if (sweepMillis > 0) this.space.sweepEvery(sweepMillis);
  }

  status(): BlockStoreStatus {
    const traces = this.traces.status();
    const logs = this.logs.status();
    const metrics = this.metrics.status();
    return {
      blocks: traces.blocks + logs.blocks + metrics.blocks,
      damagedBlocks: traces.damagedBlocks + logs.damagedBlocks + metrics.damagedBlocks,
      duplicateSpans: traces.duplicates,
      duplicateLines: logs.duplicates,
      damagedRecords: this.damagedStretches + this.journalUpkeep.unreadableRecords,
      journalBytes: this.journal.byteLength,
    };
  }

  private noteJournalExtent(): void {
    try {
      this.journalUpkeep.noteExtent();
    } catch {
      // The disk accepts no writes. The next start cannot verify that the journal is complete, and reads what is there.
    }
  }

  unavailable(): string | undefined {
    return this.database.problem;
  }

  sweep(): boolean {
    return this.space.sweep();
  }

  async clear(): Promise<void> {
    for (const store of [this.traces, this.logs, this.metrics]) await store.clear();
    await this.journalUpkeep.idle();
    this.journal.beginSegment();
    this.journalUpkeep.discard();
    await this.journalUpkeep.idle();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.space.stop();
    await Promise.all(this.signals.map((signal) => signal.idle()));
    await this.journal.close();
    await this.journalUpkeep.idle();
    this.noteJournalExtent();
    await this.database.close();
  }
}

const openJournal = (folder: string | undefined, options: Omit<FileJournalOptions, 'folder'>): Journal =>
  folder === undefined ? new NoJournal() : new FileJournal({ ...options, folder: join(folder, 'wal') });

/** Limit on the size of one block, so that a single block does not exhaust a small limit. */
const bytesPerBlock = (maxBytes: number): number => Math.min(MEBIBYTE, Math.max(4096, maxBytes / 32));

/** Reports a repeated message only once a minute, such as that of a disk that stays full. */
const reportOnce = (report: (message: string) => void, now: () => number): ((message: string) => void) => {
  let last = { message: '', at: 0 };
  return (message) => {
    const at = now();
    if (message === last.message && at - last.at < REPEAT_MILLIS) return;
    last = { message, at };
    report(message);
  };
};
