// Loaded into Lantern by the benchmark: tells over IPC what this process itself has used. Lantern knows nothing of it.
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

// The benchmark is gone, however it ended: nobody else would stop this process.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
