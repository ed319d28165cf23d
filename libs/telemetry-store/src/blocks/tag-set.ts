/** Distinct non-negative 32-bit hashes. */
export class TagSet {
  size = 0;
  /** 0 is an empty slot, so the hash 0 counts as 1: it only has to be the same each time. */
  private slots = new Uint32Array(1024);

  add(tag: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    const stored = tag === 0 ? 1 : tag;
    let slot = stored & mask;
    for (let found = slots[slot]; found !== 0; found = slots[slot]) {
      if (found === stored) return;
      slot = (slot + 1) & mask;
    }
    slots[slot] = stored;
    if (2 * ++this.size > slots.length) this.grow();
  }

  has(tag: number): boolean {
    const mask = this.slots.length - 1;
    const stored = tag === 0 ? 1 : tag;
    for (let slot = stored & mask; ; slot = (slot + 1) & mask) {
      const found = this.slots[slot];
      if (found === 0 || found === stored) return found === stored;
    }
  }

  *[Symbol.iterator](): Generator<number> {
    for (const tag of this.slots) if (tag !== 0) yield tag;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Uint32Array(2 * before.length);
    this.size = 0;
    for (const tag of before) if (tag !== 0) this.add(tag);
  }
}
