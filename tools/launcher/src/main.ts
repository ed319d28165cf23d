/* eslint-disable no-console -- a command speaks to its terminal */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderCard } from './card.js';
import { sendDemoOrders } from './demo.js';
import { USAGE, UsageError, parseOptions, type StartOptions } from './options.js';
import { takenPorts } from './ports.js';
import { System } from './system.js';

const home = join(fileURLToPath(new URL('../../../', import.meta.url)), '.lantern');
const logDir = join(home, 'logs');

const run = async ({ ports, demo }: StartOptions): Promise<void> => {
  const taken = await takenPorts(ports);
  if (taken.length > 0) {
    console.error(taken.join('\n'));
    process.exitCode = 1;
    return;
  }

  console.log('Starting …');
  const started = performance.now();
  const starting = System.start({
    ports,
    dataDir: join(home, 'data'),
    logDir,
    onReady: (name, url) => console.log(`  ${name.padEnd(14)} ready  ${url}`),
  });

  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping ??= starting.then((system) => {
      console.log('\nStopping: services first, so that their last spans and lines still arrive …');
      return system.stop();
    });
    // A start that fails stops what it has started, and says so below.
    stopping.catch(() => undefined);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);

  const system = await starting;
  console.log(`Ready in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  const orders = demo && stopping === undefined ? await sendDemoOrders(system.urls) : [];
  if (stopping === undefined) console.log(renderCard({ urls: system.urls, orders, logDir }));

  // Half a shop would only confuse: when one process ends by itself, everything stops.
  const first = await Promise.race(
    system.processes.map(async (child) => ({ child, how: await child.exited })),
  );
  if (!first.child.isStopping) {
    console.error(
      `\n${first.child.name} ended by itself (${first.how}); see ${join(logDir, first.child.name)}.log.`,
    );
    process.exitCode = 1;
    stop();
  }
  await stopping;
};

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
