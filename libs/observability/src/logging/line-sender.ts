import type { SendOutcome } from '../delivery/send-outcome.js';
import type { Parcel } from '../delivery/blocking-sender.js';
import type { QueuedLine } from './line-queue.js';

/** Sender of log lines. It sends the given lines once; its caller handles failures. */
export interface LineSender {
  /** Name of the backend in messages: `Loki`. */
  readonly target: string;
  /** Makes one request, which ends within some seconds. Never rejects. */
  send: (lines: readonly QueuedLine[]) => Promise<SendOutcome>;
  /** Returns the same request for a blocking sender at the end of the process; undefined if there can be none. */
  parcel: (lines: readonly QueuedLine[]) => Parcel | undefined;
  /** Releases its resources. Never rejects. */
  close: () => Promise<void>;
}
