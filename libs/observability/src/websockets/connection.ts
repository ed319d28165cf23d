import type { IncomingHttpHeaders } from 'node:http';
import {
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { ATTR_CLIENT_ADDRESS, ATTR_USER_AGENT_ORIGINAL } from '@opentelemetry/semantic-conventions';
import { inboundMessageContext } from '../http/inbound-context.js';
import { RequestContext } from '../http/request-context.js';
import { recordFailure } from '../tracing/failure.js';
import { ATTR_MESSAGING_DESTINATION_NAME, ATTR_MESSAGING_SYSTEM } from '../tracing/messaging-attributes.js';
import { tracer } from '../tracing/run-in-span.js';

/** A client as Nest gives it to gateways: a socket of socket.io, or one of ws. */
export interface Client {
  /** socket.io. */
  handshake?: { headers?: IncomingHttpHeaders; address?: string };
  nsp?: { name?: string; server?: { path?: () => unknown } };
}

export const systemOf = (client: Client): string => (client.handshake ? 'socket.io' : 'websocket');

/** Path on which the server of socket.io polls. */
export const enginePathOf = (client: Client): string | undefined => {
  const path = client.nsp?.server?.path?.();
  return typeof path === 'string' ? path : undefined;
};

const connections = new WeakMap<object, SpanContext>();

/** Context of the span of the client's connection, for the links of its messages. */
export const connectionOf = (client: object): SpanContext | undefined => connections.get(client);

export interface Connection {
  readonly inside: Context;
  fail: (error: unknown) => void;
  end: () => void;
}

/**
 * Begins the span of a connection, `connect /chat`, in the trace that the handshake carries. It ends as soon as the gateway
 * has accepted the client: a span of the whole connection would be seen only when the client leaves. Undefined for a client
 * that another gateway of the same server has accepted.
 */
export const noteConnection = (client: Client, request: unknown, place: string): Connection | undefined => {
  if (typeof client !== 'object' || connections.has(client)) return undefined;
  const { headers, address } = handshakeOf(client, request);
  const { parent, correlationId, links } = inboundMessageContext(headers);
  const outside = new RequestContext(parent, correlationId);
  const attributes: Attributes = {
    [ATTR_MESSAGING_SYSTEM]: systemOf(client),
    [ATTR_MESSAGING_DESTINATION_NAME]: client.nsp?.name ?? place,
  };
  if (address !== undefined) attributes[ATTR_CLIENT_ADDRESS] = address;
  const userAgent = headers?.['user-agent'];
  if (userAgent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = userAgent;
  const span: Span = tracer.startSpan(
    `connect ${place}`,
    { kind: SpanKind.SERVER, attributes, links },
    outside,
  );
  connections.set(client, span.spanContext());
  return {
    inside: trace.setSpan(outside, span),
    fail: (error) => recordFailure(span, error),
    end: () => span.end(),
  };
};

const handshakeOf = (
  { handshake }: Client,
  request: unknown,
): { headers?: IncomingHttpHeaders | undefined; address?: string | undefined } => {
  if (handshake) return handshake;
  // ws passes the request of the upgrade.
  const upgrade = request as
    { headers?: IncomingHttpHeaders; socket?: { remoteAddress?: string } } | undefined;
  return { headers: upgrade?.headers, address: upgrade?.socket?.remoteAddress };
};
