const SLOTS = 16_384;

/**
 * Clock that counts uses, with the time of the last use of each block. Blocks with the same hash share a time, so a use
 * may seem more recent than it was.
 */
export class UseClock {
  private now = 0;
  private readonly lastUses = new Float64Array(SLOTS);

  /** Counts a use. @returns the time since the last use of the block; infinity for the first one */
  use(block: number): number {
    const slot = slotOf(block);
    const last = this.lastUses[slot] ?? 0;
    this.lastUses[slot] = ++this.now;
    return last === 0 ? Infinity : this.now - last;
  }

  /** Returns the time since the last use of a block. */
  idle(block: number): number {
    return this.now - (this.lastUses[slotOf(block)] ?? 0);
  }
}

/** Keys of chunks exceed 32 bits. */
const slotOf = (block: number): number => {
  const hash = Math.imul((block ^ Math.floor(block / 2 ** 32)) | 0, 0x9e3779b1);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
};
