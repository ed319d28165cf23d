import type { Parcel } from '../tracing/blocking-sender.js';
import type { QueuedLine } from './line-queue.js';

/** What became of a request with lines. */
export type SendOutcome =
  /** All of it, but for a number of `rejected` lines or spans, which the receiver does not name. */
  | { kind: 'accepted'; rejected?: { count: number; reason: string } | undefined }
  /** The receiver will never take this request as it is; a part of it perhaps. */
  | { kind: 'refused'; reason: string }
  /** The same request may succeed later: not before `retryAfterMillis`, where the receiver named a time. */
  | { kind: 'later'; reason: string; retryAfterMillis?: number | undefined };

/** One way of a line out of the process. It sends what it is given, once; what to do about a failure is not its part. */
export interface LineSender {
  /** Whom it sends to, as messages name it: `Loki`. */
  readonly target: string;
  /** Makes one request, which ends within some seconds. Never rejects. */
  send: (lines: readonly QueuedLine[]) => Promise<SendOutcome>;
  /** The same request for the end of the process, when only a blocking one is left; undefined where none can be made. */
  parcel: (lines: readonly QueuedLine[]) => Parcel | undefined;
  /** Lets go of what it holds. Never rejects. */
  close: () => Promise<void>;
}

/** Refusals that a part of the request could escape: the others are about who asks, where and when. */
const aboutTheRequest = (status: number): boolean =>
  status >= 400 && status < 500 && ![401, 403, 404, 405, 407, 408, 425, 429].includes(status);

/**
 * What a failure means. A wrong token, path or proxy (401, 403, 404, 405, 407) concerns every line alike and ends when
 * somebody mends it, so it is waited out like an outage.
 */
export const failedOutcome = (
  reason: string,
  status: number | undefined,
  retryAfterMillis: number | undefined,
): SendOutcome => {
  return status !== undefined && aboutTheRequest(status)
    ? { kind: 'refused', reason }
    : { kind: 'later', reason, retryAfterMillis };
};
