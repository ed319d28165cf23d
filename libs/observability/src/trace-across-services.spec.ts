import { HttpModule, HttpService } from '@nestjs/axios';
import { Controller, Get, Inject, Module, Param, Post, type INestApplication } from '@nestjs/common';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { adapters, startApp } from '../test/nest-app.js';
import { ObservabilityModule, Span, Tracer, currentCorrelationId } from './index.js';
import { startTestTelemetry } from './testing/index.js';

/** A gateway on Fastify in front of a shop on Express, each call over real HTTP. */

const observability = ObservabilityModule.forRoot({ logLevel: 'fatal' });

@Controller('users')
class UsersController {
  @Get(':id')
  @Span('find_user')
  find(@Param('id') id: string) {
    return { id, correlationId: currentCorrelationId() };
  }
}

@Module({ imports: [observability], controllers: [UsersController] })
class ShopModule {}

const shopUrl = Symbol('shop url');

@Controller('users')
class GatewayController {
  constructor(
    private readonly http: HttpService,
    private readonly tracer: Tracer,
    @Inject(shopUrl) private readonly shop: { url: string },
  ) {}

  @Get(':id')
  byAxios(@Param('id') id: string): Promise<unknown> {
    return this.tracer.withSpan('proxy_to_shop', async () => {
      const { data } = await firstValueFrom(this.http.get<unknown>(`${this.shop.url}/users/${id}`));
      return data;
    });
  }

  @Post(':id')
  byFetch(@Param('id') id: string): Promise<unknown> {
    return this.tracer.withSpan('proxy_to_shop', async () =>
      (await fetch(`${this.shop.url}/users/${id}`)).json(),
    );
  }
}

const shop = { url: '' };

@Module({
  imports: [observability, HttpModule],
  controllers: [GatewayController],
  providers: [{ provide: shopUrl, useValue: shop }],
})
class GatewayModule {}

const telemetry = startTestTelemetry();
const apps: INestApplication[] = [];
let gateway: string;

beforeAll(async () => {
  const [fastify, express] = adapters;
  const running = await startApp(ShopModule, express[1]);
  shop.url = running.url;
  const front = await startApp(GatewayModule, fastify[1]);
  gateway = front.url;
  apps.push(front.app, running.app);
});
afterAll(async () => {
  for (const app of apps) await app.close();
});
beforeEach(() => telemetry.reset());

const ask = (method: 'GET' | 'POST', headers: Record<string, string> = {}): Promise<Response> =>
  context.with(suppressTracing(context.active()), () => fetch(`${gateway}/users/1`, { method, headers }));

describe.each([
  ['axios', 'GET'],
  ['fetch', 'POST'],
] as const)('a request that goes on by %s', (_client, method) => {
  it('A request across services is one trace of exactly these spans', async () => {
    await ask(method);
    await telemetry.waitForSpans(5);
    expect(telemetry.tree({ attributes: ['http.route'] })).toBe(
      [
        `${method} /users/:id [server] http.route="/users/:id"`,
        '  proxy_to_shop [internal]',
        '    GET [client]',
        '      GET /users/:id [server] http.route="/users/:id"',
        '        find_user [internal]',
      ].join('\n'),
    );
  });

  it('A request across services continues the trace of the caller', async () => {
    const traceId = '80f198ee56343ba864fe8b2a57d3eff7';
    await ask(method, { 'X-B3-TraceId': traceId, 'X-B3-SpanId': 'e457b5a2e4d86bd1', 'X-B3-Sampled': '1' });
    const spans = await telemetry.waitForSpans(5);
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]));
  });

  it('A request carries one correlation ID through both services, on every span, and back', async () => {
    const response = await ask(method, { 'X-Correlation-ID': 'order-42' });
    expect(response.headers.get('x-correlation-id')).toBe('order-42');
    expect(await response.json()).toEqual({ id: '1', correlationId: 'order-42' });
    const spans = await telemetry.waitForSpans(5);
    expect(new Set(spans.map(({ attributes }) => attributes.correlation_id))).toEqual(new Set(['order-42']));
  });

  it('A request carries the correlation ID that the first service created', async () => {
    const response = await ask(method);
    const { correlationId } = (await response.json()) as { correlationId: string };
    expect(correlationId).toBe(response.headers.get('x-correlation-id'));
  });

  it.each([
    ['X-B3-Sampled: 0', { 'X-B3-Sampled': '0' }],
    ['b3: 0', { b3: '0' }],
    ['an unsampled traceparent', { traceparent: '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-00' }],
  ])('A request leaves no spans and no headers after %s', async (_what, headers) => {
    const denied = await ask(method, headers);
    expect(denied.status).toBeLessThan(300);
    await denied.text();
    // The spans of a later request have ended; those of the earlier one would have too.
    await ask(method);
    await telemetry.waitForSpans(5);
    expect(telemetry.spans()).toHaveLength(5);
  });
});
