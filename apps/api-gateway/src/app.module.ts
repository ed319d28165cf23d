import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { ObservabilityModule, TraceLoggerInterceptor } from '@lantern/observability';
import { ServiceModule, TELEMETRY_FLUSH_TIMEOUT_MILLIS } from '@lantern/service-platform';
import type { ApiGatewayConfig } from './config.js';
import { OrdersController } from './orders/orders.controller.js';
import { ProxyModule } from './proxy/proxy.module.js';
import { UsersController } from './users/users.controller.js';

@Module({})
export class AppModule {
  static forRoot(config: ApiGatewayConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        // Spans for every request and call below; log lines with the trace ID; `GET /metrics`.
        ObservabilityModule.forRoot({ shutdownTimeoutMillis: TELEMETRY_FLUSH_TIMEOUT_MILLIS }),
        ServiceModule.forRoot(config),
        ProxyModule,
      ],
      controllers: [UsersController, OrdersController],
      // One log line for each call of a handler, with its trace ID, duration and outcome.
      providers: [{ provide: APP_INTERCEPTOR, useExisting: TraceLoggerInterceptor }],
    };
  }
}
