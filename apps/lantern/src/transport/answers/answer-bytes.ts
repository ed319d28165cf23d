import type { FastifyInstance, FastifyReply } from 'fastify';
import { OverloadedError } from '../requests/in-flight-bytes.js';

declare module 'fastify' {
  interface FastifyInstance {
    readonly answerBytes: AnswerBytes;
  }
}

const DEFAULT_STALL_MILLIS = 60_000;

/** Minimum size of a counted answer. Smaller ones fit into the buffers of a connection. */
const MIN_COUNTED_BYTES = 64 * 1024;

/**
 * Limit on the memory of all answers that are being written: data read for them, and bytes that are not sent yet. An answer
 * beyond the limit is rejected at once, even if it is the only one.
 */
export class AnswerBytes {
  private heldBytes = 0;

  /**
   * @param maxStallMillis maximum time that a client may not read a long answer, because other answers need its memory
   */
  constructor(
    private readonly maxBytes: number,
    readonly maxStallMillis: number = DEFAULT_STALL_MILLIS,
  ) {}

  /** Memory of all shares, in bytes. */
  get bytes(): number {
    return this.heldBytes;
  }

  /** Returns the share of the answer that `reply` sends. It is released when the answer is sent or the connection is closed. */
  shareOf(reply: FastifyReply): AnswerShare {
    const share = new AnswerShare((change) => this.resize(change));
    reply.raw.once('close', () => share.end());
    return share;
  }

  /** @throws {OverloadedError} */
  private resize(change: number): void {
    const wanted = this.heldBytes + change;
    if (change > 0 && wanted > this.maxBytes) {
      const others = this.heldBytes;
      throw new OverloadedError(
        `the answers in the making may take ${this.maxBytes} bytes of memory, and this one needs more than the ` +
          `${Math.max(0, this.maxBytes - others)} that are left: try again in a moment, ask for less, or raise ` +
          'LANTERN_MAX_ANSWER_BYTES',
      );
    }
    this.heldBytes = wanted;
  }
}

/** Share of one answer in the limit of all answers. */
export class AnswerShare {
  private held = 0;
  private isEnded = false;

  constructor(private readonly resize: (change: number) => void) {}

  /**
   * Counts memory before, or as soon as, it is allocated.
   *
   * @throws {OverloadedError} beyond the limit; earlier memory stays counted
   */
  readonly hold = (bytes: number): void => {
    if (this.isEnded) return;
    this.resize(bytes);
    this.held += bytes;
  };

  /** Releases a part. */
  free(bytes: number): void {
    const freed = Math.min(bytes, this.held);
    this.held -= freed;
    this.resize(-freed);
  }

  /** Releases all memory. */
  clear(): void {
    this.free(this.held);
  }

  /** Releases all memory and ends the share. Idempotent. */
  end(): void {
    this.clear();
    this.isEnded = true;
  }
}

/** Counts answers that are one buffer. Code that writes answers in pieces counts them itself. */
export const boundAnswers = (server: FastifyInstance, answers: AnswerBytes): void => {
  server.decorate('answerBytes', answers);
  server.addHook('onSend', async (_request, reply, payload) => {
    if (Buffer.isBuffer(payload) && payload.length >= MIN_COUNTED_BYTES) {
      answers.shareOf(reply).hold(payload.length);
    }
    return payload;
  });
};
