import {
  Metadata,
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import type { BodyLease, InFlightBytes } from '../../../transport/requests/in-flight-bytes.js';
import { grpcStatusOf } from './grpc-status.js';

export interface CallLimits {
  readonly inFlight: InFlightBytes;
  /** Maximum size of a message, before and after decompression. */
  readonly maxMessageBytes: number;
  /** Timeout for receiving a whole message. */
  readonly requestTimeoutMillis: number;
}

/**
 * Rejects a call before its message is read when it could exceed the limit on requests in flight. gRPC sends the length
 * with the message, so the maximum size is reserved until the message has arrived.
 */
export const limitCalls =
  ({ inFlight, maxMessageBytes, requestTimeoutMillis }: CallLimits): ServerInterceptor =>
  (_method, call) => {
    let lease: BodyLease | undefined;
    let deadline: NodeJS.Timeout | undefined;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        try {
          lease = inFlight.lease(maxMessageBytes);
        } catch (error) {
          call.sendStatus(grpcStatusOf(error, () => undefined));
          return;
        }
        deadline = setTimeout(() => {
          call.sendStatus({
            code: status.DEADLINE_EXCEEDED,
            details: `the message did not arrive within ${requestTimeoutMillis} ms`,
            metadata: new Metadata(),
          });
        }, requestTimeoutMillis);
        next(metadata);
      })
      .withOnReceiveMessage((message: Buffer, next) => {
        clearTimeout(deadline);
        lease?.resize(message.length);
        next(message);
      })
      // Called at the end of every call, successful or not.
      .withOnCancel(() => {
        clearTimeout(deadline);
        lease?.release();
      })
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
