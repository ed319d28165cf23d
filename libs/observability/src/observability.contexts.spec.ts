import { once } from 'node:events';
import {
  BadGatewayException,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, ExternalContextCreator, NestFactory } from '@nestjs/core';
import {
  type ClientProxy,
  ClientProxyFactory,
  MessagePattern,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lastValueFrom } from 'rxjs';
import { closedPort } from '../test/http-server.js';
import { startApp } from '../test/nest-app.js';
import { ObservabilityModule, Span, currentCorrelationId, traceProviders } from './index.js';
import { startTestTelemetry } from './testing/index.js';

/** Contexts other than HTTP: the library's additions for requests must not disturb them. */

@Injectable()
class Calculator {
  @Span('sum')
  sum(numbers: readonly number[]): number {
    if (numbers.length === 0) throw new RpcException('nothing to sum');
    return numbers.reduce((total, each) => total + each, 0);
  }
}

/** Types of the contexts that a guard of the application receives. */
const types: string[] = [];

class Watching implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    types.push(execution.getType());
    return true;
  }
}

@Controller()
class Messages {
  constructor(private readonly calculator: Calculator) {}

  @MessagePattern('sum')
  @UseGuards(Watching)
  sum(numbers: number[]): number {
    return this.calculator.sum(numbers);
  }

  @MessagePattern('broken')
  broken(): never {
    throw new BadGatewayException('no HTTP here');
  }

  @MessagePattern('correlation')
  correlation(): string {
    return currentCorrelationId() ?? 'none';
  }

  @Get('sum')
  sumOfTwo(): number {
    return this.calculator.sum([1, 2]);
  }
}

@WebSocketGateway()
class Socket {
  constructor(private readonly calculator: Calculator) {}

  @SubscribeMessage('sum')
  @UseGuards(Watching)
  sum(_client: unknown, numbers: number[]): { event: string; data: number } {
    return { event: 'sum', data: this.calculator.sum(numbers) };
  }
}

@Module({
  imports: [ObservabilityModule.forRoot({ logLevel: 'fatal' })],
  controllers: [Messages],
  providers: [Calculator, { provide: APP_GUARD, useClass: Watching }],
})
class App {}

@Module({ imports: [App], providers: [Calculator, Socket] })
class SocketApp {}

const telemetry = startTestTelemetry();
let close: (() => Promise<void>)[];

beforeEach(() => {
  telemetry.reset();
  types.length = 0;
  close = [];
});
afterEach(async () => {
  for (const each of close.reverse()) await each();
});

/** Both give the answer, or what came in its place. */
const ask = (client: ClientProxy, pattern: string, data: unknown = {}): Promise<unknown> =>
  lastValueFrom(client.send<unknown>(pattern, data)).catch((error: unknown) => error);

describe.each(['alone', 'beside HTTP, with its guards'])('a microservice %s', (how) => {
  let client: ClientProxy;

  beforeEach(async () => {
    const options = { host: '127.0.0.1', port: await closedPort() };
    if (how === 'alone') {
      const service = await NestFactory.createMicroservice(App, {
        transport: Transport.TCP,
        options,
        logger: false,
        instrument: traceProviders(),
      });
      await service.listen();
      close.push(() => service.close());
    } else {
      const { app } = await startApp(App);
      app.connectMicroservice({ transport: Transport.TCP, options }, { inheritAppConfig: true });
      await app.startAllMicroservices();
      close.push(() => app.close());
    }
    client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    close.push(async () => {
      await client.close();
    });
  });

  it('answers, and has the spans of its methods', async () => {
    expect(await ask(client, 'sum', [1, 2, 3])).toBe(6);
    await telemetry.waitForSpans(2);
    expect(telemetry.tree()).toBe('sum [server]\n  sum [internal]');
    expect(new Set(types)).toEqual(new Set(['rpc']));
  });

  it('answers with its errors', async () => {
    expect(await ask(client, 'sum', [])).toMatchObject({ message: 'nothing to sum' });
    expect(await ask(client, 'broken')).toMatchObject({ status: 'error' });
    await telemetry.waitForSpans(3);
    expect(telemetry.tree()).toBe('sum [server] ERROR\n  sum [internal] ERROR\nbroken [server] ERROR');
  });

  it('has a correlation id of its own where the client sent none', async () => {
    expect(await ask(client, 'correlation')).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('a WebSocket gateway', () => {
  it('answers beside HTTP, and has the spans of its methods', async () => {
    const { app, url } = await startApp(SocketApp, undefined, {
      configure: (each) => each.useWebSocketAdapter(new WsAdapter(each)),
    });
    close.push(() => app.close());
    const message = await context.with(suppressTracing(context.active()), async () => {
      const socket = new WebSocket(url.replace('http', 'ws'));
      await once(socket, 'open');
      socket.send(JSON.stringify({ event: 'sum', data: [4, 5] }));
      const [event] = (await once(socket, 'message')) as [{ data: string }];
      socket.close();
      await once(socket, 'close');
      return event.data;
    });
    expect(JSON.parse(message)).toEqual({ event: 'sum', data: 9 });
    expect(types).toEqual(['ws', 'ws']);
    expect(telemetry.tree()).toBe('connect / [server]\n/ sum [consumer]\n  sum [internal]');
    // And HTTP is as ever.
    await context.with(suppressTracing(context.active()), () => fetch(`${url}/sum`));
    await telemetry.waitForSpans(5);
    expect(telemetry.span('GET /sum').attributes['nestjs.guards']).toEqual(['Watching']);
  });
});

describe('a GraphQL resolver', () => {
  it('runs through guards and pipes of its context, and has the spans of its methods', async () => {
    const { app } = await startApp(App);
    close.push(() => app.close());
    // As @nestjs/graphql calls its resolvers.
    const messages = app.get(Messages);
    const resolve = app.get(ExternalContextCreator).create(
      messages,
      // eslint-disable-next-line @typescript-eslint/unbound-method -- Nest binds it
      messages.sum as (...args: unknown[]) => unknown,
      'sum',
      undefined,
      undefined,
      undefined,
      undefined,
      { guards: true, filters: true, interceptors: true },
      'graphql',
    );
    expect(await resolve([1, 2])).toBe(3);
    await expect(resolve([])).rejects.toThrow('nothing to sum');
    expect(new Set(types)).toEqual(new Set(['graphql']));
    expect(telemetry.tree()).toBe('sum [internal]\nsum [internal] ERROR');
  });
});
