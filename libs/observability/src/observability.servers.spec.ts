import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type INestApplication, Controller, Get, Module, NotFoundException, Param } from '@nestjs/common';
import { APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { captureStdout } from '../test/stdout.js';
import { until } from '../test/until.js';
import { ObservabilityModule, TraceLoggerInterceptor } from './index.js';
import { startTestTelemetry } from './testing/index.js';

/** Servers other than the one HTTP/1 server that most applications have. */

@Controller('orders')
class Orders {
  @Get(':id')
  find(@Param('id') id: string): { id: string } {
    if (id === '404') throw new NotFoundException();
    return { id };
  }
}

@Module({
  imports: [ObservabilityModule.forRoot({ logFormat: 'json' })],
  controllers: [Orders],
  providers: [{ provide: APP_INTERCEPTOR, useExisting: TraceLoggerInterceptor }],
})
class App {}

const telemetry = startTestTelemetry();
const untraced = <T>(call: () => Promise<T>): Promise<T> =>
  context.with(suppressTracing(context.active()), call);

let stdout: ReturnType<typeof captureStdout>;
let app: INestApplication;
beforeEach(() => {
  telemetry.reset();
  stdout = captureStdout();
});
afterEach(async () => {
  await app.close();
  stdout.release();
});

const lines = () => stdout.json().filter(({ context: logger }) => logger === 'AccessLog');
const MEASURED = /^http_server_request_duration_seconds_count\{[^}]*http_route="\/orders\/:id"[^}]*\} [1-9]/m;

/** One span, one line with its IDs and one measured request. */
const expectFollowed = async (metrics: () => Promise<string>, correlationId: unknown): Promise<void> => {
  const [span, ...others] = await telemetry.waitForSpans(1);
  expect(others).toEqual([]);
  expect(span?.name).toBe('GET /orders/:id');
  await until('the access line', () => lines().length > 0);
  expect(lines()).toEqual([
    expect.objectContaining({
      message: expect.stringMatching(/^GET \/orders\/7 200 /),
      trace_id: span?.spanContext().traceId,
      correlation_id: 'order-42',
      handler: 'Orders.find',
    }),
  ]);
  expect(correlationId).toBe('order-42');
  expect(await metrics()).toMatch(MEASURED);
};

const headers = { 'x-correlation-id': 'order-42' };

describe('ObservabilityModule', () => {
  it('serves each of several servers of one Express instance with span, line and metrics', async () => {
    const adapter = new ExpressAdapter();
    app = await NestFactory.create(App, adapter, { logger: false });
    await app.init();
    // As https://docs.nestjs.com/faq/multiple-servers does, without the server of Nest.
    const server: Server = createServer(adapter.getInstance<() => void>()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const get = (path: string) => untraced(() => fetch(url + path, { headers }));
    const response = await get('/orders/7');
    await response.text();
    await expectFollowed(
      async () => (await get('/metrics')).text(),
      response.headers.get('x-correlation-id'),
    );
    server.closeAllConnections();
    server.close();
  });

  it('serves requests of HTTP/2 with span, line and metrics', async () => {
    app = await NestFactory.create(App, new FastifyAdapter({ http2: true }), { logger: false });
    await app.listen(0, '127.0.0.1');
    const client = connect(await app.getUrl());
    const get = async (path: string): Promise<{ id: unknown; text: string }> => {
      const request = client.request({ ':path': path, ...headers });
      const [answer] = (await once(request, 'response')) as [Record<string, unknown>];
      let text = '';
      for await (const chunk of request) text += String(chunk);
      return { id: answer['x-correlation-id'], text };
    };
    const { id } = await get('/orders/7');
    await expectFollowed(async () => (await get('/metrics')).text, id);
    expect(telemetry.spans()[0]?.attributes).toMatchObject({
      'network.protocol.version': '2',
      'server.address': '127.0.0.1',
    });
    client.close();
  });

  it('serves injected requests with span, line and metrics', async () => {
    const fastify = await NestFactory.create<NestFastifyApplication>(App, new FastifyAdapter(), {
      logger: false,
    });
    app = fastify;
    await app.init();
    const response = await fastify.inject({ method: 'GET', url: '/orders/7?page=1', headers });
    await expectFollowed(async () => {
      await app.listen(0, '127.0.0.1');
      const url = await app.getUrl();
      return untraced(async () => (await fetch(`${url}/metrics`)).text());
    }, response.headers['x-correlation-id']);
    telemetry.reset();
    expect((await fastify.inject('/orders/404')).statusCode).toBe(404);
    const [span] = await telemetry.waitForSpans(1);
    expect(span?.attributes).toMatchObject({ 'http.response.status_code': 404, 'http.route': '/orders/:id' });
  });
});
