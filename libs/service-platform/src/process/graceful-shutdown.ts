import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CLOSE_TIMEOUT_MILLIS, TELEMETRY_FLUSH_TIMEOUT_MILLIS } from './stop-limits.js';

/**
 * Minimum time between two signals that count as two. A terminal sends Ctrl-C to the whole process group, and a parent
 * process may forward the same signal.
 */
const REPEATED_SIGNAL_MILLIS = 500;

/**
 * Shuts down on SIGTERM and SIGINT, in place of Nest's `enableShutdownHooks()`, which does not wait for requests in flight:
 * readiness answers 503, new connections are rejected, requests in flight finish, then Nest's shutdown hooks close the
 * database and flush telemetry, and the process exits with 0. A second signal exits immediately.
 */
export const enableGracefulShutdown = (app: NestFastifyApplication, drainTimeoutMillis: number): void => {
  let stoppingSince: number | undefined;

  const onSignal = (signal: NodeJS.Signals) => {
    if (stoppingSince === undefined) {
      stoppingSince = Date.now();
      void stop(app, signal, drainTimeoutMillis).finally(() => process.exit(0));
    } else if (Date.now() - stoppingSince > REPEATED_SIGNAL_MILLIS) {
      process.exit(128 + constants.signals[signal]);
    }
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  // The end of the IPC channel is the end of the parent process, for example by SIGKILL.
  process.once('disconnect', () => onSignal('SIGTERM'));
  if (process.send !== undefined && !process.connected) onSignal('SIGTERM');

  // An idle keep-alive connection would keep the server from closing.
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onSend', async (_request, reply) => {
    if (stoppingSince !== undefined) void reply.header('Connection', 'close');
  });
};

const stop = async (
  app: NestFastifyApplication,
  signal: NodeJS.Signals,
  drainTimeoutMillis: number,
): Promise<void> => {
  const logger = new Logger('Shutdown');
  logger.log(`${signal}: stopping; requests in flight have ${drainTimeoutMillis} ms to finish`);

  const server = app.getHttpServer();
  const disconnected = server.listening ? once(server, 'close') : Promise.resolve();
  const closed = app.close().catch((error: unknown) => logger.error(error));

  if (!(await settlesWithin(disconnected, drainTimeoutMillis))) {
    logger.warn(`Requests still in flight after ${drainTimeoutMillis} ms were cut off`);
    server.closeAllConnections();
  }
  await settlesWithin(closed, TELEMETRY_FLUSH_TIMEOUT_MILLIS + CLOSE_TIMEOUT_MILLIS);
};

const settlesWithin = (work: Promise<unknown>, limitMillis: number): Promise<boolean> =>
  Promise.race([work.then(() => true), wait(limitMillis, false)]);
