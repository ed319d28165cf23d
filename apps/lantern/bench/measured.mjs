// The benchmark loads this module into Lantern. It reports the resources of the process over IPC.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const turns = monitorEventLoopDelay({ resolution: 1 });
turns.enable();

process.on('message', (message) => {
  if (message?.type !== 'usage') return;
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send({
    type: 'usage',
    cpuSeconds: (user + system) / 1e6,
    rss,
    heapUsed,
    external,
    longestTurnMillis: turns.max / 1e6,
  });
  turns.reset();
});

// The benchmark has ended, so this process must not stay behind.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
