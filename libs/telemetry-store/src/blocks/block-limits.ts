/** Maximum number of blocks that are dropped in one turn, so that other work does not wait for long. */
const MAX_DROPPED_AT_ONCE = 16;

/** Age and size of a sealed block. */
export interface AgedBlock {
  readonly block: number;
  readonly arrivedMillis: number;
  readonly bytes: number;
}

/** Returns the next few blocks to drop, whatever their age. */
export const firstBlocks = (blocks: Iterable<AgedBlock>): number[] => {
  const first: number[] = [];
  for (const { block } of blocks) {
    first.push(block);
    if (first.length === MAX_DROPPED_AT_ONCE) break;
  }
  return first;
};

/** Limits on the age and the total size of a signal's blocks. */
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
   * Returns the next few blocks that are beyond the maximum age. Every block is checked: a wrong clock may have stamped
   * an earlier block with a time in the future.
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

  /**
   * Returns the next few blocks to drop so that `bytes` stay within the limit. @param blocks in the order of their
   * arrival
   */
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
