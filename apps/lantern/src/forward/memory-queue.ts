import type { ForwardQueue, QueuedRequest } from './forward-queue.js';
import type { ForwardedRequest } from './forwarded-request.js';

/** Queue that is lost when the process ends. */
export class MemoryQueue implements ForwardQueue {
  private readonly queued: QueuedRequest[] = [];
  private bytes = 0;
  private lastNumber = 0;

  constructor(private readonly maxBytes: number) {}

  get length(): number {
    return this.queued.length;
  }

  get byteLength(): number {
    return this.bytes;
  }

  async append(request: ForwardedRequest): Promise<number> {
    if (request.body.length > this.maxBytes) return 1;
    this.queued.push({ number: ++this.lastNumber, request });
    this.bytes += request.body.length;
    let dropped = 0;
    for (; this.bytes > this.maxBytes; dropped++) this.shift();
    return dropped;
  }

  async first(): Promise<QueuedRequest | undefined> {
    return this.queued[0];
  }

  async remove(number: number): Promise<void> {
    if (this.queued[0]?.number === number) this.shift();
  }

  async close(): Promise<void> {
    // Nothing to release.
  }

  private shift(): void {
    this.bytes -= this.queued.shift()?.request.body.length ?? 0;
  }
}
