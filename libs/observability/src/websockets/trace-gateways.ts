import 'reflect-metadata';
import type { ModulesContainer } from '@nestjs/core';
import type * as WsContextCreation from '@nestjs/websockets/context/ws-context-creator.js';
import type * as WsExceptions from '@nestjs/websockets/exceptions/ws-exceptions-handler.js';
import type * as WsController from '@nestjs/websockets/web-sockets-controller.js';
import { context, diag } from '@opentelemetry/api';
import { isObservable } from 'rxjs';
import { safely } from '../http/safely.js';
import { addUntracedPath } from '../http/untraced-paths.js';
import { load } from '../load.js';
import { type Client, enginePathOf, noteConnection } from './connection.js';
import { ServedMessage } from './served-message.js';

// https://github.com/nestjs/nest/blob/master/packages/websockets/constants.ts
const IS_GATEWAY = 'websockets:is_gateway';
const GATEWAY_OPTIONS = 'websockets:gateway_options';
const EVENT = 'message';

const installed = Symbol.for('@lantern/observability gateways');

/**
 * Gives each message to a WebSocket gateway a span of its own, a root with a link to the span of its connection. Must be
 * called before Nest registers its gateways, and loads `@nestjs/websockets` only in applications that have one.
 */
export const traceGateways = (modules: ModulesContainer): void => {
  if (!hasGateways(modules)) return;
  try {
    const { WsContextCreator } = load(
      '@nestjs/websockets/context/ws-context-creator.js',
    ) as typeof WsContextCreation;
    const { WsExceptionsHandler } = load(
      '@nestjs/websockets/exceptions/ws-exceptions-handler.js',
    ) as typeof WsExceptions;
    const { WebSocketsController } = load(
      '@nestjs/websockets/web-sockets-controller.js',
    ) as typeof WsController;
    if (Object.hasOwn(WsContextCreator.prototype, installed)) return;
    Object.defineProperty(WsContextCreator.prototype, installed, { value: true });
    watchMessages(WsContextCreator.prototype);
    watchExceptions(WsExceptionsHandler.prototype);
    watchConnections(WebSocketsController.prototype as unknown as Controller);
  } catch (error) {
    diag.warn('This version of Nest hides its gateways: messages of WebSockets go without spans', error);
  }
};

const hasGateways = (modules: ModulesContainer): boolean =>
  [...modules.values()].some(({ providers }) =>
    [...providers.values()].some(
      ({ metatype }) => typeof metatype === 'function' && Reflect.getMetadata(IS_GATEWAY, metatype) === true,
    ),
  );

interface GatewayOptions {
  namespace?: string | RegExp;
  path?: string;
}

const optionsOf = (gateway: object): GatewayOptions =>
  (Reflect.getMetadata(GATEWAY_OPTIONS, gateway.constructor) as GatewayOptions | undefined) ?? {};

/** Nest declares that a handler returns nothing. It returns the answer, or an Observable of answers. */
type Handler = (...args: unknown[]) => Promise<unknown>;

const watchMessages = (prototype: WsContextCreation.WsContextCreator): void => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const { create } = prototype;
  prototype.create = function (instance, callback, moduleKey, methodName, ...rest) {
    const serve = create.call(this, instance, callback, moduleKey, methodName, ...rest) as Handler;
    const { namespace, path } = optionsOf(instance);
    const described = {
      place: withSlash(namespace === undefined ? (path ?? '/') : String(namespace)),
      event: eventName(Reflect.getMetadata(EVENT, callback)),
      handler: `${instance.constructor.name}.${methodName}`,
    };
    const observe: Handler = async (...args) => {
      const message = safely('begin the span of a message', () =>
        ServedMessage.begin(args[0] as Client, described),
      );
      if (!message) return serve(...args);
      const answer = await context.with(message.inside, () => serve(...args));
      if (isObservable(answer)) return message.follow(answer);
      message.end();
      return answer;
    };
    return observe as ReturnType<typeof create>;
  };
};

const eventName = (event: unknown): string => (typeof event === 'string' ? event : JSON.stringify(event));

const withSlash = (place: string): string => (place.startsWith('/') ? place : `/${place}`);

/** Nest's handlers never reject: what they throw ends here, and is answered to the client. */
const watchExceptions = (prototype: WsExceptions.WsExceptionsHandler): void => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const { handle } = prototype;
  prototype.handle = function (exception, host) {
    ServedMessage.current()?.fail(exception);
    handle.call(this, exception, host);
  };
};

/** `WebSocketsController` of `@nestjs/websockets`, which prepares a gateway for its connections. */
interface Controller {
  config?: { getIoAdapter?: () => object | undefined };
  getConnectionHandler: (
    this: Controller,
    controller: unknown,
    instance: object,
    ...rest: unknown[]
  ) => (...args: unknown[]) => void;
}

const watchConnections = (prototype: Controller): void => {
  const { getConnectionHandler } = prototype;
  prototype.getConnectionHandler = function (controller, instance, ...rest) {
    const { namespace, path } = optionsOf(instance);
    // Engine.IO polls with requests before it upgrades, and for ever where it cannot.
    const adapter = safely('find the adapter of a gateway', () => this.config?.getIoAdapter?.());
    if (adapter && 'createIOServer' in adapter) addUntracedPath(path ?? '/socket.io');
    const handle = getConnectionHandler.call(this, controller, instance, ...rest);
    const place = withSlash(namespace === undefined ? (path ?? '/') : String(namespace));
    return (...args) => {
      const client = args[0] as Client;
      const enginePath = enginePathOf(client);
      if (enginePath !== undefined) addUntracedPath(enginePath);
      const connection = safely('begin the span of a connection', () =>
        noteConnection(client, args[1], place),
      );
      if (!connection) {
        handle(...args);
        return;
      }
      try {
        context.with(connection.inside, () => handle(...args));
      } catch (error) {
        connection.fail(error);
        throw error;
      } finally {
        connection.end();
      }
    };
  };
};
