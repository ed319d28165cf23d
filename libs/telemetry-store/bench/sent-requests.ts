import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const LENGTH_BYTES = 4;

/** The requests of the shop's services, made by another process. */
export async function* sentRequests(spans: number, batchSpans: number): AsyncGenerator<Uint8Array> {
  const path = fileURLToPath(new URL('./workload-process.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, path, String(spans), String(batchSpans)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const pieces = new Pieces();
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    pieces.push(piece);
    for (let request = pieces.take(); request; request = pieces.take()) yield request;
  }
  const [code] = (await exit) as [number | null];
  if (code !== 0) throw new Error(`The process that makes the workload ended with ${code}.`);
}

/** Buffer of received bytes, from which complete requests are taken. */
class Pieces {
  private pieces: Buffer[] = [];
  private length = 0;
  private wanted: number | undefined;

  push(piece: Buffer): void {
    this.pieces.push(piece);
    this.length += piece.length;
  }

  take(): Uint8Array | undefined {
    if (this.wanted === undefined) {
      if (this.length < LENGTH_BYTES) return undefined;
      this.wanted = this.bytes(LENGTH_BYTES).readUInt32LE();
    }
    if (this.length < this.wanted) return undefined;
    const request = this.bytes(this.wanted);
    this.wanted = undefined;
    return request;
  }

  private bytes(count: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(count);
    for (let at = 0; at < count;) {
      const [first] = this.pieces;
      if (!first) break;
      const part = first.subarray(0, count - at);
      at += part.copy(bytes, at);
      if (part.length === first.length) this.pieces.shift();
      else this.pieces[0] = first.subarray(part.length);
    }
    this.length -= count;
    return bytes;
  }
}
