import type { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { Inject, Module, Optional } from '@nestjs/common';
import type {
  DynamicModule,
  NestModule,
  OnApplicationBootstrap,
  OnApplicationShutdown,
  OnModuleInit,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import { getBooleanFromEnv } from '@opentelemetry/core';
import { traceGiven } from './database/drivers.js';
import { traceGraphql } from './graphql/trace-graphql.js';
import { isInstrumented } from './environment.js';
import { traceDeclaredHandlers } from './jobs/declared-handlers.js';
import { findLoadedModules } from './loaded-modules.js';
import { MetricService, TraceService } from './nestjs-otel.js';
import { writeAccessLog } from './nest/access-log.js';
import { type DeclaredRoute, noteRoutes } from './nest/declared-routes.js';
import { setTestRequests } from './propagation/test-requests.js';
import { removeHttpHooks } from './http/http-hooks.js';
import { followInjected } from './http/injected-requests.js';
import { traceServer } from './http/server.js';
import { hasPinoAccessLog } from './nest/pino-access-log.js';
import { logStartFailures } from './nest/start-failures.js';
import { setInboundTrust } from './http/inbound-context.js';
import { watchEnhancers } from './nest/enhancers.js';
import { outdatedNestVersion } from './nest/nest-version.js';
import { watchExceptions, watchHandlers, watchRoutes } from './nest/hooks.js';
import { setUntracedHosts } from './http/untraced-hosts.js';
import { addGlobalPrefix, setUntracedPaths } from './http/untraced-paths.js';
import { sensitiveNames } from './redaction/sensitive-names.js';
import { correlateConsoleLogger } from './logging/console-logger.js';
import { TraceLogger } from './logging/trace-logger.js';
import { serveMetrics } from './nest/app-metrics.js';
import { prepareMetrics } from './metrics/meter.js';
import { MetricServiceByKind } from './metrics/metric-service.js';
import {
  ConfigurableModuleClass,
  OBSERVABILITY_OPTIONS,
  type ObservabilityOptions,
} from './observability.options.js';
import { foreignTracing } from './process/foreign-tracing.js';
import { prepareProcess } from './process/process.js';
import { shutdownTelemetry } from './process/shutdown.js';
import { TraceLoggerInterceptor } from './nest/trace-logger.interceptor.js';
import { traceRpcClients } from './rpc/client.js';
import { traceRpcServers } from './rpc/server.js';
import { traceGateways } from './websockets/trace-gateways.js';
import { Tracer } from './tracing/tracer.js';

// The services of nestjs-otel without its module, which would put a middleware on every route.
const services = [Tracer, TraceLogger, TraceLoggerInterceptor, TraceService];

// Created on demand, which may be before any hook runs; its instruments must have an effect then.
const metricService = {
  provide: MetricService,
  useFactory: () => {
    prepareMetrics();
    return new MetricServiceByKind();
  },
};

/** Name of the integration, as `OTEL_NODE_DISABLED_INSTRUMENTATIONS` has it. */
const MICROSERVICES = 'microservices';

const DEFAULT_SHUTDOWN_TIMEOUT_MILLIS = 5000;

/** The applications of this process that use the module; the last one to close stops the SDK. */
let running = 0;

/**
 * Gives a Nest application its tracer, its logger and the access log, and gives the spans of its requests their route,
 * handler and errors. Import it once, in the root module: `ObservabilityModule.forRoot()`.
 */
@Module({
  providers: [...services, metricService],
  exports: [...services, MetricService],
})
export class ObservabilityModule
  extends ConfigurableModuleClass
  implements NestModule, OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown
{
  /** Whether the application's Nest is too old, so that nothing is traced rather than a part of it. */
  private isOff = false;
  private started = false;
  private stopAccessLog: (() => void) | undefined;
  private takeRoutes: (() => DeclaredRoute[]) | undefined;
  private stopMetrics: (() => void) | undefined;
  private stopServer: (() => void) | undefined;
  private stopInjected: (() => void) | undefined;
  private stopGraphql: (() => void) | undefined;
  private stopRpc: (() => void) | undefined;

  constructor(
    private readonly logger: TraceLogger,
    @Optional() @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost | undefined,
    @Optional() @Inject(OBSERVABILITY_OPTIONS) private readonly options: ObservabilityOptions = {},
    @Optional() @Inject(ApplicationConfig) private readonly applicationConfig?: ApplicationConfig,
    @Optional() @Inject(ModulesContainer) private readonly modules?: ModulesContainer,
  ) {
    super();
    if (!modules || outdatedNestVersion() !== undefined) return;
    // All modules are known by now, and none of Nest's packages has looked for its handlers yet.
    if (!getBooleanFromEnv('OTEL_SDK_DISABLED')) traceDeclaredHandlers(modules, process.env);
    if (isInstrumented(process.env, 'console-logger')) correlateConsoleLogger();
    // A microservice registers its handlers before any hook of a module runs.
    if (isInstrumented(process.env, MICROSERVICES)) this.stopRpc = traceRpcServers(modules);
    // So do gateways, on the way to the server of their application.
    if (isInstrumented(process.env, 'websockets')) traceGateways(modules);
  }

  static override forRoot(options: ObservabilityOptions & { isGlobal?: boolean } = {}): DynamicModule {
    logStartFailures(options);
    return super.forRoot(options);
  }

  static override forRootAsync(
    options: Parameters<typeof ConfigurableModuleClass.forRootAsync>[0],
  ): DynamicModule {
    logStartFailures({});
    return super.forRootAsync(options);
  }

  /** Middleware is configured before routes are registered, the last moment to watch them. Adds none. */
  configure(): void {
    const outdated = outdatedNestVersion();
    if (outdated !== undefined) {
      this.isOff = true;
      removeHttpHooks();
      this.logger.error(
        `Nothing is traced or measured: @lantern/observability needs Nest 11.1 or newer, and this application uses ${outdated}`,
        ObservabilityModule.name,
      );
      return;
    }
    watchRoutes(this.adapterHost);
    watchHandlers();
    const adapter = this.adapterHost?.httpAdapter;
    if (!adapter) return;
    this.takeRoutes = noteRoutes(adapter);
    this.stopServer = traceServer(adapter.getHttpServer() as EventEmitter);
    this.stopInjected = followInjected(
      adapter.getInstance<object>(),
      () => adapter.getHttpServer() as Server,
    );
  }

  async onModuleInit(): Promise<void> {
    this.started = true;
    running++;
    if (this.isOff) return;
    const { untracedHosts, untracedPaths, trustInboundContext, testRequests } = this.options;
    if (untracedHosts) setUntracedHosts(untracedHosts);
    if (untracedPaths) setUntracedPaths(untracedPaths);
    else addGlobalPrefix(this.applicationConfig?.getGlobalPrefix() ?? '');
    sensitiveNames.add(this.options.redactKeys ?? []);
    if (trustInboundContext !== undefined) setInboundTrust(trustInboundContext);
    if (testRequests !== undefined) setTestRequests(testRequests);
    prepareProcess(process.env, this.options.httpSpans);
    const foreign = foreignTracing();
    if (foreign !== undefined) this.logger.log(foreign, ObservabilityModule.name);
    // Drivers that Node 20 could not report while they were loaded.
    findLoadedModules();
    if (this.options.instrument) traceGiven(this.options.instrument);
    if (this.modules && isInstrumented(process.env, MICROSERVICES)) traceRpcClients(this.modules);
    await Promise.all([watchExceptions(), watchEnhancers()]);
    if (this.adapterHost) {
      const accessLog = this.options.accessLog ?? !(this.modules && hasPinoAccessLog(this.modules));
      const scope = accessLog ? 'all' : 'intercepted';
      this.stopAccessLog = writeAccessLog(this.logger, this.adapterHost, scope);
    }
    const routes = this.takeRoutes?.() ?? [];
    const { metrics } = this.options;
    if (this.adapterHost?.httpAdapter && metrics !== false && !getBooleanFromEnv('OTEL_SDK_DISABLED')) {
      this.stopMetrics = serveMetrics(this.adapterHost, routes, metrics === true ? {} : metrics);
    }
  }

  onApplicationBootstrap(): void {
    if (!this.isOff && this.modules && isInstrumented(process.env, 'graphql')) {
      this.stopGraphql = traceGraphql(this.modules);
    }
    if (this.isOff || isTracing() || getBooleanFromEnv('OTEL_SDK_DISABLED')) return;
    this.logger.warn(
      'No spans are made, because tracing was not started: node --import @lantern/observability/register dist/main.js',
      ObservabilityModule.name,
    );
  }

  /** Nest closes global modules last, so the application logs nothing after this. */
  async onApplicationShutdown(): Promise<void> {
    this.stopServer?.();
    this.stopInjected?.();
    this.stopAccessLog?.();
    this.stopMetrics?.();
    this.stopRpc?.();
    this.stopGraphql?.();
    const timeout = this.options.shutdownTimeoutMillis ?? DEFAULT_SHUTDOWN_TIMEOUT_MILLIS;
    // An application whose start failed is closed without having been counted.
    if (this.started) running--;
    this.started = false;
    await Promise.all([
      this.logger.shutdown(timeout),
      running === 0 ? shutdownTelemetry(timeout) : undefined,
    ]);
  }
}

// Only without any SDK is the context of a new span invalid. The probe is never ended, so it goes nowhere.
const isTracing = (): boolean =>
  isSpanContextValid(trace.getTracer('probe').startSpan('probe', { root: true }).spanContext());
