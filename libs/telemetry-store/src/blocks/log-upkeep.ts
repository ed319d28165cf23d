import type { BlockDatabase, LogExtent } from './block-database.js';
import type { BlockSignal } from './block-signal.js';
import { START, isBefore, type Journal, type LogPosition } from './journal.js';

/** What a signal leaves in the log may lie so many segments back; then it goes into a block, however small. */
const MAX_SEGMENTS_BACK = 1;

export interface LogUpkeepOptions {
  readonly log: Journal;
  readonly database: BlockDatabase;
  readonly signals: readonly BlockSignal[];
  /** Whether blocks have to be on the disk before the log is given up. */
  readonly survivesPowerLoss: boolean;
  readonly report: (message: string) => void;
}

/** Reads the log at the start, and gives up what is in blocks. */
export class LogUpkeep {
  /** Records that were left out when the log was read. */
  unreadableRecords = 0;
  private isReplaying = false;
  private discarding: Promise<void> | undefined;
  private noted: LogExtent | undefined;

  constructor(private readonly options: LogUpkeepOptions) {}

  /** Waits until no segment is being removed. */
  async idle(): Promise<void> {
    await this.discarding;
  }

  /** Gives each signal what earlier processes acknowledged and had not sealed, in the order of its arrival. */
  replay(): void {
    const { log, signals, report } = this.options;
    const targets = new Map(
      signals.map((signal) => [signal.recordKind, { signal, from: this.position(signal) }]),
    );
    this.isReplaying = true;
    this.reportMissing();
    const first = [...targets.values()].map(({ from }) => from).reduce(earlier, log.end);
    for (const { kind, payload, end } of log.records(first)) {
      const target = targets.get(kind);
      if (!target || !isBefore(target.from, end)) continue;
      try {
        target.signal.replay(payload, end);
      } catch (error) {
        this.unreadableRecords++;
        report(`A record of the log cannot be read, and is left out: ${(error as Error).message}`);
      }
    }
    this.isReplaying = false;
    this.discard();
  }

  /**
   * Removes the segments that no signal needs any more, once the blocks that have their records are written. To be called
   * when a signal has sealed.
   */
  discard(): void {
    const { log, database, signals, survivesPowerLoss, report } = this.options;
    // What is still to be read is in no block, although no signal knows of it yet.
    if (this.isReplaying || this.discarding || log.segmentCount < 2) return;
    // By their paths, the segments of another Lantern would be removed.
    if (database.problem !== undefined) return;
    const onError = (error: unknown): void =>
      report(`${database.writeErrorOf(error).message} The log is kept until then.`);
    try {
      for (const signal of signals) {
        const first = signal.firstUnsealed;
        if (first && first.segment < log.end.segment - MAX_SEGMENTS_BACK) signal.sealOpen();
      }
      const { needed } = this.extent();
      if (!log.hasBefore(needed)) return;
      this.noteExtent();
      this.discarding = (survivesPowerLoss ? database.onDisk() : database.written())
        .then(() => log.discardBefore(needed))
        .catch(onError)
        .finally(() => (this.discarding = undefined));
    } catch (error) {
      onError(error);
    }
  }

  /**
   * Notes in the database how far the log reaches, so that the next start can tell when its end is missing.
   *
   * @throws WriteError
   */
  noteExtent(): void {
    const extent = this.extent();
    if (this.noted && isSame(extent.end, this.noted.end) && isSame(extent.needed, this.noted.needed)) return;
    this.options.database.noteLogExtent(extent);
    this.noted = extent;
  }

  private extent(): LogExtent {
    const { log, signals } = this.options;
    const needed = signals
      .map(({ firstUnsealed }) => firstUnsealed)
      .filter((position) => position !== undefined)
      .reduce(earlier, log.end);
    return { needed, end: log.lastEnd };
  }

  private reportMissing(): void {
    const { log, database, report } = this.options;
    const extent = database.logExtent();
    for (const missing of extent ? log.missing(extent.needed, extent.end) : []) {
      this.unreadableRecords++;
      report(`Damaged data: ${missing}. What was in no block yet is lost.`);
    }
  }

  private position({ signal }: BlockSignal): LogPosition {
    try {
      return this.options.database.position(signal);
    } catch (error) {
      // What is in blocks already is known when it comes again.
      this.options.report(
        `Damaged data: the position in the log cannot be read (${(error as Error).message}); all of it is read.`,
      );
      return START;
    }
  }
}

const isSame = (a: LogPosition, b: LogPosition): boolean => !isBefore(a, b) && !isBefore(b, a);

const earlier = (a: LogPosition, b: LogPosition): LogPosition => (isBefore(a, b) ? a : b);
