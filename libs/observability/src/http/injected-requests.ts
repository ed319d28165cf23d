import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { context } from '@opentelemetry/api';
import { safely } from './safely.js';
import { beginRequest } from './server.js';

/** Request as light-my-request takes it: https://github.com/fastify/light-my-request#injectdispatchfunc-options-callback */
interface InjectedRequest {
  method?: string;
  url?: string | { pathname?: string };
  path?: string | { pathname?: string };
  headers?: Record<string, string | string[] | undefined>;
}

interface InjectedResponse {
  statusCode: number;
}

type Callback = (error: unknown, response?: InjectedResponse) => void;
type Inject = (...args: unknown[]) => unknown;

/**
 * Serves the requests that a program injects into Fastify without a socket (`app.inject()`) as those of its server: with span,
 * correlation ID, access line and metrics. Chains (`app.inject().get('/')`) are not followed. Returns a function that undoes it.
 */
export const followInjected = (instance: object, server: () => Server): (() => void) => {
  const host = instance as { inject?: Inject };
  const { inject } = host;
  if (typeof inject !== 'function') return () => undefined;
  const followed: Inject = (...args) => {
    const [given, callback] = args;
    if (given === undefined || typeof given === 'function') return inject.apply(instance, args);
    const exchange = safely(
      'begin an injected request',
      () => new InjectedExchange(given as string | InjectedRequest, server()),
    );
    if (!exchange) return inject.apply(instance, args);
    return context.with(exchange.inside, () => {
      if (typeof callback === 'function') {
        const done: Callback = (error, response) => {
          exchange.end(response);
          (callback as Callback)(error, response);
        };
        return inject.call(instance, given, done);
      }
      return (inject.call(instance, given) as Promise<InjectedResponse>).then(
        (response) => {
          exchange.end(response);
          return response;
        },
        (error: unknown) => {
          exchange.end();
          throw error;
        },
      );
    });
  };
  host.inject = followed;
  return () => {
    if (host.inject === followed) host.inject = inject;
  };
};

/** Stands in for the request and response, which light-my-request creates later. */
class InjectedExchange {
  readonly inside;
  private readonly response = Object.assign(new EventEmitter(), {
    headersSent: false,
    writableFinished: false,
    statusCode: 0,
  });

  constructor(given: string | InjectedRequest, server: Server) {
    const { method = 'GET', url, path, headers = {} } = typeof given === 'string' ? { url: given } : given;
    const target = url ?? path ?? '/';
    const request = Object.assign(new EventEmitter(), {
      method: method.toUpperCase(),
      url: pathOf(typeof target === 'string' ? target : (target.pathname ?? '/')),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      socket: {},
      httpVersion: '1.1',
    });
    this.inside =
      beginRequest(
        server,
        request as unknown as IncomingMessage,
        this.response as unknown as ServerResponse,
      ) ?? context.active();
  }

  end(response?: InjectedResponse): void {
    const { response: followed } = this;
    followed.headersSent = response !== undefined;
    followed.writableFinished = followed.headersSent;
    followed.statusCode = response?.statusCode ?? 0;
    followed.emit('close');
  }
}

/** An injected request may have an absolute URL, of which the server sees the path. */
const pathOf = (target: string): string => target.replace(/^[a-z]+:\/\/[^/]*/i, '') || '/';
