import type { BlockDatabase, JournalExtent } from '../file/block-database.js';
import type { BlockSignal } from './block-signal.js';
import { START, isBefore, type Journal, type JournalPosition } from '../journal/journal.js';

/**
 * Maximum number of segments between the last record and the first one with unsealed rows. Beyond it the rows are
 * sealed, however small the block is.
 */
const MAX_SEGMENTS_BACK = 4;

export interface JournalUpkeepOptions {
  readonly journal: Journal;
  readonly database: BlockDatabase;
  readonly signals: readonly BlockSignal[];
  /** Whether blocks must be on the disk before their records are removed from the journal. */
  readonly survivesPowerLoss: boolean;
  readonly report: (message: string) => void;
}

/** Replays the journal when the store opens, and removes the segments whose rows are all in blocks. */
export class JournalUpkeep {
  /** Number of records that could not be replayed. */
  unreadableRecords = 0;
  private isReplaying = false;
  private discarding: Promise<void> | undefined;
  private noted: JournalExtent | undefined;

  constructor(private readonly options: JournalUpkeepOptions) {}

  /** Waits until no segment is being removed. */
  async idle(): Promise<void> {
    await this.discarding;
  }

  /** Replays the records that earlier processes acknowledged and had not sealed, in the order of their arrival. */
  replay(): void {
    const { journal, signals, report } = this.options;
    const targets = new Map(
      signals.map((signal) => [signal.recordKind, { signal, from: this.position(signal) }]),
    );
    this.isReplaying = true;
    this.reportMissing();
    const first = [...targets.values()].map(({ from }) => from).reduce(earlier, journal.end);
    for (const { kind, payload, end } of journal.records(first)) {
      const target = targets.get(kind);
      if (!target || !isBefore(target.from, end)) continue;
      try {
        target.signal.replay(payload, end);
      } catch (error) {
        this.unreadableRecords++;
        report(`A record of the journal cannot be read and was skipped: ${(error as Error).message}`);
      }
    }
    this.isReplaying = false;
    this.discard();
  }

  /**
   * Removes the segments that no signal needs any more, after the blocks with their rows are written. Call it after a
   * signal was sealed.
   */
  discard(): void {
    const { journal, database, signals, survivesPowerLoss, report } = this.options;
    // Records that are still to be replayed are in no block, and no signal knows them yet.
    if (this.isReplaying || this.discarding) return;
    // Segments are removed by path, and these paths may belong to another Lantern by now.
    if (database.problem !== undefined) return;
    const onError = (error: unknown): void =>
      report(`${database.writeErrorOf(error).message} The journal is kept until the disk accepts writes.`);
    try {
      for (const signal of signals) {
        const first = signal.firstUnsealed;
        // Its segments are removed when it is sealed: that calls this method again.
        if (first && first.segment < journal.end.segment - MAX_SEGMENTS_BACK)
          signal.sealInTurns().catch(onError);
      }
      const { needed } = this.extent();
      if (!journal.hasBefore(needed)) return;
      this.noteExtent();
      this.discarding = (survivesPowerLoss ? database.onDisk() : database.written())
        .then(() => journal.discardBefore(needed))
        .catch(onError)
        .finally(() => (this.discarding = undefined));
    } catch (error) {
      onError(error);
    }
  }

  /**
   * Records the extent of the journal in the database, so that the next start detects a missing end.
   *
   * @throws WriteError
   */
  noteExtent(): void {
    const extent = this.extent();
    if (this.noted && isSame(extent.end, this.noted.end) && isSame(extent.needed, this.noted.needed)) return;
    this.options.database.noteJournalExtent(extent);
    this.noted = extent;
  }

  private extent(): JournalExtent {
    const { journal, signals } = this.options;
    const needed = signals
      .map(({ firstUnsealed }) => firstUnsealed)
      .filter((position) => position !== undefined)
      .reduce(earlier, journal.end);
    return { needed, end: journal.lastEnd };
  }

  private reportMissing(): void {
    const { journal, database, report } = this.options;
    const extent = database.journalExtent();
    for (const missing of extent ? journal.missing(extent.needed, extent.end) : []) {
      this.unreadableRecords++;
      report(`Damaged data: ${missing}. Rows that were in no block yet are lost.`);
    }
  }

  private position({ signal }: BlockSignal): JournalPosition {
    try {
      return this.options.database.position(signal);
    } catch (error) {
      // Rows that are already in blocks are recognized as duplicates.
      this.options.report(
        `Damaged data: the position in the journal cannot be read (${(error as Error).message}). The whole journal is replayed.`,
      );
      return START;
    }
  }
}

const isSame = (a: JournalPosition, b: JournalPosition): boolean => !isBefore(a, b) && !isBefore(b, a);

const earlier = (a: JournalPosition, b: JournalPosition): JournalPosition => (isBefore(a, b) ? a : b);
