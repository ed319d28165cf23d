// Loaded into the Lantern under test: reports over IPC how long its event loop was held up and what memory it holds.
import { openSync, readSync, readdirSync } from 'node:fs';
import { Session } from 'node:inspector';

const TICK_MILLIS = 10;
const FIND_THREADS_MILLIS = 1_000;
const SAMPLE_MICROS = 2_000;
/** Number of stacks in the profile of a turn. */
const STACKS = 6;
/** Number of functions of a stack, innermost first. */
const FRAMES = 14;

const nowMicros = () => Number(process.hrtime.bigint() / 1_000n);

const cpuMicros = () => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

/** Scheduler statistics of each thread, by thread ID. */
const threads = new Map();
const text = Buffer.alloc(128);

/** Opens the statistics of threads that are new. Systems other than Linux have none. */
const findThreads = () => {
  try {
    for (const id of readdirSync('/proc/self/task'))
      if (!threads.has(id)) threads.set(id, openSync(`/proc/self/task/${id}/schedstat`));
  } catch {
    // A thread ended in between.
  }
};

/** Returns the time for which a thread was ready to run and no core was free. */
const waitMicrosOf = (file) => {
  try {
    // https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
    return Number(text.latin1Slice(0, readSync(file, text, 0, text.length, 0)).split(' ')[1]) / 1_000;
  } catch {
    return 0;
  }
};

const measure = () => ({
  at: nowMicros(),
  cpu: cpuMicros(),
  waits: new Map(Array.from(threads, ([id, file]) => [id, waitMicrosOf(file)])),
});

/**
 * Returns for how long no core was free in a turn: for the main thread while it was ready to run, and for another thread
 * while the main thread slept. V8's main thread sleeps while helper threads collect garbage.
 */
const waitedIn = (before, after) => {
  const waitOf = (id) => (after.waits.get(id) ?? 0) - (before.waits.get(id) ?? 0);
  const main = String(process.pid);
  const own = waitOf(main);
  const slept = Math.max(0, after.at - before.at - own - (after.cpu - before.cpu));
  const helpers = [...after.waits.keys()].filter((id) => id !== main && before.waits.has(id));
  return own + Math.min(slept, Math.max(0, ...helpers.map(waitOf)));
};

const NO_TURN = { start: 0, end: 0, held: 0, cpu: 0, waited: 0 };
findThreads();
let last = measure();
let longest = NO_TURN;
setInterval(findThreads, FIND_THREADS_MILLIS).unref();

setInterval(() => {
  const now = measure();
  const waited = waitedIn(last, now);
  const held = now.at - last.at - waited;
  if (held > longest.held) {
    longest = { start: last.at, end: now.at, held, cpu: now.cpu - last.cpu, waited };
  }
  last = now;
}, TICK_MILLIS).unref();

const profiler = process.env.LANTERN_WATCH_PROFILE === '1' ? new Session() : undefined;
if (profiler) {
  profiler.connect();
  profiler.post('Profiler.enable');
  profiler.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROS });
  profiler.post('Profiler.start');
}

/** Calls back with the most frequent stacks of a turn, each with its share of the samples. */
const profileOf = ({ start, end }, report) => {
  profiler.post('Profiler.stop', (error, { profile } = {}) => {
    if (error) return report([]);
    const byId = new Map(profile.nodes.map((node) => [node.id, node]));
    const callerOf = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((c) => [c, id])));
    const counts = new Map();
    let at = profile.startTime;
    for (const [index, id] of profile.samples.entries()) {
      at += profile.timeDeltas[index];
      if (at >= start && at <= end) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const stackOf = (id) => {
      const frames = [];
      for (let node = byId.get(id); node && frames.length < FRAMES; node = byId.get(callerOf.get(node.id))) {
        const { functionName, url, lineNumber } = node.callFrame;
        frames.push(
          `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`,
        );
      }
      return frames.join(' < ');
    };
    report(
      [...counts]
        .sort(([, a], [, b]) => b - a)
        .slice(0, STACKS)
        .map(([id, count]) => `${Math.round((100 * count) / total)} %  ${stackOf(id)}`),
    );
  });
};

process.on('message', (message) => {
  if (message?.type === 'profile') {
    const send = (stacks) => process.send({ type: 'profile', stacks });
    if (profiler) profileOf(message, send);
    else send([]);
    return;
  }
  if (message?.type !== 'usage') return;
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send({
    type: 'usage',
    longestTurn: {
      start: longest.start,
      end: longest.end,
      heldMillis: longest.held / 1_000,
      waitedMillis: longest.waited / 1_000,
      cpuMillis: longest.cpu / 1_000,
    },
    rss,
    heapUsed,
    external,
    cpuSeconds: (user + system) / 1e6,
  });
  longest = NO_TURN;
});

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
