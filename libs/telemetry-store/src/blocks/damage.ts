/** Blocks that could not be read, each said once. */
export class Damage {
  private readonly blocks = new Set<number>();

  constructor(private readonly report: (message: string) => void) {}

  /** Of how many blocks something could not be read. */
  get blockCount(): number {
    return this.blocks.size;
  }

  say(message: string): void {
    this.report(`Damaged data: ${message}.`);
  }

  /** @param what of it, such as "block 7" or "a part of block 7" */
  ofBlock(block: number, what: string, error: unknown): void {
    if (this.blocks.has(block)) return;
    this.blocks.add(block);
    this.say(`${what} cannot be read and is left out: ${(error as Error).message}`);
  }
}
