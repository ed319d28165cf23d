/** Registry of damaged blocks. Each of them is reported once. */
export class Damage {
  private readonly blocks = new Set<number>();

  constructor(private readonly sink: (message: string) => void) {}

  /** Number of blocks with unreadable data. */
  get blockCount(): number {
    return this.blocks.size;
  }

  report(message: string): void {
    this.sink(`Damaged data: ${message}.`);
  }

  /** @param what damaged unit, such as "block 7" or "a part of block 7" */
  ofBlock(block: number, what: string, error: unknown): void {
    if (this.blocks.has(block)) return;
    this.blocks.add(block);
    this.report(`${what} cannot be read and was skipped: ${(error as Error).message}`);
  }
}
