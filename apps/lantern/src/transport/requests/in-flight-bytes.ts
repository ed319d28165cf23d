import { HttpError } from '../errors/http-error.js';

/** Value of `Retry-After` for rejected requests. Bodies in flight are usually answered within this time. */
export const RETRY_AFTER_SECONDS = 1;

/** Lantern has no memory left for a request. The client should retry in a moment. */
export class OverloadedError extends HttpError {
  constructor(message: string) {
    super(503, message);
  }
}

/**
 * Limit on the total size of request bodies in flight, from before the first byte of a body is read until its request
 * is answered. Requests beyond the limit are rejected at once: a queue would hold their bodies in memory too.
 */
export class InFlightBytes {
  private heldBytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** Total size of all leases. */
  get bytes(): number {
    return this.heldBytes;
  }

  /** @throws {OverloadedError} when the bytes exceed the limit */
  lease(bytes: number): BodyLease {
    let held = 0;
    const resize = (wanted: number): void => {
      const others = this.heldBytes - held;
      // A body is always accepted when no other is in flight: the limit of a single body applies.
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
   * Changes the size of the lease to the actual size of the body.
   *
   * @throws {OverloadedError}
   */
  resize(bytes: number): void;
  /** Idempotent. */
  release(): void;
}
