/** Hash table of rows for a growing block. The caller distinguishes rows with equal hashes. */
export class RowTable {
  /** Two words for each slot: the row + 1, or 0 if it is free; and the hash. */
  private slots = new Uint32Array(2 * 256);
  private count = 0;

  add(hash: number, row: number): void {
    if (4 * ++this.count > this.slots.length) this.grow();
    this.put(hash, row);
  }

  /** Whether one of the rows with this hash satisfies `isWanted`. */
  some(hash: number, isWanted: (row: number) => boolean): boolean {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let slot = (2 * hash) & mask; slots[slot] !== 0; slot = (slot + 2) & mask)
      if (slots[slot + 1] === hash && isWanted((slots[slot] ?? 0) - 1)) return true;
    return false;
  }

  private put(hash: number, row: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = (2 * hash) & mask;
    while (slots[slot] !== 0) slot = (slot + 2) & mask;
    slots[slot] = row + 1;
    slots[slot + 1] = hash;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Uint32Array(2 * before.length);
    for (let slot = 0; slot < before.length; slot += 2) {
      const row = before[slot] ?? 0;
      if (row !== 0) this.put(before[slot + 1] ?? 0, row - 1);
    }
  }
}
