import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TraceLogger } from '@lantern/observability';
import {
  APPLICATION_OPTIONS,
  configureApp,
  createHttpAdapter,
  enableGracefulShutdown,
  runService,
} from '@lantern/service-platform';
import { AppModule } from './app.module.js';
import { UserServiceConfig } from './config.js';

await runService('user-service', async () => {
  const config = new UserServiceConfig(process.env);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config),
    createHttpAdapter(config),
    { ...APPLICATION_OPTIONS, bufferLogs: true },
  );
  // Every `new Logger()` of the service, and Nest itself, now writes JSON lines with the trace ID.
  app.useLogger(app.get(TraceLogger));
  app.flushLogs();

  configureApp(app, { title: 'user-service', description: 'The users of the shop.' });
  // Runs Nest's shutdown hooks after the last response: the ObservabilityModule's hook flushes spans and log lines.
  enableGracefulShutdown(app, config.DRAIN_TIMEOUT_MS);
  await app.listen(config.PORT, config.HOST);
  return app;
});
