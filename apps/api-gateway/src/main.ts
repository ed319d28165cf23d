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
import { ApiGatewayConfig } from './config.js';

await runService('api-gateway', async () => {
  const config = new ApiGatewayConfig(process.env);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config),
    createHttpAdapter(config, { jsonBody: 'bytes' }),
    { ...APPLICATION_OPTIONS, bufferLogs: true },
  );
  // Every `new Logger()` of the service, and Nest itself, now writes JSON lines with the trace ID.
  app.useLogger(app.get(TraceLogger));
  app.flushLogs();

  configureApp(app, { title: 'api-gateway', description: 'The public edge of the shop: users and orders.' });
  // Runs Nest's shutdown hooks after the last response: the ObservabilityModule's hook flushes spans and log lines.
  enableGracefulShutdown(app, config.DRAIN_TIMEOUT_MS);
  await app.listen(config.PORT, config.HOST);
  return app;
});
