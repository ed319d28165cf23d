import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ConfigModule } from './config/config.module.js';
import type { ServiceConfig } from './config/service-config.js';
import { HealthModule } from './health/health.module.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { RequestValidationPipe } from './problems/request-validation.pipe.js';

/** Injectable configuration, health endpoints, problem details for every error, and validation of every request. */
@Module({})
export class ServiceModule {
  static forRoot(config: ServiceConfig): DynamicModule {
    return {
      module: ServiceModule,
      imports: [ConfigModule.forRoot(config), HealthModule],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: RequestValidationPipe },
      ],
    };
  }
}
