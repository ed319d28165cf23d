/** So many blocks go at a time, so that nobody waits for long. */
const MAX_DROPPED_AT_ONCE = 16;

/** A sealed block, as far as its age and its size are concerned. */
export interface AgedBlock {
  readonly block: number;
  readonly arrivedMillis: number;
  readonly bytes: number;
}

/** How old the blocks of a signal may become, and how much they may take. */
export class BlockLimits {
  constructor(
    readonly maxBytes: number,
    private readonly maxAgeMillis: number,
    private readonly now: () => number,
  ) {}

  isTooOld(arrivedMillis: number): boolean {
    return arrivedMillis < this.now() - this.maxAgeMillis;
  }

  /**
   * Returns the next few blocks that are too old. Every block is looked at: a clock that was wrong may have stamped an
   * earlier one in the future.
   */
  tooOld(blocks: Iterable<AgedBlock>): number[] {
    const old: number[] = [];
    if (this.maxAgeMillis === Number.POSITIVE_INFINITY) return old;
    for (const { block, arrivedMillis } of blocks) {
      if (!this.isTooOld(arrivedMillis)) continue;
      old.push(block);
      if (old.length === MAX_DROPPED_AT_ONCE) break;
    }
    return old;
  }

  /** The next few that have to go so that `bytes` keep within the limit. @param blocks in the order of their arrival */
  tooMuch(blocks: Iterable<AgedBlock>, bytes: number): number[] {
    const surplus: number[] = [];
    let left = bytes;
    for (const { block, bytes: own } of blocks) {
      if (left <= this.maxBytes || surplus.length === MAX_DROPPED_AT_ONCE) break;
      surplus.push(block);
      left -= own;
    }
    return surplus;
  }
}
