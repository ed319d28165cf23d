import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SendOutcome } from '../delivery/send-outcome.js';

/** Sender of spans. It sends the given spans once; the delivery handles failures. */
export interface SpanSender {
  /** Address of the receiver as messages name it: without credentials. */
  readonly target: string;
  /** Makes one request, which ends within some seconds. Never rejects. */
  send: (spans: readonly ReadableSpan[]) => Promise<SendOutcome>;
  /** Sends spans while the process ends, blocking for at most `timeoutMillis`. Returns the number of lost spans. */
  sendBlocking: (spans: readonly ReadableSpan[], timeoutMillis: number) => number;
}
