import {
  type ArgumentsHost,
  BadGatewayException,
  Body,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  ForbiddenException,
  Get,
  Header,
  Injectable,
  type LoggerService,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  Param,
  ParseIntPipe,
  Post,
  Sse,
  UnauthorizedException,
  UseGuards,
  VersioningType,
  Version,
  type INestApplication,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { interval, map, take } from 'rxjs';
import { adapters, startApp } from '../test/nest-app.js';
import { until } from '../test/until.js';
import {
  MetricService,
  ObservabilityModule,
  Span,
  TraceLogger,
  TraceService,
  Tracer,
  currentTraceId,
} from './index.js';
import { startTestTelemetry } from './testing/index.js';

@Injectable()
class Catalogue {
  @Span('calculate_total', (product: string) => ({ attributes: { product } }))
  async total(product: string): Promise<number> {
    if (product === 'fail_product') throw new BadGatewayException('Payment gateway timeout');
    return 42;
  }
}

class Reject implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException();
  }
}

class Collapse implements CanActivate {
  canActivate(): boolean {
    throw new Error('the authority is away');
  }
}

@Controller('users')
class UsersController {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly tracer: Tracer,
  ) {}

  @Get('stream/ticks')
  @Sse()
  ticks() {
    return interval(1).pipe(
      take(2),
      map((tick) => ({ data: String(tick) })),
    );
  }

  @Get('trace')
  trace() {
    return { traceId: currentTraceId(), name: this.tracer.current()?.spanContext().spanId };
  }

  @Get('rejected')
  @UseGuards(Reject)
  rejected() {
    return 'never';
  }

  @Get('collapsed')
  @UseGuards(Collapse)
  collapsed() {
    return 'never';
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  find(@Param('id', ParseIntPipe) id: number) {
    return { id };
  }

  @Version('2')
  @Get(':id/profile')
  profile(@Param('id') id: string) {
    return { id };
  }

  @Post(':id/orders')
  async order(@Body() body: { product: string }) {
    return { total: await this.catalogue.total(body.product) };
  }
}

@Controller('health')
class HealthController {
  @Get('live')
  live() {
    return { status: 'ok' };
  }
}

@Module({
  imports: [ObservabilityModule.forRoot({ logLevel: 'fatal' })],
  controllers: [UsersController, HealthController],
  providers: [Catalogue],
})
class ShopModule {}

const telemetry = startTestTelemetry();
beforeEach(() => telemetry.reset());

const untraced = <T>(call: () => Promise<T>): Promise<T> =>
  context.with(suppressTracing(context.active()), call);

describe.each(adapters)('a Nest application on %s', (_name, adapter) => {
  let app: INestApplication;
  let url: string;

  beforeEach(async () => {
    ({ app, url } = await startApp(ShopModule, adapter, {
      configure: (each) => each.enableVersioning({ type: VersioningType.URI }),
    }));
  });
  afterEach(() => app.close());

  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    untraced(() => fetch(`${url}${path}`, init));
  const post = (path: string, body: string): Promise<Response> =>
    get(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

  it('The span of a request is named by method and route, with controller and handler', async () => {
    await get('/users/7');
    const [span] = await telemetry.waitForSpans(1);
    expect(span?.name).toBe('GET /users/:id');
    expect(span?.attributes).toMatchObject({
      'http.route': '/users/:id',
      'code.function.name': 'UsersController.find',
      'url.path': '/users/7',
    });
  });

  it('The span of a versioned route has the version in its name', async () => {
    await get('/v2/users/7/profile');
    await telemetry.waitForSpans(1);
    expect(telemetry.tree({ attributes: ['http.response.status_code'] })).toBe(
      'GET /v2/users/:id/profile [server] http.response.status_code=200',
    );
  });

  it('The span of a request without a matching route is named by its method', async () => {
    expect((await get('/nowhere')).status).toBe(404);
    const [span] = await telemetry.waitForSpans(1);
    expect(span?.name).toBe('GET');
    expect(span?.attributes).not.toHaveProperty('http.route');
    expect(span?.status.code).toBe(0);
  });

  it('Spans of providers are children of the request’s span, even after body parsing', async () => {
    expect((await post('/users/7/orders', '{"product":"laptop"}')).status).toBe(201);
    await telemetry.waitForSpans(2);
    expect(telemetry.tree({ attributes: ['product'] })).toBe(
      'POST /users/:id/orders [server]\n  calculate_total [internal] product="laptop"',
    );
  });

  it('The server span of a 5xx response has the error', async () => {
    expect((await post('/users/7/orders', '{"product":"fail_product"}')).status).toBe(502);
    await telemetry.waitForSpans(2);
    expect(telemetry.tree()).toBe(
      'POST /users/:id/orders [server] ERROR\n  calculate_total [internal] ERROR',
    );
    const span = telemetry.span('POST /users/:id/orders');
    expect(span.status.message).toBe('Payment gateway timeout');
    expect(span.attributes['error.type']).toBe('BadGatewayException');
    expect(span.events[0]?.attributes?.['exception.stacktrace']).toContain('BadGatewayException: Payment');
  });

  it('The server span has the error of a guard that threw', async () => {
    expect((await get('/users/collapsed')).status).toBe(500);
    const [span] = await telemetry.waitForSpans(1);
    expect(span?.name).toBe('GET /users/collapsed');
    expect(span?.status).toEqual({ code: 2, message: 'the authority is away' });
  });

  it.each([
    ['a guard', () => get('/users/rejected'), 403, 'GET /users/rejected'],
    ['a pipe', () => get('/users/seven'), 400, 'GET /users/:id'],
  ])('A request that %s rejected is no failure', async (_who, call, status, name) => {
    expect((await call()).status).toBe(status);
    const [span] = await telemetry.waitForSpans(1);
    expect([span?.name, span?.status.code]).toEqual([name, 0]);
    expect(span?.events.filter((event) => event.name === 'exception')).toEqual([]);
  });

  it('A request whose body cannot be parsed is traced', async () => {
    expect((await post('/users/7/orders', '{"product":')).status).toBe(400);
    const [span] = await telemetry.waitForSpans(1);
    expect(span?.status.code).toBe(0);
    expect(span?.attributes['http.response.status_code']).toBe(400);
  });

  it('The span of server-sent events lasts until their end', async () => {
    expect(await (await get('/users/stream/ticks')).text()).toContain('data: 1');
    const [span] = await telemetry.waitForSpans(1);
    expect([span?.name, span?.status.code]).toEqual(['GET /users/stream/ticks', 0]);
  });

  it('A handler can read the current trace', async () => {
    const { traceId } = (await (await get('/users/trace')).json()) as { traceId: string };
    const [span] = await telemetry.waitForSpans(1);
    expect(span?.spanContext().traceId).toBe(traceId);
  });

  it('Health checks are not traced', async () => {
    expect((await get('/health/live')).status).toBe(200);
    await get('/users/7');
    await telemetry.waitForSpans(1);
    expect(telemetry.tree()).toBe('GET /users/:id [server]');
  });

  it('Health checks behind a global prefix are not traced', async () => {
    const prefixed = await startApp(ShopModule, adapter, {
      configure: (each) => each.setGlobalPrefix('api/v1.0/:tenant'),
    });
    const ask = (path: string): Promise<number> =>
      untraced(async () => (await fetch(`${prefixed.url}${path}`)).status);
    expect(await ask('/api/v1.0/acme/health/live')).toBe(200);
    expect(await ask('/api/v1x0/acme/health/live')).toBe(404);
    expect(await ask('/api/v1.0/acme/users/7')).toBe(200);
    await telemetry.waitForSpans(2);
    await prefixed.app.close();
    expect(telemetry.tree({ attributes: ['http.response.status_code'] })).toBe(
      [
        'GET [server] http.response.status_code=404',
        'GET /api/v1.0/:tenant/users/:id [server] http.response.status_code=200',
      ].join('\n'),
    );
  });

  it('The services of nestjs-otel can be injected', () => {
    expect(app.get(TraceService).getTracer()).toBeDefined();
    expect(() => app.get(MetricService).getCounter('orders').add(1)).not.toThrow();
  });
});

describe.each(adapters)('the access log on %s', (_name, adapter) => {
  let lines: unknown[][];
  let app: INestApplication;
  let url: string;

  const listen = (logger: TraceLogger) => {
    logger.writes = () => true;
    logger.writeAccessLine = (level, { message, fields }) => void lines.push([level, message, fields]);
  };

  beforeEach(async () => {
    lines = [];
    ({ app, url } = await startApp(ShopModule, adapter, {
      configure: (each) => listen(each.get(TraceLogger)),
    }));
  });
  afterEach(() => app.close());

  const line = async (path: string, init: RequestInit = {}) => {
    await untraced(async () => (await fetch(`${url}${path}`, init)).text());
    await until('an access line', () => lines.length > 0);
    expect(lines).toHaveLength(1);
    const [level, message, fields] = lines[0] ?? [];
    return { level, message: String(message).replace(/\d+ms$/, 'ms'), fields };
  };

  it('The access log has one line for a request', async () => {
    expect(await line('/users/7?secret=1')).toEqual({
      level: 'info',
      message: 'GET /users/7 200 ms',
      fields: {
        method: 'GET',
        path: '/users/7',
        route: '/users/:id',
        handler: 'UsersController.find',
        status: 200,
        duration_ms: expect.any(Number),
      },
    });
  });

  it('The access log has a warning for a route that does not exist', async () => {
    expect(await line('/nowhere')).toMatchObject({
      level: 'warn',
      message: 'GET /nowhere 404 ms',
      fields: { status: 404, error_type: 'NotFoundException' },
    });
  });

  it('The access log has a warning for a request that a guard rejected', async () => {
    expect(await line('/users/rejected')).toMatchObject({
      level: 'warn',
      message: 'GET /users/rejected 403 ms',
      fields: { route: '/users/rejected', error_type: 'ForbiddenException' },
    });
  });

  it('The access log has an error for a failed request', async () => {
    expect(await line('/users/collapsed')).toMatchObject({
      level: 'error',
      message: 'GET /users/collapsed 500 ms',
      fields: { error_type: 'Error' },
    });
  });

  it('The access log has no line for health checks', async () => {
    await untraced(() => fetch(`${url}/health/live`));
    expect(await line('/users/7')).toMatchObject({ message: 'GET /users/7 200 ms' });
  });
});

describe('ObservabilityModule', () => {
  it('ObservabilityModule takes its options from a factory with injected providers', async () => {
    @Injectable()
    class Settings {
      readonly accessLog = false;
    }
    @Module({ providers: [Settings], exports: [Settings] })
    class SettingsModule {}
    @Module({
      imports: [
        ObservabilityModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: ({ accessLog }: Settings) => ({ accessLog, logLevel: 'fatal' }),
        }),
      ],
      controllers: [HealthController],
    })
    class App {}
    const { app, url } = await startApp(App);
    const lines: unknown[] = [];
    const logger = app.get(TraceLogger);
    logger.writes = () => true;
    logger.writeAccessLine = (...line: unknown[]) => void lines.push(line);
    await (await fetch(`${url}/nowhere`)).text();
    await telemetry.waitForSpans(2);
    await app.close();
    expect(lines).toEqual([]);
  });

  it('Names in redactKeys are redacted in the URLs of spans too', async () => {
    @Module({ imports: [ObservabilityModule.forRoot({ logLevel: 'fatal', redactKeys: ['iban'] })] })
    class App {}
    const { app, url } = await startApp(App);
    await (await fetch(`${url}/nowhere?IBAN=DE02&page=2`)).text();
    const spans = await telemetry.waitForSpans(2);
    await app.close();
    expect(spans.map(({ attributes }) => attributes['url.query'] ?? attributes['url.full'])).toEqual([
      'IBAN=REDACTED&page=2',
      `${url}/nowhere?IBAN=REDACTED&page=2`,
    ]);
  });

  it('ObservabilityModule does not replace an exception filter or a guard of the application', async () => {
    @Catch()
    class Filter implements ExceptionFilter {
      catch(_exception: unknown, host: ArgumentsHost): void {
        host.switchToHttp().getResponse<Reply>().status(418).send('filtered');
      }
    }
    let asked = 0;
    class Guard implements CanActivate {
      canActivate(): boolean {
        asked++;
        return true;
      }
    }
    @Module({
      imports: [ObservabilityModule.forRoot({ logLevel: 'fatal' })],
      controllers: [HealthController],
      providers: [
        { provide: APP_FILTER, useClass: Filter },
        { provide: APP_GUARD, useClass: Guard },
      ],
    })
    class App {}
    const { app, url } = await startApp(App);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const refused = await fetch(`${url}/nowhere`);
    expect([refused.status, await refused.text()]).toEqual([418, 'filtered']);
    await app.close();
    expect(asked).toBe(1);
  });

  it('The server span has the error of a middleware', async () => {
    @Module({
      imports: [ObservabilityModule.forRoot({ logLevel: 'fatal' })],
      controllers: [UsersController],
      providers: [Catalogue],
    })
    class App implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer
          .apply(() => {
            throw new UnauthorizedException();
          })
          .forRoutes('*path');
      }
    }
    for (const [, adapter] of adapters) {
      telemetry.reset();
      const { app, url } = await startApp(App, adapter);
      const status = await untraced(async () => (await fetch(`${url}/users/7`)).status);
      const [span] = await telemetry.waitForSpans(1);
      await app.close();
      expect([status, span?.attributes['http.response.status_code'], span?.status.code]).toEqual([
        401, 401, 0,
      ]);
    }
  });

  it('Routes of a testing module are traced', async () => {
    const testing = await Test.createTestingModule({ imports: [ShopModule] }).compile();
    const app = testing.createNestApplication(adapters[0][1](), { logger: false });
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    await untraced(async () => (await fetch(`${url}/users/7`)).text());
    await telemetry.waitForSpans(1);
    await app.close();
    expect(telemetry.tree()).toBe('GET /users/:id [server]');
  });

  it('ObservabilityModule works in an application without HTTP', async () => {
    const testing = await Test.createTestingModule({
      imports: [ObservabilityModule.forRoot({ logLevel: 'fatal' })],
    })
      .setLogger(silent)
      .compile();
    await testing.init();
    testing.get(Tracer).withSpan('job', () => undefined);
    await testing.close();
    expect(telemetry.tree()).toBe('job [internal]');
  });
});

const silent: LoggerService = { log: () => undefined, error: () => undefined, warn: () => undefined };

interface Reply {
  status: (code: number) => { send: (body: string) => void };
}
