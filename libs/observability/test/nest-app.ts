import type { INestApplication, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** Each suite about Nest runs on both. */
export const adapters = [
  ['Fastify', () => new FastifyAdapter()],
  ['Express', () => new ExpressAdapter()],
] as const;

export type AdapterFactory = (typeof adapters)[number][1];

export interface RunningApp {
  app: INestApplication;
  url: string;
}

/** Starts a Nest application on a free port of the loopback. */
export const startApp = async (
  module: Type,
  adapter: AdapterFactory = adapters[0][1],
  {
    logger = false,
    configure,
  }: { logger?: LoggerService | false; configure?: (app: INestApplication) => void } = {},
): Promise<RunningApp> => {
  const app = await NestFactory.create(module, adapter(), { logger });
  configure?.(app);
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
};
