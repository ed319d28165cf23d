import { HttpError } from './http-error.js';

/** How long a sender that was refused should wait. Bodies come and go within that time. */
export const RETRY_AFTER_SECONDS = 1;

/** Lantern has no memory left for a request. The client should retry in a moment. */
export class OverloadedError extends HttpError {
  constructor(message: string) {
    super(503, message);
  }
}

/**
 * Bounds the memory that bodies occupy together, from before the first byte of one is read until its request
 * is answered. What does not fit is refused at once: a queue would only hold it in memory too.
 */
export class InFlightBytes {
  private heldBytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** What all leases hold now. */
  get bytes(): number {
    return this.heldBytes;
  }

  /** @throws {OverloadedError} when so many bytes do not fit beside what is there */
  lease(bytes: number): BodyLease {
    let held = 0;
    const resize = (wanted: number): void => {
      const others = this.heldBytes - held;
      // One that is alone is always let in: its own limit bounds it.
      if (wanted > held && others > 0 && others + wanted > this.maxBytes) {
        throw new OverloadedError(
          `more than ${this.maxBytes} bytes are being received at once: try again in a moment`,
        );
      }
      this.heldBytes = others + wanted;
      held = wanted;
    };
    resize(bytes);
    return { resize, release: () => resize(0) };
  }
}

export interface BodyLease {
  /**
   * The body turns out to be larger or smaller than thought.
   *
   * @throws {OverloadedError}
   */
  resize(bytes: number): void;
  /** Idempotent. */
  release(): void;
}
