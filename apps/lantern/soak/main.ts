/**
 * `nx soak lantern`: ordinary load for twenty minutes. Prints what Lantern's process holds, minute by minute, and fails
 * when memory or descriptors still grow after the first five minutes: see {@link GROWTH}.
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

/**
 * Limit on the median of the last third of the minutes, as a multiple of the median of minutes 5 to 7. Caches are full
 * and code is compiled by minute 5. Medians, because V8 collects garbage when it sees fit.
 */
const GROWTH = 1.05;
const WARM_MINUTES = { first: 5, last: 7 };
const MEBIBYTE = 1024 * 1024;

const minutes = Number(values.minutes);
const ordersPerSecond = Number(values.orders);
const folder = values['in-memory'] ? undefined : mkdtempSync(join(tmpdir(), 'lantern-soak-'));

interface Minute {
  readonly rss: number;
  readonly descriptors: number;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const median = (numbers: readonly number[]): number => {
  const ascending = numbers.toSorted((a, b) => a - b);
  const middle = ascending.length / 2;
  return ((ascending[Math.floor(middle)] ?? 0) + (ascending[Math.ceil(middle) - 1] ?? 0)) / 2;
};

/** Returns 0 where the system does not tell. */
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
    const { rss, heapUsed, external, cpuSeconds, longestTurn } = await lantern.usage();
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
        longestTurn.heldMillis.toFixed(0).padStart(17),
      ].join(' '),
    );
    cpuBefore = cpuSeconds;
  }
  stopped.abort();
  await work;
  return found;
};

/** Same as in the image and in `npm start`; see docs/decisions/036-a-small-young-generation.md. */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' };

const lantern = await WatchedLantern.start(undefined, {
  ...ALLOCATOR,
  ...(folder ? { LANTERN_DATA_DIR: folder } : {}),
});
try {
  const found = await soak(lantern);
  const warm = found.slice(WARM_MINUTES.first - 1, WARM_MINUTES.last);
  const last = found.slice(Math.ceil((2 * found.length) / 3));
  if (found.length <= WARM_MINUTES.last)
    print(
      `Too short to judge: memory is compared with that of minutes ${WARM_MINUTES.first} to ${WARM_MINUTES.last}.`,
    );
  else
    for (const [name, of] of [
      ['RSS', ({ rss }: Minute) => rss / MEBIBYTE],
      ['number of descriptors', ({ descriptors }: Minute) => descriptors],
    ] as const) {
      const [before, after] = [median(warm.map(of)), median(last.map(of))];
      const isFlat = after <= GROWTH * before;
      print(
        `${isFlat ? 'Flat' : 'Still growing'}: ${name}, median ${before.toFixed(0)} in minutes ` +
          `${WARM_MINUTES.first} to ${WARM_MINUTES.last}, ${after.toFixed(0)} in the last third ` +
          `(${after < before ? '' : '+'}${(100 * (after / before - 1)).toFixed(1)} %)`,
      );
      if (!isFlat) process.exitCode = 1;
    }
} finally {
  await lantern.kill();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
