import { join } from 'node:path';
import type { TraceStore } from '../trace-store.js';
import { BlockDatabase, folderErrorOf } from './block-database.js';
import { BlockTraceStore, TRACES, type BlockStatus } from './block-trace-store.js';
import { WriteError } from './write-error.js';
import { RecordKind, START, WriteAheadLog, type LogFiles, type LogPosition } from './write-ahead-log.js';

/** When the same is told again. */
const REPEAT_MILLIS = 60_000;
const MEBIBYTE = 1024 * 1024;

export interface BlockStoreOptions {
  /** Made when it is missing. One process at a time may have it open. */
  readonly folder: string;
  /**
   * What an acknowledged write outlives: `process` (default) the end of this process, however sudden; `power`
   * a loss of power too, at the price of waiting for the disk. With `none` a loss of power may also damage what
   * was there before: nothing ever waits for the disk, which suits tests and data to be thrown away.
   */
  readonly durability?: 'none' | 'process' | 'power';
  /**
   * How many bytes the spans may take, compressed as they are; the oldest go first. Beside it stands the log,
   * of up to two segments. Default 10 GiB.
   */
  readonly maxBytes?: number;
  /** How long spans are kept after they arrived. Default: for ever, within `maxBytes`. */
  readonly maxAgeMillis?: number;
  /** Memory for blocks that were read. Default 64 MiB. */
  readonly cacheBytes?: number;
  /** Told, in a sentence each, what is damaged and what cannot be written. */
  readonly report?: (message: string) => void;
  /** How many spans fill a block. Default 1024. */
  readonly spansPerBlock?: number;
  /** Default 16 MiB. */
  readonly segmentBytes?: number;
  /** How often expired data is looked for; 0 for never. Default 1 s. */
  readonly sweepMillis?: number;
  /** The clock that ages are counted by. */
  readonly now?: () => number;
  readonly files?: LogFiles;
}

export interface BlockStoreStatus extends BlockStatus {
  /** Stretches of the log that were left out when the store was opened. */
  readonly damagedRecords: number;
  readonly logBytes: number;
}

export interface BlockStore {
  readonly traces: TraceStore;
  status(): BlockStoreStatus;
  /**
   * Drops what is too old or too much, which happens by itself every `sweepMillis`.
   *
   * @returns whether there is more to drop
   */
  sweep(): boolean;
  /** Idempotent. What was acknowledged is there when the folder is opened again. */
  close(): Promise<void>;
}

/**
 * Opens the durable stores of a data folder: spans in compressed blocks in one file, behind a log that takes
 * every write first. What an earlier process acknowledged is there, however it ended.
 *
 * @throws FolderError when another process has the folder open, when a newer version wrote it, or when it
 *   cannot be read or written
 */
export const openBlockStore = (options: BlockStoreOptions): BlockStore => new OpenBlockStore(options);

class OpenBlockStore implements BlockStore {
  readonly traces: TraceStore;
  private readonly database: BlockDatabase;
  private readonly log: WriteAheadLog;
  private readonly traceBlocks: BlockTraceStore;
  private sweeper: NodeJS.Timeout | undefined;
  private readonly survivesPowerLoss: boolean;
  private readonly folder: string;
  private readonly report: (message: string) => void;
  private lastReport = { message: '', at: 0 };
  private damagedRecords = 0;
  private isClosed = false;

  constructor({
    folder,
    durability = 'process',
    maxBytes = 10 * 1024 * MEBIBYTE,
    maxAgeMillis = Number.POSITIVE_INFINITY,
    cacheBytes = 64 * MEBIBYTE,
    report = () => undefined,
    spansPerBlock = 1024,
    segmentBytes = 16 * MEBIBYTE,
    sweepMillis = 1000,
    now = Date.now,
    files,
  }: BlockStoreOptions) {
    this.folder = folder;
    this.report = (message) => this.reportOnce(message, report, now());
    this.survivesPowerLoss = durability === 'power';
    this.database = BlockDatabase.open(folder, durability !== 'none');
    try {
      this.log = new WriteAheadLog({
        folder: join(folder, 'wal'),
        segmentBytes,
        survivesPowerLoss: this.survivesPowerLoss,
        ...(files ? { files } : {}),
        onDamage: (message) => {
          this.damagedRecords++;
          this.report(`Damaged data: ${message}, and left out.`);
        },
      });
      this.traceBlocks = new BlockTraceStore({
        database: this.database,
        log: this.log,
        settle: async () => {
          if (this.survivesPowerLoss) await this.log.sync();
        },
        onSealed: (position) => this.discardLog(position),
        report: this.report,
        now,
        maxBytes,
        maxAgeMillis,
        spansPerBlock,
        // A small limit must not be taken up by one block.
        bytesPerBlock: Math.min(MEBIBYTE, Math.max(4096, maxBytes / 32)),
        cacheBytes,
      });
      this.replay();
    } catch (error) {
      this.database.close();
      throw folderErrorOf(error, folder);
    }
    this.traces = new ClosingTraceStore(this.traceBlocks, () => this.close());
    if (sweepMillis > 0) this.sweepAfter(sweepMillis, sweepMillis);
  }

  status(): BlockStoreStatus {
    return {
      ...this.traceBlocks.status(),
      damagedRecords: this.damagedRecords,
      logBytes: this.log.byteLength,
    };
  }

  sweep(): boolean {
    if (this.isClosed) return false;
    try {
      const hasMore = this.traceBlocks.dropExpired();
      this.giveSpaceBack();
      return hasMore;
    } catch (error) {
      this.report(`${WriteError.of(error, this.folder).message} Nothing is dropped until then.`);
      return false;
    }
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    clearTimeout(this.sweeper);
    await this.log.close();
    this.database.close();
  }

  private replay(): void {
    for (const { kind, payload, end } of this.log.records(this.replayFrom())) {
      if (kind !== RecordKind.traces) continue;
      try {
        this.traceBlocks.replay(payload, end);
      } catch (error) {
        this.damagedRecords++;
        this.report(`A record of the log cannot be read, and is left out: ${(error as Error).message}`);
      }
    }
  }

  /** A disk that stays full is not told of at each attempt. */
  private reportOnce(message: string, report: (message: string) => void, now: number): void {
    if (message === this.lastReport.message && now - this.lastReport.at < REPEAT_MILLIS) return;
    this.lastReport = { message, at: now };
    report(message);
  }

  /** While there is more to drop, the next few blocks go as soon as others had their turn. */
  private sweepAfter(delayMillis: number, pauseMillis: number): void {
    this.sweeper = setTimeout(() => {
      const hasMore = this.sweep();
      if (!this.isClosed) this.sweepAfter(hasMore ? 1 : pauseMillis, pauseMillis);
    }, delayMillis).unref();
  }

  private replayFrom(): LogPosition {
    try {
      return this.database.position(TRACES);
    } catch (error) {
      // Spans that are in blocks already are known when they come again.
      this.report(
        `Damaged data: the position in the log cannot be read (${(error as Error).message}); all of it is read.`,
      );
      return START;
    }
  }

  private discardLog(position: LogPosition): void {
    if (this.log.segmentCount < 2) return;
    try {
      // What is in the log only is on the disk; what is in the database is so after a checkpoint.
      if (this.survivesPowerLoss) this.database.checkpoint();
      this.log.discardBefore(position);
    } catch (error) {
      this.report(`${WriteError.of(error, this.folder).message} The log is kept until then.`);
    }
  }

  private giveSpaceBack(): void {
    const free = this.database.freePages();
    if (free > KEPT_FREE_PAGES) this.database.vacuum(Math.min(free - KEPT_FREE_PAGES, VACUUMED_PAGES));
  }
}

/** Free pages are where the next blocks go: a few blocks' worth of them is no waste. */
const KEPT_FREE_PAGES = 64;
const VACUUMED_PAGES = 1024;

/** Whoever has the trace store alone closes all of it. */
class ClosingTraceStore implements TraceStore {
  readonly append: TraceStore['append'];
  readonly getTrace: TraceStore['getTrace'];
  readonly findTraces: TraceStore['findTraces'];
  readonly countTraces: TraceStore['countTraces'];
  readonly callEdges: TraceStore['callEdges'];
  readonly redMetrics: TraceStore['redMetrics'];
  readonly services: TraceStore['services'];
  readonly operations: TraceStore['operations'];
  readonly dependencies: TraceStore['dependencies'];
  readonly stats: TraceStore['stats'];

  constructor(
    store: TraceStore,
    readonly close: () => Promise<void>,
  ) {
    this.append = (request) => store.append(request);
    this.getTrace = (traceId) => store.getTrace(traceId);
    this.findTraces = (query) => store.findTraces(query);
    this.countTraces = (query) => store.countTraces(query);
    this.callEdges = (range) => store.callEdges(range);
    this.redMetrics = (query) => store.redMetrics(query);
    this.services = () => store.services();
    this.operations = (service) => store.operations(service);
    this.dependencies = (range) => store.dependencies(range);
    this.stats = () => store.stats();
  }
}
