import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { STOP_LIMITS_MS } from './stop-limits.js';

/**
 * A terminal sends Ctrl-C to the whole process group, and a parent may hand the signal on besides:
 * signals this close together are one wish to stop.
 */
const SAME_WISH_MS = 500;

/**
 * On SIGTERM or SIGINT: readiness turns 503 and no connection is accepted any more, the requests that run
 * finish, then the database is closed, telemetry is flushed (all of it by Nest's shutdown hooks) and the
 * process exits with 0. A second signal, later, ends it at once.
 */
export function stopOnSignals(app: NestFastifyApplication, drainTimeoutMs: number): void {
  let stoppingSince: number | undefined;

  const onSignal = (signal: NodeJS.Signals) => {
    if (stoppingSince === undefined) {
      stoppingSince = Date.now();
      void stop(app, signal, drainTimeoutMs).finally(() => process.exit(0));
    } else if (Date.now() - stoppingSince > SAME_WISH_MS) {
      process.exit(128 + constants.signals[signal]);
    }
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  // A parent that started this process over IPC and is gone, killed perhaps, can no longer stop it.
  process.once('disconnect', () => onSignal('SIGTERM'));
  if (process.send !== undefined && !process.connected) onSignal('SIGTERM');

  // A client that kept its connection after this answer would keep the server from closing.
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onSend', async (_request, reply) => {
    if (stoppingSince !== undefined) void reply.header('Connection', 'close');
  });
}

async function stop(
  app: NestFastifyApplication,
  signal: NodeJS.Signals,
  drainTimeoutMs: number,
): Promise<void> {
  const logger = new Logger('Shutdown');
  logger.log(`${signal}: stopping; requests that run have ${drainTimeoutMs} ms to finish`);

  const server = app.getHttpServer();
  const disconnected = server.listening ? once(server, 'close') : Promise.resolve();
  const closed = app.close().catch((error: unknown) => logger.error(error));

  if (!(await settlesWithin(disconnected, drainTimeoutMs))) {
    logger.warn('Some requests still ran and were cut off');
    server.closeAllConnections();
  }
  await settlesWithin(closed, STOP_LIMITS_MS.telemetry + STOP_LIMITS_MS.rest);
}

const settlesWithin = (work: Promise<unknown>, limitMs: number): Promise<boolean> =>
  Promise.race([work.then(() => true), wait(limitMs, false)]);
