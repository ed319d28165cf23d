/* eslint-disable no-console -- a command speaks to its terminal */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderCard } from './card.js';
import { sendDemoOrders } from './demo.js';
import { USAGE, UsageError, parseOptions, type StartOptions } from './options.js';
import { takenPorts } from './ports.js';
import { System } from './system.js';

const DEFAULT_DATA_DIR = join(fileURLToPath(new URL('../../../', import.meta.url)), '.lantern');

const run = async ({ ports, demo, dataDir }: StartOptions): Promise<void> => {
  const home = dataDir === undefined ? DEFAULT_DATA_DIR : resolve(dataDir);
  const logDir = join(home, 'logs');
  const taken = await takenPorts(ports);
  if (taken.length > 0) {
    console.error(taken.join('\n'));
    process.exitCode = 1;
    return;
  }

  console.log('Starting …');
  const started = performance.now();
  const abandoning = new AbortController();
  const starting = System.start({
    ports,
    dataDir: join(home, 'data'),
    logDir,
    signal: abandoning.signal,
    onReady: (name, url) => console.log(`  ${name.padEnd(14)} ready  ${url}`),
  });

  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    if (stopping !== undefined) return;
    console.log('\nStopping: services first, so that their last spans and lines still arrive …');
    stopping = starting.then(
      (system) => system.stop(),
      // A start that fails or is aborted stops the processes that it has started.
      () => undefined,
    );
    abandoning.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // The parent process has ended, perhaps by SIGKILL, and can no longer stop this one.
  process.once('disconnect', stop);
  // The listener must not keep the launcher alive.
  process.channel?.unref();
  if (process.send !== undefined && !process.connected) stop();

  const system = await starting.catch(async (error: unknown) => {
    if (stopping === undefined) throw error;
    await stopping;
    return undefined;
  });
  if (system === undefined) return;
  console.log(`Ready in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  const orders = demo && stopping === undefined ? await sendDemoOrders(system.urls) : [];
  if (stopping === undefined) console.log(renderCard({ urls: system.urls, orders, logDir }));

  // A part of the shop is of no use: when one process ends unexpectedly, all are stopped.
  const first = await Promise.race(
    system.processes.map(async (child) => ({ child, how: await child.exited })),
  );
  if (!first.child.isStopping) {
    console.error(
      `\n${first.child.name} ended unexpectedly (${first.how}); see ${join(logDir, first.child.name)}.log.`,
    );
    process.exitCode = 1;
    stop();
  }
  await stopping;
};

/** Ignores errors of a closed terminal. Without a listener they would end the launcher, but not the stack. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await run(options);
} catch (error) {
  console.error(
    error instanceof UsageError
      ? `${error.message}\n\n${USAGE}`
      : error instanceof Error
        ? error.message
        : error,
  );
  process.exitCode = 1;
}
