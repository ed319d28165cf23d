/**
 * `nx soak lantern`: ordinary load for twenty minutes. Prints what Lantern's process holds, minute by minute, and fails
 * when memory or descriptors still grow behind the fifth.
 *
 *   --minutes=20   how long
 *   --orders=40    orders a second: 400 spans and 240 log lines
 *   --in-memory    without a data folder
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WatchedLantern } from '../fuzz/watched-lantern.ts';
import { ask, follow, sendOrder } from './load.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    orders: { type: 'string', default: '40' },
    'in-memory': { type: 'boolean', default: false },
  },
});

/** What is cached and compiled is there by then. */
const WARM_MINUTES = 5;
/** Garbage is collected when V8 sees fit, so a flat line is not straight. */
const TOLERANCE = 1.1;
const MEBIBYTE = 1024 * 1024;

const minutes = Number(values.minutes);
const ordersPerSecond = Number(values.orders);
const folder = values['in-memory'] ? undefined : mkdtempSync(join(tmpdir(), 'lantern-soak-'));

interface Minute {
  readonly rss: number;
  readonly descriptors: number;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Undefined where the system does not tell. */
const descriptorsOf = (pid: number): number => {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
};

const soak = async (lantern: WatchedLantern): Promise<readonly Minute[]> => {
  const { urls } = lantern;
  const stopped = new AbortController();
  follow(urls, stopped.signal);
  const isOver = (): boolean => stopped.signal.aborted;
  let sent = 0;
  const repeat = async (millis: number, work: () => Promise<void>): Promise<void> => {
    while (!isOver()) {
      const next = Date.now() + millis;
      await work();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - Date.now())));
    }
  };
  const senders = Array.from({ length: 4 }, () =>
    repeat(4_000 / ordersPerSecond, () => sendOrder(urls, ++sent)),
  );
  const reader = repeat(2_000, () => (sent > 8 ? ask(urls, sent - 8) : Promise.resolve()));
  const work = Promise.all([...senders, reader]);

  const found: Minute[] = [];
  print('minute   orders   RSS MiB   heap MiB   external MiB   descriptors   CPU s   longest turn ms');
  let cpuBefore = 0;
  for (let minute = 1; minute <= minutes; minute++) {
    // A sender that fails ends the soak at once.
    await Promise.race([work, new Promise((resolve) => setTimeout(resolve, 60_000))]);
    const { rss, heapUsed, external, cpuSeconds, longestTurnMillis } = await lantern.usage();
    const descriptors = descriptorsOf(lantern.pid);
    found.push({ rss, descriptors });
    print(
      [
        String(minute).padStart(6),
        String(sent).padStart(8),
        ...[rss, heapUsed, external].map((bytes, at) =>
          (bytes / MEBIBYTE).toFixed(0).padStart([9, 10, 14][at] ?? 0),
        ),
        String(descriptors).padStart(13),
        (cpuSeconds - cpuBefore).toFixed(1).padStart(7),
        longestTurnMillis.toFixed(0).padStart(17),
      ].join(' '),
    );
    cpuBefore = cpuSeconds;
  }
  stopped.abort();
  await work;
  return found;
};

const lantern = await WatchedLantern.start(undefined, folder ? { LANTERN_DATA_DIR: folder } : {});
try {
  const found = await soak(lantern);
  const warm = found.slice(0, WARM_MINUTES);
  const later = found.slice(WARM_MINUTES);
  for (const [name, of] of [
    ['RSS', ({ rss }: Minute) => rss],
    ['number of descriptors', ({ descriptors }: Minute) => descriptors],
  ] as const) {
    if (later.length === 0 || Math.max(...later.map(of)) <= TOLERANCE * Math.max(...warm.map(of))) continue;
    print(`The ${name} still grew behind minute ${WARM_MINUTES}.`);
    process.exitCode = 1;
  }
} finally {
  await lantern.kill();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
