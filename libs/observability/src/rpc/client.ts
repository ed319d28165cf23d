import type { ModulesContainer } from '@nestjs/core';
import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_RPC_METHOD,
  ATTR_RPC_STATUS_CODE,
  ATTR_RPC_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions';
import { Observable } from 'rxjs';
import { reportFailure } from '../http/safely.js';
import { messageHeadersSetter } from '../propagation/message-headers.js';
import { errorType } from '../redaction/errors.js';
import { recordException } from '../tracing/failure.js';
import {
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from '../tracing/messaging-attributes.js';
import { isDropped, tracer } from '../tracing/run-in-span.js';
import { type RpcClient, addressOf, clientTransport, withRecordHeaders } from './client-transports.js';
import { grpcStatusOf, isGrpcMetadata, newGrpcMetadata } from './grpc-metadata.js';

/** `ClientProxy` of `@nestjs/microservices`, the class that all of its clients extend. */
interface ClientPrototype {
  send: (this: RpcClient, pattern: unknown, data: unknown) => Observable<unknown>;
  emit: (this: RpcClient, pattern: unknown, data: unknown) => Observable<unknown>;
}

interface GrpcClientPrototype {
  getService: (this: RpcClient, name: string) => Record<string, GrpcMethod>;
}

type GrpcMethod = (...args: unknown[]) => Observable<unknown>;

const installed = Symbol.for('@lantern/observability rpc clients');

/**
 * Gives each call of a microservice client a span and the headers of the trace: CLIENT for `send()` and for gRPC, PRODUCER
 * for `emit()`. The classes of Nest's clients are found among the application's providers, so that an application without
 * a client loads nothing. To be called when they exist.
 */
export const traceRpcClients = (modules: ModulesContainer): void => {
  for (const client of clientsIn(modules)) {
    const base = prototypeWith(client, 'send');
    if (base) traceMessages(base as ClientPrototype);
    const grpc = prototypeWith(client, 'getService');
    if (grpc) traceServices(grpc as GrpcClientPrototype);
  }
};

const clientsIn = function* (modules: ModulesContainer): Generator<object> {
  for (const { providers, controllers } of modules.values()) {
    for (const { instance } of [...providers.values(), ...controllers.values()]) {
      if (typeof instance !== 'object' || instance === null) continue;
      if (isClient(instance)) yield instance;
      // Clients of the decorator `@Client()`.
      for (const { value } of Object.values(Object.getOwnPropertyDescriptors(instance))) {
        if (isClient(value)) yield value;
      }
    }
  }
};

const isClient = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && prototypeNamed(value, 'ClientProxy') !== undefined;

const prototypeNamed = (value: object, name: string): object | undefined => {
  let prototype = Object.getPrototypeOf(value) as object | null;
  while (prototype && prototype !== Object.prototype) {
    if (prototype.constructor.name === name) return prototype;
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return undefined;
};

/** Returns the prototype that is the last of the chain to define a method: the one of the class that all clients extend. */
const prototypeWith = (value: object, method: string): object | undefined => {
  let found: object | undefined;
  let prototype = Object.getPrototypeOf(value) as object | null;
  while (prototype && prototype !== Object.prototype) {
    if (Object.hasOwn(prototype, method)) found = prototype;
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return found;
};

const traceMessages = (prototype: ClientPrototype): void => {
  if (Object.hasOwn(prototype, installed)) return;
  Object.defineProperty(prototype, installed, { value: true });
  const { send, emit } = prototype;
  prototype.send = function (pattern, data) {
    const described = describe(this, pattern);
    // Without a span of its own each subscription is a request of its own.
    return new Observable((subscriber) => {
      const call = new ClientCall(SpanKind.CLIENT, described.name, described.attributes);
      return call.follow(subscriber, () => send.call(this, pattern, carried(this, data)));
    });
  };
  prototype.emit = function (pattern, data) {
    const { name, attributes } = describe(this, pattern);
    const call = new ClientCall(SpanKind.PRODUCER, `send ${name}`, {
      ...attributes,
      [ATTR_MESSAGING_OPERATION_NAME]: 'send',
      [ATTR_MESSAGING_OPERATION_TYPE]: 'send',
    });
    // Nest sends an event at once, whether or not the caller subscribes.
    const sent = context.with(call.inside, () => emit.call(this, pattern, carried(this, data)));
    sent.subscribe({ complete: () => call.end(), error: (error: unknown) => call.fail(error) });
    return sent;
  };
};

const describe = (client: RpcClient, pattern: unknown): { name: string; attributes: Attributes } => {
  const { system } = clientTransport(client);
  const name = client.normalizePattern?.(pattern) ?? String(pattern);
  const attributes: Attributes = { ...addressOf(client) };
  attributes[ATTR_RPC_SYSTEM_NAME] = 'nestjs';
  attributes[ATTR_RPC_METHOD] = name;
  if (system !== undefined && system !== 'tcp') {
    attributes[ATTR_MESSAGING_SYSTEM] = system;
    attributes[ATTR_MESSAGING_DESTINATION_NAME] = name;
  }
  return { name, attributes };
};

/** Returns the data with the headers of the trace, where the transport's records have headers. */
const carried = (client: RpcClient, data: unknown): unknown => {
  try {
    prepareMetadata(client);
    return withRecordHeaders(client, data, context.active());
  } catch (error) {
    reportFailure('propagate the context to a microservice', error);
    return data;
  }
};

const prepared = new WeakSet<object>();

/** TCP and Redis have no headers: there the packet's metadata carries them, from Nest 12 on. */
const prepareMetadata = (client: RpcClient): void => {
  if (prepared.has(client)) return;
  prepared.add(client);
  if (!clientTransport(client).usesMetadata || typeof client.setOnDispatchHook !== 'function') return;
  const { onDispatchHook: former } = client;
  client.setOnDispatchHook((packet) => {
    former?.call(client, packet);
    const metadata: Record<string, unknown> = { ...packet.metadata };
    propagation.inject(context.active(), metadata, messageHeadersSetter);
    if (Object.keys(metadata).length > 0) packet.metadata = metadata;
  });
};

const traceServices = (prototype: GrpcClientPrototype): void => {
  if (Object.hasOwn(prototype, installed)) return;
  Object.defineProperty(prototype, installed, { value: true });
  const { getService } = prototype;
  prototype.getService = function (name) {
    const service = getService.call(this, name);
    const methods = this.getClientByServiceName?.(name);
    for (const [method, call] of Object.entries(service)) {
      const path = methods?.[method]?.path?.replace(/^\//, '') ?? `${name}/${method}`;
      const attributes = { ...addressOf(this), [ATTR_RPC_SYSTEM_NAME]: 'grpc', [ATTR_RPC_METHOD]: path };
      service[method] = (...args) =>
        new Observable((subscriber) => {
          const clientCall = new ClientCall(SpanKind.CLIENT, path, attributes, true);
          return clientCall.follow(subscriber, () => call(...withMetadata(args)));
        });
    }
    return service;
  };
};

/** Adds the headers of the trace to a copy of the caller's metadata, the second argument. */
const withMetadata = ([request, metadata, ...rest]: readonly unknown[]): unknown[] => {
  try {
    if (isGrpcMetadata(metadata)) {
      const copy = metadata.clone();
      propagation.inject(context.active(), copy, messageHeadersSetter);
      return [request, copy, ...rest];
    }
    const made = newGrpcMetadata();
    propagation.inject(context.active(), made, messageHeadersSetter);
    // The second argument may be the options of the call.
    return metadata === undefined ? [request, made, ...rest] : [request, made, metadata, ...rest];
  } catch (error) {
    reportFailure('propagate the context to a gRPC service', error);
    return metadata === undefined ? [request, ...rest] : [request, metadata, ...rest];
  }
};

/** One request or event, from its start to its only end. */
class ClientCall {
  readonly inside: Context;
  private readonly caller = context.active();
  private readonly span: Span | undefined;
  private answered = false;
  private ended = false;

  constructor(
    kind: SpanKind,
    name: string,
    attributes: Attributes,
    private readonly isGrpc = false,
  ) {
    const parent = trace.getSpan(this.caller);
    this.span =
      parent && isDropped(parent) ? undefined : tracer.startSpan(name, { kind, attributes }, this.caller);
    this.inside = this.span ? trace.setSpan(this.caller, this.span) : this.caller;
  }

  /** Answers reach the subscriber in its own context, not in that of the connection on which they arrive. */
  follow(
    subscriber: { next(value: unknown): void; error(error: unknown): void; complete(): void },
    work: () => Observable<unknown>,
  ): () => void {
    const back = (fn: () => void): void => {
      if (context.active() === this.caller) fn();
      else context.with(this.caller, fn);
    };
    const subscription = context.with(this.inside, () =>
      work().subscribe({
        next: (value) => {
          this.answered = true;
          back(() => subscriber.next(value));
        },
        error: (error: unknown) => {
          this.fail(error);
          back(() => subscriber.error(error));
        },
        complete: () => {
          this.end();
          back(() => subscriber.complete());
        },
      }),
    );
    return () => {
      this.abandon();
      subscription.unsubscribe();
    };
  }

  fail(error: unknown): void {
    if (this.ended || !this.span) return;
    const status = this.isGrpc ? grpcStatusOf(error) : undefined;
    if (status !== undefined) this.span.setAttribute(ATTR_RPC_STATUS_CODE, status);
    this.span.setAttribute(ATTR_ERROR_TYPE, status ?? errorType(error));
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: recordException(this.span, error) });
    this.finish();
  }

  end(): void {
    if (this.ended) return;
    if (this.isGrpc) this.span?.setAttribute(ATTR_RPC_STATUS_CODE, 'OK');
    this.finish();
  }

  /** The caller unsubscribed: after an answer that was enough for it, or because it waited no longer. */
  private abandon(): void {
    if (this.ended) return;
    if (!this.answered) {
      this.span?.setAttribute(ATTR_ERROR_TYPE, 'cancelled');
      this.span?.setStatus({
        code: SpanStatusCode.ERROR,
        message: 'The caller unsubscribed before there was an answer',
      });
    }
    this.finish();
  }

  private finish(): void {
    this.ended = true;
    this.span?.end();
  }
}
