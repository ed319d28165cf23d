import { Duplex } from 'node:stream';

/** A connection of an HTTP server that ends in this process: no socket, no kernel. One request at a time. */
export class MemoryConnection extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 50_000;
  private received = '';
  private answered: ((answer: string) => void) | undefined;

  /** @param lastText text at the end of each response */
  constructor(private readonly lastText: string) {
    super();
  }

  /** Resolves with the answer, as it was written. */
  exchange(request: Buffer): Promise<string> {
    return new Promise((resolve) => {
      this.answered = resolve;
      this.push(request);
    });
  }

  override _read(): void {
    // A request is pushed when it is sent.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.received += chunk.toString('latin1');
    done();
    if (!this.received.endsWith(this.lastText)) return;
    const answer = this.received;
    this.received = '';
    // A real client would not answer in the middle of the server's write either.
    setImmediate(() => this.answered?.(answer));
  }

  // Other methods that HTTP servers call on a socket.
  setTimeout = (): this => this;
  setNoDelay = (): this => this;
  setKeepAlive = (): this => this;
  ref = (): this => this;
  unref = (): this => this;
}
