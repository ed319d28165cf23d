import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TraceLogger } from '@lantern/observability';
import type { ServiceConfig } from '../config/service-config.js';
import { APPLICATION_OPTIONS, configureApp } from '../http/configure-app.js';
import { createHttpAdapter, type HttpAdapterOptions } from '../http/http-adapter.js';

/** Parts of a service that differ from service to service. */
export interface ServiceUnderTest<Config extends ServiceConfig> extends HttpAdapterOptions {
  readonly module: { forRoot(config: Config): DynamicModule };
  readonly config: new (env: NodeJS.ProcessEnv) => Config;
}

export interface TestService {
  readonly url: string;
  readonly app: NestFastifyApplication;
  close(): Promise<void>;
}

/** Starts a service in this process, as its `main.ts` does, on a free port and with a data folder of its own. */
export const startTestService = async <Config extends ServiceConfig>(
  { module, config: Config, ...adapterOptions }: ServiceUnderTest<Config>,
  env: Record<string, string> = {},
): Promise<TestService> => {
  const folder = await mkdtemp(join(tmpdir(), 'lantern-service-'));
  const config = new Config({ PORT: '0', DATA_DIR: folder, ...env });
  const app = await NestFactory.create<NestFastifyApplication>(
    module.forRoot(config),
    createHttpAdapter(config, adapterOptions),
    { ...APPLICATION_OPTIONS, bufferLogs: true },
  );
  app.useLogger(app.get(TraceLogger));
  app.flushLogs();
  configureApp(app, { title: 'service under test', description: '' });
  await app.listen(0, '127.0.0.1');
  return {
    url: await app.getUrl(),
    app,
    close: async () => {
      await app.close();
      await rm(folder, { recursive: true });
    },
  };
};
