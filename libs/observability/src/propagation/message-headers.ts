import {
  type Context,
  ROOT_CONTEXT,
  type TextMapGetter,
  type TextMapSetter,
  context,
  defaultTextMapGetter,
  propagation,
} from '@opentelemetry/api';

/**
 * The headers of a message, as the clients of queues have them: an object or Map whose names are in any case and whose
 * values are text, bytes, numbers, or lists of them (kafkajs, AMQP, NATS, SQS with its `StringValue`), or a list of pairs
 * or of objects with one name each (node-rdkafka).
 */
export type MessageHeaders =
  | Readonly<Record<string, unknown>>
  | ReadonlyMap<string, unknown>
  | Iterable<readonly [string, unknown]>
  | readonly Readonly<Record<string, unknown>>[];

/** Writable headers: an object, a Map, or any object that has a `set()`. */
export type WritableHeaders = Record<string, unknown> | { set: (name: string, value: string) => unknown };

/**
 * Reads headers by their name in any case: HTTP's are lower-case by the time a getter sees them, those of messages are
 * as the sender wrote them. The first of several values counts. For `propagation.extract()` with carriers of any kind.
 */
export const messageHeadersGetter: TextMapGetter<MessageHeaders | undefined> = {
  keys: (headers) => [...entries(headers)].map(([name]) => name),
  get: (headers, key) => {
    const wanted = key.toLowerCase();
    for (const [name, value] of entries(headers)) {
      if (name.toLowerCase() === wanted) return text(value);
    }
    return undefined;
  },
};

/** Writes headers to an object, or by `set()`. For `propagation.inject()` with carriers of any kind. */
export const messageHeadersSetter: TextMapSetter<WritableHeaders> = {
  set: (headers, name, value) => {
    const { set } = headers as { set?: unknown };
    if (typeof set === 'function') set.call(headers, name, value);
    else
      Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true });
  },
};

/**
 * The context that a message carries: its trace, baggage and correlation id. To run a consumer in it, or to link to it
 * (`trace.getSpanContext()`) where one span handles many messages. Never throws; without headers it is empty.
 */
export const messageContext = (headers: MessageHeaders | undefined): Context => {
  if (headers === undefined) return ROOT_CONTEXT;
  // Propagators ask for a dozen names, so the headers are walked once rather than for each.
  const byName: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of entries(headers)) {
    const given = text(value);
    if (given !== undefined) byName[name.toLowerCase()] ??= given;
  }
  return propagation.extract(ROOT_CONTEXT, byName, defaultTextMapGetter);
};

/** Adds the current trace, baggage and correlation id to the headers of a message, and returns these. */
export const withTraceHeaders = <Headers extends WritableHeaders>(headers: Headers): Headers => {
  propagation.inject(context.active(), headers, messageHeadersSetter);
  return headers;
};

// A queue's client may pass any value, above all null for no headers.
const entries = function* (headers: unknown): Generator<readonly [string, unknown]> {
  if (typeof headers !== 'object' || headers === null) return;
  if (!(Symbol.iterator in headers)) {
    yield* Object.entries(headers);
    return;
  }
  for (const each of headers as Iterable<unknown>) {
    if (Array.isArray(each)) {
      const [name, value] = each as unknown[];
      if (typeof name === 'string') yield [name, value];
    } else if (typeof each === 'object' && each !== null) {
      yield* Object.entries(each);
    }
  }
};

const decoder = new TextDecoder();

const text = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  if (value instanceof Uint8Array) return decoder.decode(value);
  if (Array.isArray(value)) return text(value[0]);
  if (typeof value === 'object' && value !== null && 'StringValue' in value) return text(value.StringValue);
  return undefined;
};
