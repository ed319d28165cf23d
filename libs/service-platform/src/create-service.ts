import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ObservabilityModule, TraceLogger } from '@lantern/observability';
import { ConfigModule } from './config/config.module.js';
import type { ServiceConfig } from './config/service-config.js';
import { HealthModule } from './health/health.module.js';
import { mountApiDocs } from './openapi/mount-api-docs.js';
import { answerBrokenHttp, answerBrokenUrl } from './problems/before-routing.js';
import { STOP_LIMITS_MS } from './process/stop-limits.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { RequestValidationPipe } from './problems/request-validation.pipe.js';
import type { Service } from './service.js';

@Module({})
class ServiceModule {
  static of(service: Service, config: ServiceConfig): DynamicModule {
    return {
      module: ServiceModule,
      imports: [
        ConfigModule.forRoot(config),
        ObservabilityModule.forRoot({ shutdownTimeoutMillis: STOP_LIMITS_MS.telemetry }),
        HealthModule,
        service.module,
      ],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: RequestValidationPipe },
      ],
    };
  }
}

/** Builds a service up to the point where it could listen; `runService` and the tests go on from there. */
export async function createService<Config extends ServiceConfig>(
  service: Service<Config>,
  config: Config,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: config.MAX_BODY_BYTES,
    // Time for a whole request to arrive. Fastify's default is none: a client that dawdles would hold its socket for ever.
    requestTimeout: 30_000,
    // Whoever still has a connection while the service stops gets an answer and `Connection: close`.
    return503OnClosing: false,
    frameworkErrors: answerBrokenUrl,
    clientErrorHandler: answerBrokenHttp,
  });
  acceptOnlyJson(adapter, service.jsonBody ?? 'object');

  const app = await NestFactory.create<NestFastifyApplication>(ServiceModule.of(service, config), adapter, {
    bufferLogs: true,
    // A start that fails is explained once, by `runService`, and not by what Nest has held back until then.
    autoFlushLogs: false,
    abortOnError: false,
    bodyParser: false,
  });
  app.useLogger(app.get(TraceLogger));
  app.flushLogs();
  app.useSecurityHeaders({
    // Both would send browsers to https, which is for whoever terminates TLS to say.
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
  mountApiDocs(app, service);
  return app;
}

function acceptOnlyJson(adapter: FastifyAdapter, body: 'object' | 'bytes'): void {
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('text/plain');
  if (body === 'object') return;
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    done(null, bytes);
  });
}
