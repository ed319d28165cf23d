/** An event of a server-sent stream. */
export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Reads server-sent events one at a time, each as soon as it has come. */
export class EventSourceReader {
  private readonly chunks: AsyncIterator<string>;
  private text = '';

  private constructor(
    readonly response: Response,
    private readonly controller: AbortController,
  ) {
    if (!response.body) throw new Error('There is no body to read events from');
    this.chunks = response.body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  }

  static async open(url: string): Promise<EventSourceReader> {
    const controller = new AbortController();
    return new EventSourceReader(await fetch(url, { signal: controller.signal }), controller);
  }

  /** The next event, comments and settings left out; undefined at the end of the stream. */
  async next(): Promise<ServerEvent | undefined> {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end < 0) {
        const chunk = await this.chunks.next();
        if (chunk.done === true) return undefined;
        this.text += chunk.value;
        continue;
      }
      const block = this.text.slice(0, end);
      this.text = this.text.slice(end + 2);
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (event !== undefined && data !== undefined) return { event, data: JSON.parse(data) };
    }
  }

  close(): void {
    this.controller.abort();
  }
}
