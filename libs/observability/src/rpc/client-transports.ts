import { createRequire } from 'node:module';
import { type Attributes, type Context, propagation } from '@opentelemetry/api';
import { ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT } from '@opentelemetry/semantic-conventions';
import { load } from '../load.js';
import { type WritableHeaders, messageHeadersSetter } from '../propagation/message-headers.js';

/** A client of `@nestjs/microservices`, by the members that differ between its transports and versions. */
export interface RpcClient {
  normalizePattern?(pattern: unknown): string;
  /** Nest 12. */
  setOnDispatchHook?(hook: (packet: RpcPacket) => void): void;
  onDispatchHook?: (packet: RpcPacket) => void;
  /** gRPC. */
  getClientByServiceName?(name: string): Record<string, { path?: string } | undefined>;
  serializer?: object;
  options?: ClientOptions;
  host?: unknown;
  port?: unknown;
  url?: unknown;
}

export interface RpcPacket {
  pattern: unknown;
  data: unknown;
  metadata?: Record<string, unknown>;
}

/** Options that name the server, different ones for each transport. */
interface ClientOptions {
  host?: unknown;
  port?: unknown;
  url?: unknown;
  urls?: readonly unknown[];
  servers?: unknown;
  protocolVersion?: number;
  client?: { brokers?: unknown };
}

interface ClientTransport {
  /** Value of `messaging.system`. */
  system: string | undefined;
  /** Whether the headers travel in `packet.metadata`, because the transport has none. */
  usesMetadata: boolean;
  /** Returns the data as a record of the transport, with the headers of the context. */
  carry?: (client: RpcClient, data: unknown, ctx: Context) => unknown;
}

interface Records {
  RmqRecord: new (data: unknown, options: object) => { data: unknown; options?: { headers?: object } };
  NatsRecord: new (data: unknown, headers: object) => { data: unknown; headers?: NatsHeaders };
  MqttRecord: new (data: unknown, options: object) => { data: unknown; options?: MqttOptions };
}

interface NatsHeaders {
  set(name: string, value: string): void;
  [Symbol.iterator](): Iterator<[string, string[]]>;
}

interface MqttOptions {
  properties?: { userProperties?: object };
}

let records: Records | undefined;
const recordTypes = (): Records => (records ??= load('@nestjs/microservices') as Records);

const inject = (ctx: Context, headers: WritableHeaders): void =>
  propagation.inject(ctx, headers, messageHeadersSetter);

const injected = (ctx: Context, given: object | undefined): Record<string, unknown> => {
  const headers: Record<string, unknown> = { ...given };
  inject(ctx, headers);
  return headers;
};

const carryInRmq = (_client: RpcClient, data: unknown, ctx: Context): unknown => {
  const { RmqRecord } = recordTypes();
  const record = data instanceof RmqRecord ? data : undefined;
  return new RmqRecord(record ? record.data : data, {
    ...record?.options,
    headers: injected(ctx, record?.options?.headers),
  });
};

const carryInNats = (_client: RpcClient, data: unknown, ctx: Context): unknown => {
  const { NatsRecord } = recordTypes();
  const record = data instanceof NatsRecord ? data : undefined;
  const headers = newNatsHeaders();
  // The caller's headers are copied, since it may send the same record again.
  for (const [name, values] of record?.headers ?? []) for (const value of values) headers.append(name, value);
  inject(ctx, headers);
  return new NatsRecord(record ? record.data : data, headers);
};

const carryInMqtt = (client: RpcClient, data: unknown, ctx: Context): unknown => {
  if (client.options?.protocolVersion !== 5) return data;
  const { MqttRecord } = recordTypes();
  const record = data instanceof MqttRecord ? data : undefined;
  const { properties, ...options } = record?.options ?? {};
  return new MqttRecord(record ? record.data : data, {
    ...options,
    properties: { ...properties, userProperties: injected(ctx, properties?.userProperties) },
  });
};

/** Nest takes an object with a key or a value for a message of Kafka, and anything else for its value. */
const carryInKafka = (_client: RpcClient, data: unknown, ctx: Context): unknown => {
  const isMessage = typeof data === 'object' && data !== null && ('value' in data || 'key' in data);
  const message: { headers?: object } = isMessage ? data : ({ value: data } as object);
  return { ...message, headers: injected(ctx, message.headers) };
};

const TRANSPORTS: Readonly<Record<string, ClientTransport>> = {
  ClientTCP: { system: 'tcp', usesMetadata: true },
  ClientRedis: { system: 'redis', usesMetadata: true },
  ClientNats: { system: 'nats', usesMetadata: false, carry: carryInNats },
  ClientMqtt: { system: 'mqtt', usesMetadata: true, carry: carryInMqtt },
  ClientRMQ: { system: 'rabbitmq', usesMetadata: false, carry: carryInRmq },
  ClientKafka: { system: 'kafka', usesMetadata: false, carry: carryInKafka },
};

/** A client of the application's own, whose packets may be anything. */
const UNKNOWN: ClientTransport = { system: undefined, usesMetadata: true };

const known = new WeakMap<object, ClientTransport>();

export const clientTransport = (client: RpcClient): ClientTransport => {
  let transport = known.get(client);
  if (!transport) {
    transport = transportOf(client);
    known.set(client, transport);
  }
  return transport;
};

const transportOf = (client: RpcClient): ClientTransport => {
  for (const name of classNames(client)) {
    const transport = TRANSPORTS[name];
    if (!transport) continue;
    // Only Nest's own serializers read the headers of a record. With another one they go the way of TCP.
    const isOwn = /^(?:Identity|KafkaRequest|MqttRecord|NatsRecord|RmqRecord)Serializer$/.test(
      client.serializer?.constructor.name ?? '',
    );
    return isOwn || !transport.carry ? transport : { system: transport.system, usesMetadata: true };
  }
  return UNKNOWN;
};

const classNames = function* (value: object): Generator<string> {
  let prototype = Object.getPrototypeOf(value) as object | null;
  while (prototype && prototype !== Object.prototype) {
    yield prototype.constructor.name;
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
};

/** Returns the data with the headers of the context, where the records of the transport have headers. */
export const withRecordHeaders = (client: RpcClient, data: unknown, ctx: Context): unknown => {
  // Nest rejects data that is null, which a record around it would hide.
  if (data === undefined || data === null) return data;
  return clientTransport(client).carry?.(client, data, ctx) ?? data;
};

interface AppendableHeaders extends NatsHeaders {
  append(name: string, value: string): void;
}

let natsHeaders: (() => AppendableHeaders) | undefined;

/** Headers by the NATS client that Nest uses: `@nats-io/transport-node` in Nest 12, `nats` in Nest 11. */
const newNatsHeaders = (): AppendableHeaders => {
  if (!natsHeaders) {
    const nest = createRequire(load.resolve('@nestjs/microservices'));
    let client: unknown;
    try {
      client = nest('@nats-io/transport-node');
    } catch {
      client = nest('nats');
    }
    natsHeaders = (client as { headers: () => AppendableHeaders }).headers;
  }
  return natsHeaders();
};

const addresses = new WeakMap<object, Attributes>();

/** Address of the server or broker, as far as the client's options tell it; the first of several. */
export const addressOf = (client: RpcClient): Attributes => {
  let address = addresses.get(client);
  if (!address) {
    address = readAddress(client);
    addresses.set(client, address);
  }
  return address;
};

const readAddress = (client: RpcClient): Attributes => {
  const { options = {} } = client;
  const given =
    options.url ?? client.url ?? first(options.urls) ?? first(options.servers) ?? brokerOf(options);
  if (typeof given !== 'string')
    return attributesOf(options.host ?? client.host, options.port ?? client.port);
  try {
    const { hostname, port } = new URL(given.includes('://') ? given : `tcp://${given}`);
    return attributesOf(hostname, port === '' ? undefined : Number(port));
  } catch {
    return {};
  }
};

const brokerOf = ({ client }: ClientOptions): unknown => first(client?.brokers);

const first = (value: unknown): unknown => (Array.isArray(value) ? (value as unknown[])[0] : value);

const attributesOf = (host: unknown, port: unknown): Attributes => ({
  ...(typeof host === 'string' && host !== '' ? { [ATTR_SERVER_ADDRESS]: host } : {}),
  ...(typeof port === 'number' ? { [ATTR_SERVER_PORT]: port } : {}),
});
