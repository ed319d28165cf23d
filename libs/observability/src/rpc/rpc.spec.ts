import { fileURLToPath } from 'node:url';
import { Controller, Get, Inject, Module, NotFoundException, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type ClientGrpc,
  ClientProxy,
  ClientsModule,
  EventPattern,
  GrpcMethod,
  GrpcStreamMethod,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { SpanKind, context, propagation, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NEVER, type Observable, from, lastValueFrom, map, throwError, timeout, toArray } from 'rxjs';
import { closedPort } from '../../test/http-server.js';
import { startApp } from '../../test/nest-app.js';
import { until } from '../../test/until.js';
import { ObservabilityModule, Span, currentCorrelationId } from '../index.js';
import { startTestTelemetry } from '../testing/index.js';

const CATALOG = 'CATALOG';

class Stock {
  @Span('count')
  count(): string {
    return currentCorrelationId() ?? 'none';
  }
}

const received: string[] = [];

@Controller()
class CatalogHandlers {
  constructor(@Inject(Stock) private readonly stock: Stock) {}

  @MessagePattern({ cmd: 'find', by: 'name' })
  find(@Payload() name: string): { name: string; correlation: string; baggage: string | undefined } {
    const baggage = propagation.getActiveBaggage()?.getEntry('tenant')?.value;
    return { name, correlation: this.stock.count(), baggage };
  }

  @MessagePattern('list')
  list(): Observable<string> {
    return from(['laptop', 'phone']);
  }

  @MessagePattern('refused')
  refused(): void {
    throw new RpcException('not today');
  }

  @MessagePattern('missing')
  missing(): void {
    throw new NotFoundException('no such product');
  }

  @MessagePattern('late failure')
  lateFailure(): Observable<never> {
    return throwError(() => new Error('the database is gone'));
  }

  @MessagePattern('silent')
  silent(): Observable<never> {
    return NEVER;
  }

  @EventPattern('sold')
  sold(@Payload() name: string): void {
    received.push(name);
    this.stock.count();
  }

  @EventPattern('broken')
  broken(@Payload() _data: unknown): void {
    throw new Error('cannot be processed');
  }
}

interface Products {
  find(request: object): Observable<{ name: string; correlation: string }>;
  list(request: object): Observable<{ name: string }>;
  count(requests: Observable<object>): Observable<{ count: number }>;
  compare(requests: Observable<object>): Observable<{ name: string }>;
}

@Controller()
class CatalogService {
  constructor(@Inject(Stock) private readonly stock: Stock) {}

  @GrpcMethod('Products', 'Find')
  find({ name }: { name: string }): { name: string; correlation: string } {
    if (name === 'missing') throw new RpcException({ code: 5, message: 'no such product' });
    if (name === 'broken') throw new Error('the database is gone');
    return { name, correlation: this.stock.count() };
  }

  @GrpcMethod('Products', 'List')
  list({ name }: { name: string }): Observable<{ name: string }> {
    return from([{ name }, { name: this.stock.count() }]);
  }

  @GrpcStreamMethod('Products', 'Count')
  count(names: Observable<{ name: string }>): Observable<{ count: number }> {
    this.stock.count();
    return names.pipe(
      toArray(),
      map((all) => ({ count: all.length })),
    );
  }

  @GrpcStreamMethod('Products', 'Compare')
  compare(names: Observable<{ name: string }>): Observable<{ name: string }> {
    return names.pipe(map(({ name }) => ({ name: `${name}!` })));
  }
}

const gatewayOf = (clients: MicroserviceOptions): { module: Type; controller: Type } => {
  @Controller()
  class Gateway {
    constructor(@Inject(CATALOG) readonly client: ClientProxy & ClientGrpc) {}

    @Get('ready')
    ready(): string {
      return 'ready';
    }
  }
  @Module({
    imports: [
      ObservabilityModule.forRoot({ logLevel: 'fatal' }),
      ClientsModule.register([{ name: CATALOG, ...clients } as never]),
    ],
    controllers: [Gateway],
  })
  class GatewayModule {}
  return { module: GatewayModule, controller: Gateway };
};

const serviceOf = (controller: Type): Type => {
  @Module({
    imports: [ObservabilityModule.forRoot({ logLevel: 'fatal' })],
    controllers: [controller],
    providers: [Stock],
  })
  class Service {}
  return Service;
};

const telemetry = startTestTelemetry();
const closing: (() => Promise<void>)[] = [];

const start = async (
  controller: Type,
  options: MicroserviceOptions,
  how: string,
): Promise<ClientProxy & ClientGrpc> => {
  if (how === 'alone') {
    const service = await NestFactory.createMicroservice<MicroserviceOptions>(serviceOf(controller), {
      ...options,
      logger: false,
    });
    await service.listen();
    closing.push(() => service.close());
  } else {
    const { app } = await startApp(serviceOf(controller));
    app.connectMicroservice<MicroserviceOptions>(options);
    await app.startAllMicroservices();
    closing.push(() => app.close());
  }
  const gateway = gatewayOf(options);
  const { app } = await startApp(gateway.module);
  closing.push(() => app.close());
  return app.get<{ client: ClientProxy & ClientGrpc }>(gateway.controller).client;
};

/** The caller has a span, a correlation ID and a tenant in its baggage, as a request has. */
const within = <T>(fn: () => Promise<T>): Promise<T> => {
  const caller = propagation.extract(context.active(), {
    'x-correlation-id': 'order-42',
    baggage: 'tenant=acme',
  });
  return context.with(caller, () =>
    trace.getTracer('test').startActiveSpan('request', (span) => fn().finally(() => span.end())),
  );
};

const ask = (answer: Observable<unknown>): Promise<unknown> =>
  lastValueFrom(answer).catch((error: unknown) => error);

beforeEach(() => telemetry.reset());
afterAll(async () => {
  for (const each of closing.reverse()) await each();
});

describe.each(['alone', 'beside HTTP'])('A TCP microservice %s', (how) => {
  let client: ClientProxy;

  beforeAll(async () => {
    const options = { host: '127.0.0.1', port: await closedPort() };
    client = await start(CatalogHandlers, { transport: Transport.TCP, options }, how);
  });

  it('serves a request in the trace of its caller, with its correlation ID and baggage', async () => {
    const answer = await within(() => ask(client.send({ cmd: 'find', by: 'name' }, 'laptop')));
    expect(answer).toEqual({ name: 'laptop', correlation: 'order-42', baggage: 'acme' });
    await telemetry.waitForSpans(4);
    expect(telemetry.tree({ attributes: ['rpc.system.name', 'code.function.name'] })).toBe(
      [
        'request [internal]',
        '  {"by":"name","cmd":"find"} [client] rpc.system.name="nestjs"',
        '    {"by":"name","cmd":"find"} [server] rpc.system.name="nestjs" code.function.name="CatalogHandlers.find"',
        '      count [internal]',
      ].join('\n'),
    );
    const call = telemetry.spans().find(({ kind }) => kind === SpanKind.CLIENT);
    expect(call?.attributes).toMatchObject({
      'rpc.method': '{"by":"name","cmd":"find"}',
      'server.address': '127.0.0.1',
    });
    expect(call?.attributes['server.port']).toEqual(expect.any(Number));
    expect(call?.attributes['messaging.system']).toBeUndefined();
  });

  it('gives each subscription to a request a span of its own, and none to a request without one', async () => {
    const request = client.send('list', {});
    expect(await lastValueFrom(request.pipe(toArray()))).toEqual(['laptop', 'phone']);
    await lastValueFrom(request);
    await telemetry.waitForSpans(4);
    expect(telemetry.tree()).toBe('list [client]\n  list [server]\nlist [client]\n  list [server]');
  });

  it('creates a correlation ID for a caller without one', async () => {
    const answer = await ask(client.send({ cmd: 'find', by: 'name' }, 'laptop'));
    expect(answer).toMatchObject({ correlation: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown });
  });

  it.each([
    ['refused', 'refused', 'not today', 'not today'],
    ['fails late', 'late failure', 'the database is gone', 'Internal server error'],
  ])('marks both ends of a request that its handler %s', async (_how, pattern, thrown, answered) => {
    expect(await ask(client.send(pattern, {}))).toMatchObject({ message: answered });
    await telemetry.waitForSpans(2);
    expect(telemetry.tree()).toBe(`${pattern} [client] ERROR\n  ${pattern} [server] ERROR`);
    const [server] = telemetry.spans().filter(({ kind }) => kind === SpanKind.SERVER);
    expect(server?.status.message).toBe(thrown);
    expect(server?.events.map(({ name }) => name)).toEqual(['exception']);
  });

  it('leaves the server span of a 4xx HttpException unmarked', async () => {
    await ask(client.send('missing', {}));
    await telemetry.waitForSpans(2);
    expect(telemetry.tree()).toBe('missing [client] ERROR\n  missing [server]');
  });

  it('marks a request without a handler, and one that the caller gave up, at the client', async () => {
    await ask(client.send('nobody', {}));
    await ask(client.send('silent', {}).pipe(timeout(30)));
    await telemetry.waitForSpans(2);
    const errors = telemetry.spans().map(({ name, attributes }) => [name, attributes['error.type']]);
    expect(errors).toContainEqual(['silent', 'cancelled']);
    expect(telemetry.tree()).toContain('nobody [client] ERROR');
  });

  it('processes an event in the trace of its producer, as a producer and a consumer', async () => {
    received.length = 0;
    await within(() => lastValueFrom(client.emit('sold', 'laptop'), { defaultValue: undefined }));
    await telemetry.waitForSpans(4);
    expect(received).toEqual(['laptop']);
    expect(telemetry.tree({ attributes: ['messaging.operation.type'] })).toBe(
      [
        'request [internal]',
        '  send sold [producer] messaging.operation.type="send"',
        '    process sold [consumer] messaging.operation.type="process"',
        '      count [internal]',
      ].join('\n'),
    );
  });

  it('marks an event whose handler threw', async () => {
    client.emit('broken', {});
    await telemetry.waitForSpans(2);
    expect(telemetry.tree()).toBe('send broken [producer]\n  process broken [consumer] ERROR');
  });

  it('makes no spans below a request that is not traced, and rejects empty data as before', async () => {
    await context.with(suppressTracing(context.active()), () => ask(client.send('list', {})));
    await until('the server span', () => telemetry.spans().length > 0);
    expect(telemetry.tree()).toBe('list [server]');
    expect(await ask(client.send('list', undefined))).toBeInstanceOf(Error);
  });
});

describe('A gRPC service', () => {
  let products: Products;

  beforeAll(async () => {
    const client = await start(
      CatalogService,
      {
        transport: Transport.GRPC,
        options: {
          package: 'catalog',
          protoPath: fileURLToPath(new URL('../../test/catalog.proto', import.meta.url)),
          url: `127.0.0.1:${await closedPort()}`,
        },
      },
      'alone',
    );
    products = client.getService<Products>('Products');
  });

  it('serves a unary call in the trace of its caller', async () => {
    expect(await within(() => ask(products.find({ name: 'laptop' })))).toEqual({
      name: 'laptop',
      correlation: 'order-42',
    });
    await telemetry.waitForSpans(4);
    expect(telemetry.tree({ attributes: ['rpc.status_code', 'code.function.name'] })).toBe(
      [
        'request [internal]',
        '  catalog.Products/Find [client] rpc.status_code="OK"',
        '    catalog.Products/Find [server] rpc.status_code="OK" code.function.name="CatalogService.find"',
        '      count [internal]',
      ].join('\n'),
    );
    expect(telemetry.spans().find(({ kind }) => kind === SpanKind.CLIENT)?.attributes).toMatchObject({
      'rpc.system.name': 'grpc',
      'rpc.method': 'catalog.Products/Find',
      'server.address': '127.0.0.1',
    });
  });

  it.each([
    ['an answer', () => products.list({ name: 'laptop' }), 'List', 2, true],
    ['requests', () => products.count(from([{ name: 'a' }, { name: 'b' }])), 'Count', 1, true],
    ['both', () => products.compare(from([{ name: 'a' }, { name: 'b' }])), 'Compare', 2, false],
  ] as const)(
    'has one span at each end of a call that streams %s',
    async (_what, call, method, count, inner) => {
      const answers = await within(() => lastValueFrom((call() as Observable<unknown>).pipe(toArray())));
      expect(answers).toHaveLength(count);
      await telemetry.waitForSpans(inner ? 4 : 3);
      expect(telemetry.tree()).toBe(
        [
          'request [internal]',
          `  catalog.Products/${method} [client]`,
          `    catalog.Products/${method} [server]`,
          ...(inner ? ['      count [internal]'] : []),
        ].join('\n'),
      );
    },
  );

  it.each([
    ['missing', 'NOT_FOUND', false],
    ['broken', 'UNKNOWN', true],
  ])('has the status of a call that failed: %s', async (name, status, isFailure) => {
    await ask(products.find({ name }));
    await telemetry.waitForSpans(2);
    expect(telemetry.tree({ attributes: ['rpc.status_code'] })).toBe(
      [
        `catalog.Products/Find [client] ERROR rpc.status_code="${status}"`,
        `  catalog.Products/Find [server]${isFailure ? ' ERROR' : ''} rpc.status_code="${status}"`,
      ].join('\n'),
    );
  });
});
