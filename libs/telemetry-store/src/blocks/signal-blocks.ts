import type { BlockDatabase } from './block-database.js';
import { BlockLimits, type AgedBlock } from './block-limits.js';
import type { BlockSignal, BlockStatus } from './block-signal.js';
import { Damage } from './damage.js';
import type { Journal, LogPosition } from './journal.js';
import { WriteError } from './write-error.js';

/** How much may wait in memory while blocks cannot be written, in times of what fills a block. */
const MAX_WAITING_BLOCKS = 8;

export interface SignalBlocksOptions {
  readonly database: BlockDatabase;
  readonly log: Journal;
  /** Waits until what was appended is as durable as was asked for. */
  readonly settle: () => Promise<void>;
  /** Called when what is in the log may be needed no longer. */
  readonly onSealed: () => void;
  /** Closes the files, which the signals of a folder share. */
  readonly close: () => Promise<void>;
  readonly report: (message: string) => void;
  readonly now: () => number;
  readonly maxBytes: number;
  readonly maxAgeMillis: number;
  readonly rowsPerBlock: number;
  readonly bytesPerBlock: number;
  readonly cacheBytes: number;
}

/** What is in no sealed block yet. */
export interface OpenRows {
  readonly rowCount: number;
  readonly byteLength: number;
  /** What arrived again and was not added. */
  readonly duplicates: number;
  /** Whether there is a block to be sealed. */
  readonly isDue: boolean;
  /** Where the record ends that brought the first of them; undefined when there are none. */
  readonly firstEnd: LogPosition | undefined;
  readonly firstArrivalMillis: number | undefined;
}

/** The blocks that are sealed. */
export interface SealedRows {
  readonly size: number;
  readonly bytes: number;
  /** In the order of their arrival. */
  values(): Iterable<AgedBlock>;
}

/** The life of a signal's blocks: rows gather in memory, are sealed into blocks of the file, and are dropped with them. */
export abstract class SignalBlocks implements BlockSignal {
  abstract readonly recordKind: number;
  abstract readonly signal: string;
  protected abstract readonly open: OpenRows;
  protected abstract readonly sealed: SealedRows;
  protected readonly damage: Damage;
  private readonly limits: BlockLimits;
  /** After a failure to seal, the next attempt waits until so many rows are there. */
  private sealAtRows = 0;

  constructor(protected readonly options: SignalBlocksOptions) {
    this.damage = new Damage(options.report);
    this.limits = new BlockLimits(options.maxBytes, options.maxAgeMillis, options.now);
  }

  abstract replay(payload: Uint8Array, end: LogPosition): void;

  /** Of all that is kept. */
  protected abstract get bytes(): number;

  /**
   * Seals all that is open, in one transaction with the position `end`.
   *
   * @throws WriteError when nothing was written
   */
  protected abstract sealBlocks(end: LogPosition, arrivedMillis: number): void;

  /**
   * Removes blocks with all that is derived from them.
   *
   * @throws WriteError when nothing was removed
   */
  protected abstract removeBlocks(blocks: readonly number[]): void;

  get firstUnsealed(): LogPosition | undefined {
    return this.open.firstEnd;
  }

  status(): BlockStatus {
    return {
      blocks: this.sealed.size,
      damagedBlocks: this.damage.blockCount,
      duplicates: this.open.duplicates,
    };
  }

  /** What is not in a block is in the log. Whoever has one signal alone closes all of the folder. */
  close(): Promise<void> {
    return this.options.close();
  }

  sealOpen(): void {
    if (this.open.rowCount > 0) this.seal(this.options.log.end);
  }

  dropExpired(): boolean {
    const expired = this.limits.tooOld(this.sealed.values());
    if (expired.length > 0) return this.drop(expired);
    const { firstArrivalMillis } = this.open;
    if (firstArrivalMillis !== undefined && this.limits.isTooOld(firstArrivalMillis)) {
      this.sealOpen();
      return true;
    }
    return this.dropSurplus();
  }

  /** @returns whether there is more to drop */
  protected dropSurplus(): boolean {
    const { maxBytes } = this.limits;
    if (this.bytes <= maxBytes) return false;
    const surplus = this.limits.tooMuch(this.sealed.values(), this.bytes);
    return this.drop(surplus) && this.bytes > maxBytes && this.sealed.size > 0;
  }

  /** @throws WriteError when what is appended would be lost: the folder is gone, or too much waits and cannot be written */
  protected assertWritable(): void {
    this.options.database.assertThere();
    const { rowsPerBlock, bytesPerBlock, log } = this.options;
    const { rowCount, byteLength } = this.open;
    if (rowCount < MAX_WAITING_BLOCKS * rowsPerBlock && byteLength < MAX_WAITING_BLOCKS * bytesPerBlock)
      return;
    this.seal(log.end);
  }

  /** Only between requests, so that a position in the log separates what is sealed from what is not. */
  protected sealIfFull(end: LogPosition): void {
    const { rowCount, isDue } = this.open;
    if (!isDue || rowCount < this.sealAtRows) return;
    try {
      this.seal(end);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      // Nothing is lost: the log has it. A later request tries again.
      this.sealAtRows = rowCount + this.options.rowsPerBlock;
      this.options.report(`${error.message} What arrived stays in memory and in the log until then.`);
    }
  }

  private seal(end: LogPosition): void {
    this.sealBlocks(end, this.options.now());
    this.sealAtRows = 0;
    this.options.onSealed();
  }

  /** @returns false when the file could not be written */
  private drop(blocks: readonly number[]): boolean {
    if (blocks.length === 0) return true;
    try {
      this.removeBlocks(blocks);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      this.options.report(`${error.message} What is too old or too much is kept until then.`);
      return false;
    }
    return true;
  }
}
