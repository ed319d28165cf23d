/**
 * First in, first out, without moving what stays: a `Map` or `Set` would step over the holes of all that went
 * before at each look at its first element.
 */
export class ArrivalQueue<Item> {
  private items: (Item | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  push(item: Item): void {
    this.items.push(item);
  }

  shift(): Item | undefined {
    const item = this.items[this.head];
    if (this.head === this.items.length) return undefined;
    this.items[this.head++] = undefined;
    if (this.head > this.items.length / 2) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  /** A copy, in the order of arrival. */
  toArray(): Item[] {
    return this.items.slice(this.head) as Item[];
  }
}
