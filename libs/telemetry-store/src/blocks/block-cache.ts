/** What was used last stays, as long as all of it together keeps within a number of bytes. */
export class BlockCache<Content extends { readonly byteLength: number }> {
  private readonly contents = new Map<number, Content>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(block: number): Content | undefined {
    const content = this.contents.get(block);
    if (!content) return undefined;
    // A Map keeps the order of insertion: the first is the one that was not used for longest.
    this.contents.delete(block);
    this.contents.set(block, content);
    return content;
  }

  set(block: number, content: Content): void {
    this.delete(block);
    this.contents.set(block, content);
    this.bytes += content.byteLength;
    for (const oldest of this.contents.keys()) {
      if (this.bytes <= this.maxBytes) return;
      this.delete(oldest);
    }
  }

  delete(block: number): void {
    this.bytes -= this.contents.get(block)?.byteLength ?? 0;
    this.contents.delete(block);
  }
}
