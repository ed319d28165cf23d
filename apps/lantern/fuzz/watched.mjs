// Loaded into the Lantern under test: reports over IPC how long its event loop was held up and what memory it holds.
// CPU time of the event loop's own thread counts, so that a busy machine does not look like a slow Lantern.
const TICK_MILLIS = 10;

let usedMicros = 0;
let longestTurnMicros = 0;

const threadMicros = () => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

setInterval(() => {
  const now = threadMicros();
  longestTurnMicros = Math.max(longestTurnMicros, now - usedMicros);
  usedMicros = now;
}, TICK_MILLIS).unref();

process.on('message', (message) => {
  if (message?.type !== 'usage') return;
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send({
    type: 'usage',
    longestTurnMillis: longestTurnMicros / 1_000,
    rss,
    heapUsed,
    external,
    cpuSeconds: (user + system) / 1e6,
  });
  longestTurnMicros = 0;
});

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
