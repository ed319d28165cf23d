import type { ModulesContainer } from '@nestjs/core';

/** Token of the parameters of nestjs-pino's `LoggerModule`. */
const PINO_PARAMS = 'pino-params';

/** Returns whether nestjs-pino writes a line for each request of the application, as it does unless `autoLogging` is false. */
export const hasPinoAccessLog = (modules: ModulesContainer): boolean => {
  for (const module of modules.values()) {
    const params = module.providers.get(PINO_PARAMS)?.instance as { pinoHttp?: unknown } | undefined;
    if (params) return writesLines(params.pinoHttp);
  }
  return false;
};

/** Options, a stream, or both in an array. */
const writesLines = (pinoHttp: unknown): boolean => {
  const options: unknown = Array.isArray(pinoHttp) ? pinoHttp[0] : pinoHttp;
  return (options as { autoLogging?: unknown } | undefined)?.autoLogging !== false;
};
