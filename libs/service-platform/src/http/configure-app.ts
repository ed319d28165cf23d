import type { NestApplicationOptions } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type ApiInfo, mountApiDocs } from '../openapi/mount-api-docs.js';

/** Options for `NestFactory.create` that every service shares. */
export const APPLICATION_OPTIONS = {
  // `runService` reports a failed start once, without the lines that Nest has buffered until then.
  autoFlushLogs: false,
  abortOnError: false,
  // The HTTP adapter has its own parsers.
  bodyParser: false,
} as const satisfies NestApplicationOptions;

/** Adds security headers and the OpenAPI page. */
export const configureApp = (app: NestFastifyApplication, api: ApiInfo): void => {
  app.useSecurityHeaders({
    // Both redirect browsers to HTTPS, which is the decision of the proxy that terminates TLS.
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
  mountApiDocs(app, api);
};
