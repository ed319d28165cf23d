import type { JournalPosition } from '../journal/journal.js';

export interface BlockStatus {
  readonly blocks: number;
  /** Number of blocks with a part that could not be read. */
  readonly damagedBlocks: number;
  /** Number of rows that arrived again and were discarded as duplicates. */
  readonly duplicates: number;
}

/** Kind of telemetry in a data folder, as the upkeep of the folder's journal and space sees it. */
export interface BlockSignal {
  /** Kind of its records in the journal. */
  readonly recordKind: number;
  /** Name under which its position in the journal is stored. */
  readonly signal: string;

  /**
   * Adds the rows of a record that an earlier process acknowledged and had not sealed.
   *
   * @param end position of the end of the record
   */
  replay(payload: Uint8Array, end: JournalPosition): void;

  /** End of the first record that has unsealed rows; undefined when there is none. */
  readonly firstUnsealed: JournalPosition | undefined;

  /**
   * Seals all open rows into a block. Does nothing while a record is being added.
   *
   * @throws WriteError
   */
  sealOpen(): void;

  /**
   * Seals all open rows as {@link sealOpen} does, and yields to other tasks from time to time.
   *
   * @throws WriteError
   */
  sealInTurns(): Promise<void>;

  /** Waits until every record that was appended so far is added. */
  idle(): Promise<void>;

  /**
   * Drops blocks beyond the maximum age or size, a few at a time.
   *
   * @returns whether there are more blocks to drop
   * @throws WriteError
   */
  dropExpired(): boolean;

  status(): BlockStatus;
}
