// Preloaded into the measured process: reports the CPU of that process on request.
import type { Usage } from './child.js';

process.on('message', (message: { type?: string }) => {
  if (message.type !== 'usage') return;
  const { user, system } = process.cpuUsage();
  process.send?.({ type: 'usage', cpuMicros: user + system } satisfies Usage);
});
// It is there for the benchmark, and must keep no process alive.
process.channel?.unref();
