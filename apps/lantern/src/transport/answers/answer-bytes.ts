import type { FastifyInstance, FastifyReply } from 'fastify';
import { OverloadedError } from '../requests/in-flight-bytes.js';

declare module 'fastify' {
  interface FastifyInstance {
    readonly answerBytes: AnswerBytes;
  }
}

const DEFAULT_STALL_MILLIS = 60_000;

/** Smaller answers are not counted: they lie within what a connection takes anyway. */
const MIN_COUNTED_BYTES = 64 * 1024;

/**
 * Bounds the memory that all answers in the making occupy together: what was read for them, and what of them is
 * written and not sent yet. An answer that does not fit is refused at once, also when it is the only one.
 */
export class AnswerBytes {
  private heldBytes = 0;

  /**
   * @param maxStallMillis how long a client may leave a long answer unread: others need its memory
   */
  constructor(
    private readonly maxBytes: number,
    readonly maxStallMillis: number = DEFAULT_STALL_MILLIS,
  ) {}

  /** Bytes of all shares. */
  get bytes(): number {
    return this.heldBytes;
  }

  /** Share of the answer that `reply` sends. It is given back when the connection has the answer, or is closed. */
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
   * Counts memory before, or as soon as, it is occupied.
   *
   * @throws {OverloadedError} when it does not fit; what was held before stays held
   */
  readonly hold = (bytes: number): void => {
    if (this.isEnded) return;
    this.resize(bytes);
    this.held += bytes;
  };

  /** Gives back a part. */
  free(bytes: number): void {
    const freed = Math.min(bytes, this.held);
    this.held -= freed;
    this.resize(-freed);
  }

  /** Gives back all that is held. */
  clear(): void {
    this.free(this.held);
  }

  /** Gives back all that is held, for good. Idempotent. */
  end(): void {
    this.clear();
    this.isEnded = true;
  }
}

/** Counts answers that are one buffer; those in pieces are counted where they are made. */
export const boundAnswers = (server: FastifyInstance, answers: AnswerBytes): void => {
  server.decorate('answerBytes', answers);
  server.addHook('onSend', async (_request, reply, payload) => {
    if (Buffer.isBuffer(payload) && payload.length >= MIN_COUNTED_BYTES) {
      answers.shareOf(reply).hold(payload.length);
    }
    return payload;
  });
};
