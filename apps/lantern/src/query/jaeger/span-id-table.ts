import { randomInt } from 'node:crypto';

const EMPTY = -1;

/** Random odd factor, so that a client cannot choose IDs that collide. */
const MULTIPLIERS = [randomInt(2 ** 31) * 2 + 1, randomInt(2 ** 31) * 2 + 1] as const;

/** The place of each span in its trace, by its id, which is two words. */
export class SpanIdTable {
  private readonly words: Uint32Array;
  private readonly slots: Int32Array;
  private readonly shift: number;

  /** @param capacity how many spans it may hold */
  constructor(capacity: number) {
    const bits = Math.ceil(Math.log2(2 * capacity + 2));
    this.words = new Uint32Array(2 * capacity);
    this.slots = new Int32Array(2 ** bits).fill(EMPTY);
    this.shift = 32 - bits;
  }

  /** @returns false when the table has the ID */
  add(low: number, high: number, span: number): boolean {
    const slot = this.slotOf(low, high);
    if (this.slots[slot] !== EMPTY) return false;
    this.slots[slot] = span;
    this.words[2 * span] = low;
    this.words[2 * span + 1] = high;
    return true;
  }

  /** Undefined when no span has the id. */
  get(low: number, high: number): number | undefined {
    const span = this.slots[this.slotOf(low, high)];
    return span === EMPTY ? undefined : span;
  }

  /** Returns the slot of the ID: the first probed slot that has the ID or is empty. */
  private slotOf(low: number, high: number): number {
    const { slots, words, shift } = this;
    const hash = Math.imul(low, MULTIPLIERS[0]) + Math.imul(high, MULTIPLIERS[1]);
    let slot = hash >>> shift;
    for (;;) {
      const span = slots[slot] ?? EMPTY;
      if (span === EMPTY || (words[2 * span] === low && words[2 * span + 1] === high)) return slot;
      slot = (slot + 1) % slots.length;
    }
  }
}
