export { CONFIG } from './config/config.module.js';
export { integer, milliseconds, serviceUrl } from './config/fields.js';
export { databaseConfig, serviceConfig } from './config/service-config.js';
export { callDownstream } from './downstream/call-downstream.js';
export { downstreamHttpOptions } from './downstream/http-options.js';
export { ApiProblem } from './problems/api-problem.decorator.js';
export { ProblemException, ProblemType } from './problems/problem-type.js';
export { runService } from './process/run-service.js';

export type { DatabaseConfig, ServiceConfig } from './config/service-config.js';
export type { DownstreamCall } from './downstream/call-downstream.js';
export type { Service } from './service.js';
