import type { Type } from '@nestjs/common';
import type { z } from 'zod';
import type { ServiceConfig } from './config/service-config.js';

/** What makes one service different from the others. */
export interface Service<Config extends ServiceConfig = ServiceConfig> {
  /** Kebab-case; the same as `service.name` in its telemetry. */
  readonly name: string;
  /** One sentence for its OpenAPI page. */
  readonly description: string;
  /** Its environment: the keys are the names of the variables. */
  readonly config: z.ZodType<Config> & z.ZodObject;
  /** Its features; the platform adds configuration, telemetry, health, problems and OpenAPI. */
  readonly module: Type;
  /**
   * What a handler gets as the body of a request: the parsed object, or the bytes as they came, for a
   * service that hands them on. Either way only `application/json` is accepted.
   * @default 'object'
   */
  readonly jsonBody?: 'object' | 'bytes';
}
