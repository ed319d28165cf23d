import { Controller, Get, Module, NotFoundException, Param } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ObservabilityModule } from './observability.module.js';
import { TraceLogger } from './logging/trace-logger.js';
import { type TestTelemetry, startTestTelemetry } from './testing/index.js';
import { Span } from './tracing/span.decorator.js';

@Controller('users')
class UsersController {
  @Get(':id')
  @Span('find_user')
  find(@Param('id') id: string) {
    if (id === '404') throw new NotFoundException();
    return { id };
  }
}

@Module({ imports: [ObservabilityModule.forRoot()], controllers: [UsersController] })
class AppModule {}

describe.each([
  ['Fastify', () => new FastifyAdapter()],
  ['Express', () => new ExpressAdapter()],
])('a Nest application on %s', (_name, adapter) => {
  let telemetry: TestTelemetry;
  let app: INestApplication;
  let url: string;

  beforeEach(async () => {
    telemetry = startTestTelemetry();
    app = await NestFactory.create(AppModule, adapter(), { bufferLogs: true });
    app.useLogger(app.get(TraceLogger));
    await app.listen(0, '127.0.0.1');
    url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  });
  afterEach(() => app.close());

  it('names the server span by the route', async () => {
    const response = await fetch(`${url}/users/1?token=abc&x=1`);
    expect(response.status).toBe(200);
    await telemetry.waitForSpans(3);
    expect(telemetry.tree({ attributes: ['http.route', 'code.function.name', 'url.query'] })).toBe(
      [
        'GET [client]',
        '  GET /users/:id [server] http.route="/users/:id" code.function.name="UsersController.find" url.query="token=REDACTED&x=1"',
        '    find_user [internal]',
      ].join('\n'),
    );
  });
});
