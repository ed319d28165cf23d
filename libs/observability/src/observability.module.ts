import { Inject, Module, Optional } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { MetricService, TraceService } from 'nestjs-otel';
import { TraceLogger } from './logging/trace-logger.js';
import {
  ConfigurableModuleClass,
  OBSERVABILITY_OPTIONS,
  type ObservabilityOptions,
} from './observability.options.js';
import { shutdownTelemetry } from './tracing/telemetry.js';
import { Tracer } from './tracing/tracer.js';

const services = [Tracer, TraceLogger, TraceService, MetricService];

/** Gives a Nest application its tracer, its logger and the access log. Import it once, in the root module. */
@Module({ providers: services, exports: services })
export class ObservabilityModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(
    @Optional() @Inject(OBSERVABILITY_OPTIONS) private readonly options: ObservabilityOptions = {},
  ) {
    super();
  }

  static override forRoot(options: ObservabilityOptions & { isGlobal?: boolean } = {}): DynamicModule {
    return super.forRoot(options);
  }

  async onApplicationShutdown(): Promise<void> {
    await shutdownTelemetry(this.options.shutdownTimeoutMillis);
  }
}
