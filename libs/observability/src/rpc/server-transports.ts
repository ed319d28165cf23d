import type { MessageHeaders } from '../propagation/message-headers.js';
import { headersOfMetadata } from './grpc-metadata.js';

/** The facts that a server span needs of a message, read from the context that Nest gives to its handler. */
export interface IncomingMessage {
  /** Broker, or `tcp`, or undefined for gRPC. */
  system: string | undefined;
  /** Pattern, channel, subject, topic or routing key as the client sent it. */
  destination: string | undefined;
  headers: MessageHeaders | undefined;
}

/** A context of `@nestjs/microservices`, of which each transport has other methods. */
export interface RpcContext {
  getPattern?(): string;
  getChannel?(): string;
  getSubject?(): string;
  getTopic?(): string;
  /** TCP and Redis, from Nest 12 on. */
  getMetadata?(): MessageHeaders | undefined;
  /** NATS. */
  getHeaders?(): NatsHeaders | undefined;
  /** MQTT. */
  getPacket?(): { payload?: unknown; properties?: { userProperties?: MessageHeaders } };
  /** RabbitMQ and Kafka. */
  getMessage?(): { headers?: MessageHeaders; properties?: { headers?: MessageHeaders } };
}

/** A call as Nest shows it to its hooks: a copy of gRPC's own call. */
export interface GrpcCall {
  path?: string;
  operationId?: string;
  request?: object;
  metadata: { getMap(): Record<string, unknown> };
}

interface NatsHeaders {
  keys(): string[];
  get(name: string): string;
}

// https://github.com/nestjs/nest/blob/master/packages/microservices/enums/transport.enum.ts
export const GRPC = 4;
const TRANSPORTS: Readonly<Record<number, string>> = {
  0: 'tcp',
  1: 'redis',
  2: 'nats',
  3: 'mqtt',
  5: 'rabbitmq',
  6: 'kafka',
};

/** Reads a message of any transport; of a transport that Nest does not bring as much as its context has. */
export const readMessage = (transport: unknown, context: RpcContext | GrpcCall): IncomingMessage => {
  if (transport === GRPC) {
    const { path, operationId, metadata } = context as GrpcCall;
    return {
      system: undefined,
      destination: path?.replace(/^\//, '') ?? operationId,
      headers: headersOfMetadata(metadata),
    };
  }
  const message = context as RpcContext;
  return {
    system: typeof transport === 'number' ? TRANSPORTS[transport] : undefined,
    destination:
      message.getPattern?.() ?? message.getChannel?.() ?? message.getSubject?.() ?? message.getTopic?.(),
    headers: headersOf(message),
  };
};

const headersOf = (message: RpcContext): MessageHeaders | undefined => {
  const metadata = message.getMetadata?.();
  if (metadata !== undefined) return metadata;
  const nats = message.getHeaders?.();
  if (nats !== undefined) return Object.fromEntries(nats.keys().map((key) => [key, nats.get(key)]));
  const packet = message.getPacket?.();
  if (packet !== undefined) return packet.properties?.userProperties ?? metadataIn(packet.payload);
  const given = message.getMessage?.();
  return given?.properties?.headers ?? given?.headers;
};

/**
 * MQTT before version 5 has no headers, so that they stand in Nest's packet, whose metadata Nest shows for TCP and Redis
 * alone.
 */
const metadataIn = (payload: unknown): MessageHeaders | undefined => {
  if (!Buffer.isBuffer(payload) || !payload.includes('"metadata"')) return undefined;
  try {
    const { metadata } = JSON.parse(payload.toString()) as { metadata?: unknown };
    return typeof metadata === 'object' && metadata !== null ? (metadata as MessageHeaders) : undefined;
  } catch {
    // Payload of a sender that is no Nest application.
    return undefined;
  }
};
