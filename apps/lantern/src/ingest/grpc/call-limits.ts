import {
  Metadata,
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import type { BodyLease, InFlightBytes } from '../../http/in-flight-bytes.js';
import { grpcStatusOf } from './grpc-status.js';

export interface CallLimits {
  readonly inFlight: InFlightBytes;
  /** What a message may occupy, before and after decompression. */
  readonly maxMessageBytes: number;
  /** How long a client may take to send a whole message. */
  readonly requestTimeoutMillis: number;
}

/**
 * Refuses a call before its message is read when that might not fit into memory beside what is being received
 * already. How long the message is, gRPC says only with its first bytes: until it is there, the most that it
 * may be is set aside for it.
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
      // Comes at the end of every call, however it went.
      .withOnCancel(() => {
        clearTimeout(deadline);
        lease?.release();
      })
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
