import type { LogPosition } from './journal.js';

export interface BlockStatus {
  readonly blocks: number;
  /** Blocks, or parts of them, that could not be read. */
  readonly damagedBlocks: number;
  /** What arrived again and was not kept a second time. */
  readonly duplicates: number;
}

/** One kind of telemetry in a data folder, as far as the folder's log and its space are concerned. */
export interface BlockSignal {
  /** Of its records in the log. */
  readonly recordKind: number;
  /** Under which its position in the log is kept. */
  readonly signal: string;

  /**
   * Adds what an earlier process acknowledged and had not sealed.
   *
   * @param end just behind the record
   */
  replay(payload: Uint8Array, end: LogPosition): void;

  /** Where its first record ends that is in no block yet; undefined when there is none. */
  readonly firstUnsealed: LogPosition | undefined;

  /**
   * Puts into a block what is in none yet.
   *
   * @throws WriteError
   */
  sealOpen(): void;

  /**
   * Drops what is too old or too much, a few blocks at a time.
   *
   * @returns whether there is more to drop
   * @throws WriteError
   */
  dropExpired(): boolean;

  status(): BlockStatus;
}
