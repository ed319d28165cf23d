export { configClass } from './config/config-class.js';
export { integer, milliseconds, serviceUrl } from './config/fields.js';
export { databaseConfig, serviceConfig } from './config/service-config.js';
export { callDownstream } from './downstream/call-downstream.js';
export { downstreamHttpOptions } from './downstream/http-options.js';
export { APPLICATION_OPTIONS, configureApp } from './http/configure-app.js';
export { createHttpAdapter } from './http/http-adapter.js';
export { ApiProblem } from './problems/api-problem.decorator.js';
export { ProblemException, ProblemType } from './problems/problem-type.js';
export { enableGracefulShutdown } from './process/graceful-shutdown.js';
export { runService } from './process/run-service.js';
export { TELEMETRY_FLUSH_TIMEOUT_MILLIS } from './process/stop-limits.js';
export { ServiceModule } from './service.module.js';

export type { ConfigClass } from './config/config-class.js';
export type { DatabaseConfig, ServiceConfig } from './config/service-config.js';
export type { DownstreamCall } from './downstream/call-downstream.js';
export type { HttpAdapterOptions } from './http/http-adapter.js';
export type { ApiInfo } from './openapi/mount-api-docs.js';
