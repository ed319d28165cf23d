import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import {
  BadRequestException,
  type CanActivate,
  Controller,
  ForbiddenException,
  Get,
  ImATeapotException,
  Module,
  Param,
  ParseIntPipe,
  Sse,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { APP_INTERCEPTOR, ExternalContextCreator } from '@nestjs/core';
import {
  type ClientProxy,
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NEVER, Observable, firstValueFrom, interval, lastValueFrom, map, of } from 'rxjs';
import { closedPort } from '../../test/http-server.js';
import { adapters, startApp } from '../../test/nest-app.js';
import { captureStdout } from '../../test/stdout.js';
import { until } from '../../test/until.js';
import { ObservabilityModule, TraceLoggerInterceptor } from '../index.js';
import { removeHttpHooks } from '../http/http-hooks.js';
import { startTestTelemetry } from '../testing/index.js';
import { Tracer } from '../tracing/tracer.js';

class Nobody implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException();
  }
}

@Controller('orders')
// Beside the global one: the call still has one line.
@UseInterceptors(TraceLoggerInterceptor)
class Orders {
  @Get('guarded')
  @UseGuards(Nobody)
  guarded(): string {
    return 'never';
  }

  @Get('broken')
  broken(): never {
    throw new Error('out of order');
  }

  @Get('teapot')
  teapot(): never {
    throw new ImATeapotException();
  }

  @Get('ticks')
  @Sse()
  ticks(): Observable<{ data: string }> {
    return interval(1).pipe(map((tick) => ({ data: String(tick) })));
  }

  @Get(':id')
  find(@Param('id', ParseIntPipe) id: number): { id: number } {
    return { id };
  }

  @MessagePattern('sum')
  sum(numbers: number[]): number {
    if (numbers.length === 0) throw new RpcException('nothing to sum');
    return numbers.reduce((total, each) => total + each, 0);
  }

  @MessagePattern({ cmd: 'count' })
  count(): Observable<number> {
    return of(1, 2, 3);
  }

  @EventPattern('placed')
  placed(_order: object): void {
    // The line is all there is to it.
  }

  forward(): never {
    throw new BadRequestException();
  }

  subscribe(): Observable<never> {
    return NEVER;
  }
}

@WebSocketGateway()
class Chat {
  @SubscribeMessage('say')
  say(_client: unknown, text: string): { event: string; data: string } {
    if (text === '') throw new WsException('nothing to say');
    return { event: 'said', data: text };
  }
}

const interceptor = { provide: APP_INTERCEPTOR, useExisting: TraceLoggerInterceptor };
const observed = (accessLog?: boolean) =>
  ObservabilityModule.forRoot({ logFormat: 'json', ...(accessLog === undefined ? {} : { accessLog }) });

@Module({ imports: [observed()], controllers: [Orders], providers: [interceptor] })
class App {}

@Module({ imports: [observed(false)], controllers: [Orders], providers: [interceptor] })
class InterceptedApp {}

@Module({ imports: [observed()], controllers: [Orders], providers: [interceptor, Chat] })
class ChatApp {}

const telemetry = startTestTelemetry();
let stdout: ReturnType<typeof captureStdout>;
let close: (() => Promise<unknown>)[];

beforeEach(() => {
  telemetry.reset();
  stdout = captureStdout();
  close = [];
});
afterEach(async () => {
  for (const each of close.reverse()) await each();
  stdout.release();
});

const lines = () => stdout.json().filter(({ context: logger }) => logger === 'AccessLog');
const untraced = <T>(call: () => Promise<T>): Promise<T> =>
  context.with(suppressTracing(context.active()), call);

/** Waits until that many calls have a line, and returns the lines without what differs from run to run. */
const linesOf = async (count: number) => {
  await until(`${count} access lines`, () => lines().length >= count);
  // A second line of a call would be written in the same turn.
  await new Promise(setImmediate);
  expect(lines()).toHaveLength(count);
  return lines().map(({ timestamp: _time, service: _service, context: _logger, message, ...line }) => ({
    ...line,
    message: String(message).replace(/\d+ms$/, 'ms'),
  }));
};

describe.each(adapters)('TraceLoggerInterceptor on %s', (_name, adapter) => {
  const start = async (module: new () => unknown = App): Promise<string> => {
    const { app, url } = await startApp(module, adapter);
    close.push(() => app.close());
    return url;
  };
  const get = (url: string): Promise<string> => untraced(async () => (await fetch(url)).text());

  it('writes one line for a call, with its ids, controller, handler, duration and outcome', async () => {
    const url = await start();
    await untraced(async () => fetch(`${url}/orders/7`, { headers: { 'x-correlation-id': 'order-42' } }));
    const [span] = await telemetry.waitForSpans(1);
    expect(await linesOf(1)).toEqual([
      {
        level: 'info',
        message: 'GET /orders/7 200 ms',
        trace_id: span?.spanContext().traceId,
        span_id: span?.spanContext().spanId,
        correlation_id: 'order-42',
        method: 'GET',
        path: '/orders/7',
        route: '/orders/:id',
        handler: 'Orders.find',
        status: 200,
        duration_ms: expect.any(Number),
        outcome: 'ok',
      },
    ]);
  });

  it.each([
    ['broken', 'error', 500, 'Error'],
    ['teapot', 'warn', 418, 'ImATeapotException'],
    ['seven', 'warn', 400, 'BadRequestException'],
  ])('names the exception of /orders/%s at level %s', async (path, level, status, type) => {
    await get(`${await start()}/orders/${path}`);
    expect(await linesOf(1)).toMatchObject([{ level, status, outcome: 'exception', error_type: type }]);
  });

  it('leaves the line of what reaches no handler to the access log', async () => {
    const url = await start();
    await get(`${url}/nowhere`);
    await get(`${url}/orders/guarded`);
    const [unknown, guarded] = await linesOf(2);
    expect([unknown?.message, guarded?.message]).toEqual([
      'GET /nowhere 404 ms',
      'GET /orders/guarded 403 ms',
    ]);
    expect(guarded).not.toHaveProperty('outcome');
  });

  it('is the only one that writes lines where the access log is off', async () => {
    const url = await start(InterceptedApp);
    await get(`${url}/nowhere`);
    await get(`${url}/orders/guarded`);
    await get(`${url}/orders/7`);
    expect(await linesOf(1)).toMatchObject([{ message: 'GET /orders/7 200 ms' }]);
  });

  it('says that a client left a stream before its end', async () => {
    const { port } = new URL(await start());
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET /orders/ticks HTTP/1.1\r\nhost: shop\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    expect(await linesOf(1)).toMatchObject([{ handler: 'Orders.ticks', outcome: 'aborted', aborted: true }]);
  });

  it('writes the line of a request that another tracer follows, with the ids of the active span', async () => {
    const url = await start();
    removeHttpHooks();
    await get(`${url}/orders/7`);
    await get(`${url}/orders/teapot`);
    expect(await linesOf(2)).toMatchObject([
      {
        level: 'info',
        message: 'GET /orders/7 200 ms',
        method: 'GET',
        path: '/orders/7',
        route: '/orders/:id',
        handler: 'Orders.find',
        status: 200,
        outcome: 'ok',
      },
      { level: 'warn', status: 418, outcome: 'exception', error_type: 'ImATeapotException' },
    ]);
  });
});

describe('TraceLoggerInterceptor in a microservice', () => {
  let client: ClientProxy;
  beforeEach(async () => {
    const options = { host: '127.0.0.1', port: await closedPort() };
    const { app } = await startApp(App);
    close.push(() => app.close());
    app.connectMicroservice({ transport: Transport.TCP, options }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    close.push(async () => {
      await client.close();
    });
  });

  it('writes one line for a message, an event and a stream of answers', async () => {
    await lastValueFrom(client.send('sum', [1, 2]));
    await lastValueFrom(client.send({ cmd: 'count' }, {}));
    await lastValueFrom(client.emit('placed', {}), { defaultValue: undefined });
    expect(await linesOf(3)).toEqual([
      {
        level: 'info',
        message: 'rpc sum ok ms',
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
        correlation_id: expect.any(String),
        type: 'rpc',
        operation: 'sum',
        handler: 'Orders.sum',
        duration_ms: expect.any(Number),
        outcome: 'ok',
      },
      expect.objectContaining({ operation: '{"cmd":"count"}', handler: 'Orders.count', outcome: 'ok' }),
      expect.objectContaining({ operation: 'placed', handler: 'Orders.placed', outcome: 'ok' }),
    ]);
  });

  it('names the exception of a message', async () => {
    await firstValueFrom(client.send('sum', [])).catch(() => undefined);
    expect(await linesOf(1)).toMatchObject([
      { level: 'error', message: 'rpc sum exception ms', outcome: 'exception', error_type: 'Error' },
    ]);
  });
});

describe('TraceLoggerInterceptor in a WebSocket gateway', () => {
  it('writes one line for a message, with its event', async () => {
    const { app } = await startApp(ChatApp, undefined, {
      configure: (each) => each.useWebSocketAdapter(new WsAdapter(each)),
    });
    close.push(() => app.close());
    const { port } = (app.getHttpServer() as { address: () => AddressInfo }).address();
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, 'open');
    socket.send(JSON.stringify({ event: 'say', data: 'hello' }));
    socket.send(JSON.stringify({ event: 'say', data: '' }));
    const said = await linesOf(2);
    socket.close();
    await once(socket, 'close');
    expect(said).toMatchObject([
      { level: 'info', message: 'ws say ok ms', type: 'ws', operation: 'say', handler: 'Chat.say' },
      { level: 'error', message: 'ws say exception ms', outcome: 'exception', error_type: 'Error' },
    ]);
  });
});

describe('TraceLoggerInterceptor in a GraphQL resolver', () => {
  type Resolve = (...args: unknown[]) => Promise<unknown>;
  const info = (fieldName: string, path: object = {}) => ({
    fieldName,
    path: { prev: undefined, key: fieldName, ...path },
    operation: { operation: 'query', name: { value: 'Dashboard' } },
  });

  /** As `@nestjs/graphql` calls its resolvers. */
  const resolver = async (method: 'find' | 'forward' | 'subscribe'): Promise<Resolve> => {
    const { app } = await startApp(App);
    close.push(() => app.close());
    const orders = app.get(Orders);
    return app.get(ExternalContextCreator).create(
      orders,
      // eslint-disable-next-line @typescript-eslint/unbound-method -- Nest binds it
      orders[method] as (...args: unknown[]) => unknown,
      method,
      undefined,
      undefined,
      undefined,
      undefined,
      { guards: true, filters: true, interceptors: true },
      'graphql',
    ) as Resolve;
  };

  it('writes one line for an operation, and none for the fields below it', async () => {
    const find = await resolver('find');
    const tracer = new Tracer();
    const traceId = await tracer.withSpan('query', async (span) => {
      await find({}, {}, {}, info('order'));
      await find({}, {}, {}, info('customer', { prev: { key: 'order' } }));
      return span.spanContext().traceId;
    });
    expect(await linesOf(1)).toMatchObject([
      {
        level: 'info',
        message: 'graphql query Dashboard ok ms',
        trace_id: traceId,
        operation: 'query Dashboard',
        handler: 'Orders.find',
      },
    ]);
  });

  it('names the exception of an operation', async () => {
    const forward = await resolver('forward');
    await expect(forward({}, {}, {}, info('order'))).rejects.toThrow(BadRequestException);
    expect(await linesOf(1)).toMatchObject([
      { level: 'warn', outcome: 'exception', error_type: 'BadRequestException' },
    ]);
  });
});
