import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { ObservabilityModule, TraceLoggerInterceptor } from '@lantern/observability';
import { ServiceModule, TELEMETRY_FLUSH_TIMEOUT_MILLIS } from '@lantern/service-platform';
import { DatabaseModule } from '@lantern/service-platform/database';
import type { OrderServiceConfig } from './config.js';
import { migrations } from './migrations.js';
import { OrdersModule } from './orders/orders.module.js';

@Module({})
export class AppModule {
  static forRoot(config: OrderServiceConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        // Spans for every request, call and query below; log lines with the trace ID; `GET /metrics`.
        ObservabilityModule.forRoot({ shutdownTimeoutMillis: TELEMETRY_FLUSH_TIMEOUT_MILLIS }),
        ServiceModule.forRoot(config),
        DatabaseModule.forRoot({ service: 'order-service', migrations }),
        OrdersModule,
      ],
      // One log line for each call of a handler, with its trace ID, duration and outcome.
      providers: [{ provide: APP_INTERCEPTOR, useExisting: TraceLoggerInterceptor }],
    };
  }
}
