import type { BlockDatabase } from '../file/block-database.js';
import { BlockLimits, firstBlocks, type AgedBlock } from './block-limits.js';
import type { BlockSignal, BlockStatus } from './block-signal.js';
import { Damage } from './damage.js';
import { Exclusive } from './exclusive.js';
import { finish, finishInTurns, type Steps } from './steps.js';
import { Turn } from '../turn.js';
import type { RecordKind } from '../journal/journal-record.js';
import type { Journal, JournalPosition } from '../journal/journal.js';
import { WriteError } from '../write-error.js';

/** Maximum number of blocks' worth of rows that wait in memory while blocks cannot be written. */
const MAX_WAITING_BLOCKS = 8;

export interface SignalBlocksOptions {
  readonly database: BlockDatabase;
  readonly journal: Journal;
  /** Waits until appended rows have the configured durability. */
  readonly settle: () => Promise<void>;
  /** Like `settle`, for changes of the database. */
  readonly settleDatabase: () => Promise<void>;
  /** Called after a seal, when segments of the journal may be obsolete. */
  readonly onSealed: () => void;
  /** Closes the files that the signals of a folder share. */
  readonly close: () => Promise<void>;
  readonly report: (message: string) => void;
  readonly now: () => number;
  readonly maxBytes: number;
  readonly maxAgeMillis: number;
  readonly rowsPerBlock: number;
  readonly bytesPerBlock: number;
  readonly cacheBytes: number;
}

/** Rows that are in no sealed block. */
export interface OpenRows {
  readonly rowCount: number;
  readonly byteLength: number;
  /** Number of rows that arrived again and were discarded as duplicates. */
  readonly duplicates: number;
  /** Whether a block is due to be sealed. */
  readonly isDue: boolean;
  /** End of the record that brought the first row; undefined when there are no rows. */
  readonly firstEnd: JournalPosition | undefined;
  readonly firstArrivalMillis: number | undefined;
}

/** Sealed blocks of a signal. */
export interface SealedRows {
  readonly size: number;
  readonly rowCount: number;
  readonly bytes: number;
  /** Blocks in the order of their arrival. */
  values(): Iterable<AgedBlock>;
}

/**
 * Life cycle of a signal's blocks: rows gather in memory, are sealed into blocks of the file, and are dropped with
 * them.
 */
export abstract class SignalBlocks implements BlockSignal {
  abstract readonly recordKind: RecordKind;
  abstract readonly signal: string;
  protected abstract readonly open: OpenRows;
  protected abstract readonly sealed: SealedRows;
  protected readonly damage: Damage;
  /** Number of rows that were evicted since the start: for their age, or to stay within the limit. */
  protected evictedRows = 0;
  private readonly limits: BlockLimits;
  /** Number of rows at which the next seal is tried after a failed one. */
  private sealAtRows = 0;
  /** Rows of one record are added at a time, so that a position in the journal separates sealed rows from unsealed ones. */
  private readonly appending = new Exclusive();
  /** End of the record whose rows are being added. */
  private addingEnd: JournalPosition | undefined;

  constructor(protected readonly options: SignalBlocksOptions) {
    this.damage = new Damage(options.report);
    this.limits = new BlockLimits(options.maxBytes, options.maxAgeMillis, options.now);
  }

  abstract replay(payload: Uint8Array, end: JournalPosition): void;

  /** Size of everything that is kept, in bytes. */
  protected abstract get bytes(): number;

  /**
   * Seals all open rows in one transaction with the position `end`. The last step writes; no row is added before.
   *
   * @throws WriteError when nothing was written
   */
  protected abstract sealBlocks(end: JournalPosition, arrivedMillis: number): Steps;

  /**
   * Removes blocks together with all data derived from them.
   *
   * @throws WriteError when nothing was removed
   */
  protected abstract removeBlocks(blocks: readonly number[]): void;

  /**
   * Deletes all data that is in no block, such as catalogs, together with the journal position that covers it. Called without
   * open rows and without sealed blocks.
   *
   * @throws WriteError when nothing was deleted
   */
  protected abstract clearRest(end: JournalPosition): void;

  get firstUnsealed(): JournalPosition | undefined {
    return this.open.firstEnd ?? this.addingEnd;
  }

  status(): BlockStatus {
    return {
      blocks: this.sealed.size,
      damagedBlocks: this.damage.blockCount,
      duplicates: this.open.duplicates,
    };
  }

  /** Closes the shared folder, also when only one signal's store is in use. Unsealed rows survive in the journal. */
  close(): Promise<void> {
    return this.options.close();
  }

  sealOpen(): void {
    // The rest of a record may still be added.
    if (this.appending.isBusy) return;
    if (this.open.rowCount > 0) this.seal(this.options.journal.end);
  }

  async sealInTurns(): Promise<void> {
    if (this.appending.isBusy) return;
    await this.appending.run(async () => {
      if (this.open.rowCount > 0) await finishInTurns(this.sealing(this.options.journal.end), new Turn());
    });
  }

  /**
   * Seals the open rows and deletes all blocks in steps, as eviction does, so that everything derived from them goes too.
   *
   * @throws WriteError
   */
  async clear(): Promise<void> {
    await this.appending.run(async () => {
      this.options.database.assertThere();
      const turn = new Turn();
      const { end } = this.options.journal;
      if (this.open.rowCount > 0) await finishInTurns(this.sealing(end), turn);
      while (this.sealed.size > 0) {
        this.removeBlocks(firstBlocks(this.sealed.values()));
        await turn.yieldWhenOver();
      }
      this.clearRest(end);
    });
    await this.options.settleDatabase();
  }

  /** Waits until every record that was appended so far is added. */
  idle(): Promise<void> {
    return this.appending.idle();
  }

  /**
   * Appends a record to the journal and adds its rows, after those of earlier records. Yields to other tasks from time
   * to time.
   *
   * @param record called when the record is appended
   * @param add adds the rows of the record that ends at `end`
   * @throws WriteError when nothing was appended
   */
  protected async appendRecord<Added>(
    record: () => Uint8Array,
    add: (end: JournalPosition) => Steps<Added>,
  ): Promise<Added> {
    const added = await this.appending.run(async () => {
      this.assertWritable();
      const turn = new Turn();
      const end = this.options.journal.append(this.recordKind, record());
      this.addingEnd = end;
      try {
        const result = await finishInTurns(add(end), turn);
        await finishInTurns(this.sealingIfFull(end), turn);
        return result;
      } finally {
        this.addingEnd = undefined;
        this.dropSurplus();
      }
    });
    await this.options.settle();
    return added;
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

  /**
   * @throws WriteError when appended rows would be lost: the folder is gone, or too many rows wait and cannot be
   *   written
   */
  protected assertWritable(): void {
    this.options.database.assertThere();
    const { rowsPerBlock, bytesPerBlock, journal } = this.options;
    const { rowCount, byteLength } = this.open;
    if (rowCount < MAX_WAITING_BLOCKS * rowsPerBlock && byteLength < MAX_WAITING_BLOCKS * bytesPerBlock)
      return;
    this.seal(journal.end);
  }

  /** Call it only between requests, so that a position in the journal separates sealed rows from unsealed ones. */
  protected sealIfFull(end: JournalPosition): void {
    finish(this.sealingIfFull(end));
  }

  private *sealingIfFull(end: JournalPosition): Steps {
    const { rowCount, isDue } = this.open;
    if (!isDue || rowCount < this.sealAtRows) return;
    try {
      yield* this.sealing(end);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      // Nothing is lost: the journal has the rows. A later request tries again.
      this.sealAtRows = rowCount + this.options.rowsPerBlock;
      this.options.report(
        `${error.message} New rows stay in memory and in the journal until the disk accepts writes.`,
      );
    }
  }

  private seal(end: JournalPosition): void {
    finish(this.sealing(end));
  }

  private *sealing(end: JournalPosition): Steps {
    yield* this.sealBlocks(end, this.options.now());
    this.sealAtRows = 0;
    this.options.onSealed();
  }

  /** @returns false when the file could not be written */
  private drop(blocks: readonly number[]): boolean {
    if (blocks.length === 0) return true;
    const rowsBefore = this.sealed.rowCount;
    try {
      this.removeBlocks(blocks);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      this.options.report(`${error.message} Expired blocks are kept until the disk accepts writes.`);
      return false;
    }
    this.evictedRows += rowsBefore - this.sealed.rowCount;
    return true;
  }
}
