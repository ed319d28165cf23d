import {
  Metadata,
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import type { AccessToken } from '../../../transport/access/access-token.js';

/** Rejects calls without the token in their metadata, before the message is read. */
export const requireToken =
  (token: AccessToken): ServerInterceptor =>
  (_method, call) => {
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        if (token.isAuthorized(metadata.get('authorization')[0]?.toString())) {
          next(metadata);
          return;
        }
        call.sendStatus({
          code: status.UNAUTHENTICATED,
          details: 'a token is needed: send it as metadata "authorization: Bearer <token>"',
          metadata: new Metadata(),
        });
      })
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
