import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SendOutcome } from '../logging/line-sender.js';

/** One way of spans out of the process. It sends what it is given, once; the delivery decides what a failure means. */
export interface SpanSender {
  /** Address of the receiver as messages name it: without credentials. */
  readonly target: string;
  /** Makes one request, which ends within some seconds. Never rejects. */
  send: (spans: readonly ReadableSpan[]) => Promise<SendOutcome>;
  /** Sends spans while the process ends, blocking for `timeoutMillis` at the most. Returns how many were lost. */
  sendBlocking: (spans: readonly ReadableSpan[], timeoutMillis: number) => number;
}
