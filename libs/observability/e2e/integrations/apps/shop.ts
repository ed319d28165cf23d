import 'reflect-metadata';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
// eslint-disable-next-line no-restricted-imports -- as an application has it
import { TraceLogger } from '@lantern/observability';

/** Serves a module as the quick start of the library does, and tells the test its address. */
export const serve = async (module: Type | DynamicModule): Promise<void> => {
  const app = await NestFactory.create(module, new FastifyAdapter(), { bufferLogs: true });
  app.useLogger(app.get(TraceLogger));
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  process.stdout.write(`${JSON.stringify({ message: 'ready', url: await app.getUrl() })}\n`);
};

/** Variable of the environment that the test sets. */
export const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};
