import type { ModulesContainer } from '@nestjs/core';
import type * as RpcContextCreation from '@nestjs/microservices/context/rpc-context-creator.js';
import type * as RpcExceptions from '@nestjs/microservices/exceptions/rpc-exceptions-handler.js';
import { type Attributes, type Context, SpanKind, context, diag, trace } from '@opentelemetry/api';
import { ATTR_RPC_METHOD, ATTR_RPC_SYSTEM_NAME } from '@opentelemetry/semantic-conventions';
import { inboundMessageContext } from '../http/inbound-context.js';
import { RequestContext } from '../http/request-context.js';
import { reportFailure } from '../http/safely.js';
import { load } from '../load.js';
import {
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_DESTINATION_TEMPLATE,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from '../tracing/messaging-attributes.js';
import { tracer } from '../tracing/run-in-span.js';
import { HandlerIndex, type HandlerTable } from './handler-index.js';
import { ServedCall, callOf, callOfArguments, rememberCall } from './served-call.js';
import {
  GRPC,
  type GrpcCall,
  type IncomingMessage,
  type RpcContext,
  readMessage,
} from './server-transports.js';

type StartHook = (
  transport: unknown,
  context: RpcContext | GrpcCall,
  done: () => Promise<unknown>,
) => unknown;
type EndHook = (transport: unknown, context: unknown) => void;

/** A server of `@nestjs/microservices`, by the methods that its hooks are set with. */
interface RpcServer extends HandlerTable {
  setOnProcessingStartHook(hook: StartHook): void;
  setOnProcessingEndHook(hook: EndHook): void;
  onProcessingStartHook?: StartHook;
  onProcessingEndHook?: EndHook;
}

/**
 * Gives each message of the application's microservices a span, by the hooks of their servers: SERVER for a request,
 * CONSUMER for an event. Must be called before Nest registers the handlers of a microservice, and loads
 * `@nestjs/microservices` only in applications that have one. Returns a function that ends the subscription.
 */
export const traceRpcServers = (modules: ModulesContainer): (() => void) => {
  const subscription = modules.getRpcTargetRegistry<RpcServer>().subscribe((server) => {
    if (typeof server.setOnProcessingStartHook !== 'function') return;
    watchRpcHandlers();
    traceServer(server);
  });
  return () => subscription.unsubscribe();
};

const traced = new WeakSet<object>();

const traceServer = (server: RpcServer): void => {
  if (traced.has(server)) return;
  traced.add(server);
  const { onProcessingStartHook: formerStart, onProcessingEndHook: formerEnd } = server;
  const handlers = new HandlerIndex(server);
  server.setOnProcessingStartHook((transport, rpcContext, done) => {
    const start = (): unknown =>
      formerStart ? formerStart.call(server, transport, rpcContext, done) : done();
    const begun = tryToBegin(handlers, transport, rpcContext);
    return begun ? context.with(begun.inside, () => follow(begun, start)) : start();
  });
  server.setOnProcessingEndHook((transport, rpcContext) => {
    callOf(rpcContext)?.end();
    formerEnd?.call(server, transport, rpcContext);
  });
};

interface Begun {
  call: ServedCall;
  inside: Context;
  /** Whether the end of the processing is the end of the call: streams of requests have no key for the end hook. */
  endsWithProcessing: boolean;
}

const follow = ({ call, endsWithProcessing }: Begun, start: () => unknown): unknown => {
  const processing = start();
  if (!(processing instanceof Promise)) return processing;
  return processing.then(
    (value: unknown) => {
      if (endsWithProcessing) call.end();
      return value;
    },
    (error: unknown) => {
      call.fail(error);
      call.end();
      throw error;
    },
  );
};

const tryToBegin = (
  handlers: HandlerIndex,
  transport: unknown,
  rpcContext: RpcContext | GrpcCall,
): Begun | undefined => {
  try {
    return begin(handlers, transport, rpcContext);
  } catch (error) {
    reportFailure('begin the span of a message', error);
    return undefined;
  }
};

const begin = (handlers: HandlerIndex, transport: unknown, rpcContext: RpcContext | GrpcCall): Begun => {
  const message = readMessage(transport, rpcContext);
  const { parent, correlationId, links } = inboundMessageContext(message.headers);
  const isGrpc = transport === GRPC;
  const { name, kind, attributes } = isGrpc
    ? describeGrpc(message)
    : describeMessage(message, handlers.find(message.destination));
  const outside = new RequestContext(parent, correlationId);
  const span = tracer.startSpan(name, { kind, attributes, links }, outside);
  const call = new ServedCall(span, isGrpc);
  const { request, metadata } = rpcContext as Partial<GrpcCall>;
  rememberCall(call, isGrpc ? [request, metadata] : [rpcContext]);
  return {
    call,
    inside: trace.setSpan(outside, span),
    endsWithProcessing: isGrpc && request === undefined,
  };
};

interface Description {
  name: string;
  kind: SpanKind;
  attributes: Attributes;
}

// https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
const describeGrpc = ({ destination = 'unknown' }: IncomingMessage): Description => ({
  name: destination,
  kind: SpanKind.SERVER,
  attributes: { [ATTR_RPC_SYSTEM_NAME]: 'grpc', [ATTR_RPC_METHOD]: destination },
});

// https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
const describeMessage = (
  { system, destination = 'message' }: IncomingMessage,
  handler: { pattern: string; isEvent: boolean } | undefined,
): Description => {
  const pattern = handler?.pattern ?? destination;
  const attributes: Attributes = {};
  // TCP has no broker, between whose ends a message would wait.
  if (system !== undefined && (system !== 'tcp' || handler?.isEvent)) {
    attributes[ATTR_MESSAGING_SYSTEM] = system;
    attributes[ATTR_MESSAGING_DESTINATION_NAME] = destination;
    if (pattern !== destination) attributes[ATTR_MESSAGING_DESTINATION_TEMPLATE] = pattern;
  }
  if (handler?.isEvent) {
    attributes[ATTR_MESSAGING_OPERATION_NAME] = 'process';
    attributes[ATTR_MESSAGING_OPERATION_TYPE] = 'process';
    return { name: `process ${pattern}`, kind: SpanKind.CONSUMER, attributes };
  }
  attributes[ATTR_RPC_SYSTEM_NAME] = 'nestjs';
  attributes[ATTR_RPC_METHOD] = pattern;
  return { name: pattern, kind: SpanKind.SERVER, attributes };
};

const installed = Symbol.for('@lantern/observability rpc handlers');

/**
 * Records controller, handler and error of each message, where Nest prepares its handlers and catches what they throw: of
 * Nest's own hooks those of a server know neither, and `registerPreRequestHook()` reaches a hybrid application only where
 * that shares its configuration.
 */
const watchRpcHandlers = (): void => {
  try {
    const { RpcContextCreator } = load(
      '@nestjs/microservices/context/rpc-context-creator.js',
    ) as typeof RpcContextCreation;
    const { RpcExceptionsHandler } = load(
      '@nestjs/microservices/exceptions/rpc-exceptions-handler.js',
    ) as typeof RpcExceptions;
    if (Object.hasOwn(RpcContextCreator.prototype, installed)) return;
    Object.defineProperty(RpcContextCreator.prototype, installed, { value: true });
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
    const { create } = RpcContextCreator.prototype;
    RpcContextCreator.prototype.create = function (instance, callback, moduleKey, methodName, ...rest) {
      const handler = `${instance.constructor.name}.${methodName}`;
      const serve = create.call(this, instance, callback, moduleKey, methodName, ...rest);
      return (...args: unknown[]) => {
        callOfArguments(args)?.servedBy(handler);
        return serve(...args);
      };
    };
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
    const { handle } = RpcExceptionsHandler.prototype;
    RpcExceptionsHandler.prototype.handle = function (exception, host, ...rest) {
      callOfArguments(host.getArgs())?.fail(exception);
      return handle.call(this, exception, host, ...rest);
    };
  } catch (error) {
    diag.warn(
      'This version of Nest hides its RPC handlers: spans of messages go without handler and error',
      error,
    );
  }
};
