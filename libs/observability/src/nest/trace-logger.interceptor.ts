import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type Context, context } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { Observable } from 'rxjs';
import 'reflect-metadata';
import { errorType, httpStatusOf } from '../redaction/errors.js';
import { redactPath, splitTarget } from '../redaction/url.js';
import { safely } from '../http/safely.js';
import { type InterceptedCall, currentRequest } from '../http/served-request.js';
import { type AccessLine, TraceLogger } from '../logging/trace-logger.js';
import { accessLine, levelOfStatus, roundedMillis } from './access-log.js';

type Outcome = 'ok' | 'exception' | 'aborted';

/**
 * Writes one log line for each call of a handler, with the ids of its trace, controller and handler, duration and outcome,
 * for HTTP, RPC, WebSockets and GraphQL alike:
 *
 *     providers: [{ provide: APP_INTERCEPTOR, useExisting: TraceLoggerInterceptor }]
 *
 * The call of an HTTP request or of a GraphQL operation shares the line of its request, which is written when the response
 * has been closed, with the status that the client got. So a request has one line, whether it reaches a handler or not.
 */
@Injectable()
export class TraceLoggerInterceptor implements NestInterceptor {
  constructor(private readonly logger: TraceLogger) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const work = next.handle();
    return safely('log a call', () => this.observe(execution, work)) ?? work;
  }

  private observe(execution: ExecutionContext, work: Observable<unknown>): Observable<unknown> {
    if (isFollowed(execution)) return work;
    switch (execution.getType<string>()) {
      case 'http':
        return this.observeHttp(execution, work);
      case 'graphql':
        return this.observeGraphQl(execution, work);
      default:
        return this.observeCall(execution, operationOf(execution), work);
    }
  }

  private observeHttp(execution: ExecutionContext, work: Observable<unknown>): Observable<unknown> {
    const request = currentRequest();
    if (request) {
      request.handler ??= handlerOf(execution);
      request.call ??= { level: 'info' };
      return work;
    }
    const inside = context.active();
    return isTracingSuppressed(inside) ? work : this.observeForeignRequest(execution, work, inside);
  }

  /** An HTTP request that this library does not follow, such as one that another tracer follows. */
  private observeForeignRequest(
    execution: ExecutionContext,
    work: Observable<unknown>,
    inside: Context,
  ): Observable<unknown> {
    const http = execution.switchToHttp();
    const given = http.getRequest<HttpRequest>();
    const reply = http.getResponse<HttpReply>();
    const response = reply.raw ?? reply;
    const call: InterceptedCall = { level: 'info' };
    const startedAt = performance.now();
    let thrown: unknown;
    const path = redactPath(splitTarget(given.originalUrl ?? given.raw?.url ?? given.url ?? '/').path);
    const route = given.route?.path ?? given.routeOptions?.url;
    response.once('close', () => {
      const status = response.headersSent ? response.statusCode : undefined;
      const outcome = {
        status,
        durationMillis: performance.now() - startedAt,
        aborted: !response.writableFinished,
      };
      const line = accessLine(
        {
          method: given.method ?? 'GET',
          path,
          handler: handlerOf(execution),
          error: thrown,
          call,
          ...(typeof route === 'string' ? { route } : {}),
        },
        outcome,
      );
      this.logger.writeAccessLine(levelOfStatus(status), line, inside);
    });
    return follow(work, (_outcome, _durationMillis, error) => {
      thrown = error;
    });
  }

  private observeGraphQl(execution: ExecutionContext, work: Observable<unknown>): Observable<unknown> {
    const info = execution.getArgByIndex<Partial<ResolveInfo> | undefined>(3);
    // Resolvers of fields may run once for each item of a list. Their calls are part of the operation.
    if (info?.path?.prev !== undefined) return work;
    const name = info?.operation?.name?.value ?? info?.fieldName;
    const type = info?.operation?.operation;
    const operation = type === undefined || name === undefined ? undefined : `${type} ${name}`;
    const request = currentRequest();
    if (!request) return this.observeCall(execution, operation, work);
    request.handler ??= handlerOf(execution);
    const call = (request.call ??= { level: 'info' });
    if (operation !== undefined) call.operation ??= operation;
    return follow(work, (outcome, _durationMillis, error) => {
      if (outcome !== 'exception') return;
      request.error ??= error;
      if (call.level !== 'error') call.level = levelOf(error);
    });
  }

  private observeCall(
    execution: ExecutionContext,
    operation: string | undefined,
    work: Observable<unknown>,
  ): Observable<unknown> {
    const inside = context.active();
    const type = execution.getType<string>();
    const handler = handlerOf(execution);
    return follow(work, (outcome, durationMillis, error) => {
      const level = outcome === 'ok' ? 'info' : outcome === 'aborted' ? 'warn' : levelOf(error);
      const fields: AccessLine['fields'] = {
        type,
        operation: operation ?? handler,
        handler,
        duration_ms: roundedMillis(durationMillis),
        outcome,
      };
      if (outcome === 'exception') fields.error_type = errorType(error);
      const message = `${type} ${operation ?? handler} ${outcome} ${Math.round(durationMillis)}ms`;
      this.logger.writeAccessLine(level, { message, fields }, inside);
    });
  }
}

interface HttpResponse {
  headersSent: boolean;
  statusCode: number;
  writableFinished: boolean;
  once: (event: 'close', listener: () => void) => unknown;
}

/** Response of Node as Express has it, or the reply of Fastify around it. */
interface HttpReply extends HttpResponse {
  raw?: HttpResponse;
}

interface HttpRequest {
  method?: string;
  url?: string;
  originalUrl?: string;
  raw?: { url?: string };
  /** Route of Express. */
  route?: { path?: unknown };
  /** Route of Fastify. */
  routeOptions?: { url?: string };
}

/** Part of `GraphQLResolveInfo`: https://graphql.org/graphql-js/type/#graphqlobjecttype */
interface ResolveInfo {
  fieldName: string;
  path: { prev: unknown };
  operation: { operation: string; name?: { value: string } };
}

const followed = Symbol('followed by a TraceLoggerInterceptor');

/** All interceptors of one call get the same context. Returns whether another one follows the call already. */
const isFollowed = (execution: ExecutionContext & { [followed]?: true }): boolean => {
  if (execution[followed]) return true;
  execution[followed] = true;
  return false;
};

const handlerOf = (execution: ExecutionContext): string =>
  `${execution.getClass().name}.${execution.getHandler().name}`;

// https://github.com/nestjs/nest/blob/master/packages/microservices/constants.ts and packages/websockets/constants.ts
const RPC_PATTERN = 'microservices:pattern';
const WEBSOCKET_EVENT = 'message';

/** The declared pattern of a message or the name of its event; undefined where the handler declares none. */
const operationOf = (execution: ExecutionContext): string | undefined => {
  const key = execution.getType<string>() === 'rpc' ? RPC_PATTERN : WEBSOCKET_EVENT;
  const declared: unknown = Reflect.getMetadata(key, execution.getHandler());
  const pattern: unknown = Array.isArray(declared) ? declared[0] : declared;
  if (pattern === undefined || typeof pattern === 'string') return pattern;
  const { service, rpc } = pattern as { service?: unknown; rpc?: unknown };
  return typeof service === 'string' && typeof rpc === 'string'
    ? `${service}/${rpc}`
    : JSON.stringify(pattern);
};

const levelOf = (error: unknown): InterceptedCall['level'] => {
  const status = httpStatusOf(error);
  return status !== undefined && status < 500 ? 'warn' : 'error';
};

/** Passes the values on, and reports once how it ended. A subscriber that leaves before the end aborts it. */
const follow = (
  source: Observable<unknown>,
  report: (outcome: Outcome, durationMillis: number, error?: unknown) => void,
): Observable<unknown> =>
  new Observable((subscriber) => {
    const startedAt = performance.now();
    let isOver = false;
    const end = (outcome: Outcome, error?: unknown): void => {
      if (isOver) return;
      isOver = true;
      safely('log a call', () => report(outcome, performance.now() - startedAt, error));
    };
    const subscription = source.subscribe({
      next: (value) => subscriber.next(value),
      error: (error: unknown) => {
        end('exception', error);
        subscriber.error(error);
      },
      complete: () => {
        end('ok');
        subscriber.complete();
      },
    });
    return () => {
      subscription.unsubscribe();
      end('aborted');
    };
  });
