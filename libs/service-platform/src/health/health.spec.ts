import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Controller, type DynamicModule, Get, Module } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Kysely } from 'kysely';
import { ObservabilityModule } from '@lantern/observability';
import { configClass } from '../config/config-class.js';
import { databaseConfig, serviceConfig, type ServiceConfig } from '../config/service-config.js';
import { DATABASE, DatabaseModule } from '../database/database.module.js';
import { ServiceModule } from '../service.module.js';
import { Readiness } from './readiness.js';
import { startTestService, type TestService } from '../testing/start-test-service.js';

let finish: () => void;
let began: () => void;

@Controller()
class SlowController {
  @Get('slow')
  async slow(): Promise<string> {
    began();
    await new Promise<void>((resolve) => (finish = resolve));
    return 'done';
  }
}

@Module({})
class WatchedModule {
  static forRoot(config: ServiceConfig): DynamicModule {
    return {
      module: WatchedModule,
      imports: [
        ObservabilityModule.forRoot(),
        ServiceModule.forRoot(config),
        DatabaseModule.forRoot({ service: 'watched-service', migrations: {} }),
      ],
      controllers: [SlowController],
    };
  }
}

const watchedService = {
  module: WatchedModule,
  config: configClass(serviceConfig(0).extend(databaseConfig.shape)),
};

describe('health', () => {
  let service: TestService;
  beforeEach(async () => {
    service = await startTestService(watchedService);
  });
  afterEach(() => service.close());

  const get = async (path: string) => {
    const response = await fetch(service.url + path);
    return { status: response.status, body: await response.json() };
  };

  it('The health check reports ready while the database responds', async () => {
    expect(await get('/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ok', details: { database: { status: 'up' } } },
    });
  });

  it('The health check reports alive but not ready while the database is down, without further details', async () => {
    await service.app.get<Kysely<unknown>>(DATABASE).destroy();

    expect(await get('/health/live')).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await get('/health/ready')).toEqual({
      status: 503,
      body: {
        type: 'urn:lantern:problem:not-ready',
        title: 'Not ready',
        status: 503,
        detail: 'Down: database.',
        instance: '/health/ready',
      },
    });
  });

  it('The health check reports not ready during shutdown, while requests in flight finish', async () => {
    const running = new Promise<void>((resolve) => (began = resolve));
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await running;

    const probed = new Promise<void>((resolve) => {
      service.app.get(Readiness).add(async () => {
        resolve();
        return { probe: { status: 'up' } };
      });
    });

    const closed = service.app.close();
    // On a connection that is still open, after the request in flight.
    socket.write('GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n');
    await probed;
    finish();
    const answers = await text(socket);
    await closed;

    expect(answers).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*done/);
    expect(answers).toMatch(/\r\n\r\ndoneHTTP\/1.1 503 [^]*The service is shutting down\./);
  });
});
