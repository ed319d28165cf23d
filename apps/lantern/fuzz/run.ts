import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WatchedLantern, type LoopTurn } from './watched-lantern.ts';
import { stepAt } from './steps.ts';

const MEBIBYTE = 1024 * 1024;

/** Limits that must hold while hostile clients send requests. */
export const BOUNDS = {
  heapMebibytes: 512,
  /** Heap, in-flight bodies and block caches, with room for what the allocator has not given back. */
  rssBytes: 1024 * MEBIBYTE,
  /** A cheap request waits for one turn of the event loop. */
  turnMillis: 250,
} as const;

/** Code is compiled in this time, which holds the event loop up. */
const WARM_MILLIS = 10_000;
const WHILE_COLD = 4;

/** Steps that run at a time. */
const CLIENTS = 4;

const LOOK_EVERY_MILLIS = 200;

/** Time limit of a cheap request, in milliseconds, on a machine with any load. */
const CHEAP_PATIENCE_MILLIS = 30_000;

export interface FuzzOptions {
  readonly seed: number;
  /** Indexes of the steps, in order. */
  readonly steps: Iterable<number>;
  readonly durationMillis: number;
  /** Limit on a turn of the event loop, where it is not that of {@link BOUNDS}. */
  readonly turnMillis?: number;
  /** Kept in a data folder, rather than in memory. */
  readonly isDurable: boolean;
  /** Whether a breach by a long turn comes with the call stacks of that turn. */
  readonly isProfiled?: boolean;
}

/** A bound that did not hold. */
export interface Breach {
  readonly message: string;
  /** Steps that ran at that time, and the steps before them, oldest first. */
  readonly running: readonly number[];
  readonly before: readonly number[];
  /** Most frequent call stacks of the turn that was too long, when the run is profiled. */
  readonly stacks: readonly string[];
}

export interface FuzzResult {
  readonly breach: Breach | undefined;
  readonly stepCount: number;
  readonly cheapRequests: number;
  readonly longestTurn: LoopTurn | undefined;
  readonly greatestRss: number;
}

/** Runs steps against a fresh Lantern until the first breach, the last step, or the end of the time. */
export const fuzz = async ({
  seed,
  steps,
  durationMillis,
  isDurable,
  turnMillis = BOUNDS.turnMillis,
  isProfiled = false,
}: FuzzOptions): Promise<FuzzResult> => {
  const folder = isDurable ? await mkdtemp(join(tmpdir(), 'lantern-fuzz-')) : undefined;
  const lantern = await WatchedLantern.start(BOUNDS.heapMebibytes, {
    ...(folder && { LANTERN_DATA_DIR: folder }),
    ...(isProfiled && { LANTERN_WATCH_PROFILE: '1' }),
  });
  // Loads the SDK of the Model Context Protocol, which Lantern loads with the first request.
  await fetch(`${lantern.urls.jaeger}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  // Resets the figures, so that those of the start do not count.
  await lantern.usage();
  const warmAt = Date.now() + WARM_MILLIS;
  const started: number[] = [];
  const running = new Set<number>();
  /** Steps that ran at any time since the previous look at the process. */
  let recent = new Set<number>();
  let breach: Omit<Breach, 'stacks'> | undefined;
  let stacks: readonly string[] = [];
  let cheapRequests = 0;
  let longestTurn: LoopTurn | undefined;
  let greatestRss = 0;
  let isOver = false;
  const fail = (message: string): void => {
    const ran = [...recent];
    breach ??= { message, running: ran, before: started.filter((index) => !ran.includes(index)) };
  };
  const goesOn = (): boolean => breach === undefined && !isOver;

  const watch = async (): Promise<void> => {
    while (goesOn()) {
      try {
        for (const url of [`${lantern.urls.loki}/ready`, `${lantern.urls.jaeger}/api/services`]) {
          const { status } = await fetch(url, { signal: AbortSignal.timeout(CHEAP_PATIENCE_MILLIS) });
          if (status !== 200) fail(`${url} was answered with status ${status}`);
          cheapRequests++;
        }
        const { longestTurn: turn, rss } = await lantern.usage();
        if (turn.heldMillis > (longestTurn?.heldMillis ?? 0)) longestTurn = turn;
        greatestRss = Math.max(greatestRss, rss);
        const limit = Date.now() < warmAt ? WHILE_COLD * turnMillis : turnMillis;
        if (turn.heldMillis > limit) {
          fail(`the event loop was held up for ${describeTurn(turn)} (limit: ${limit} ms)`);
          stacks = await lantern.profileOf(turn);
        }
        if (rss > BOUNDS.rssBytes)
          fail(`the process holds ${mebibytes(rss)} MiB (limit: ${mebibytes(BOUNDS.rssBytes)} MiB)`);
      } catch (error) {
        // The end of the process is reported by who waits for it.
        if (lantern.ending === undefined) fail(`a cheap request was not answered: ${String(error)}`);
      }
      if (lantern.ending !== undefined)
        fail(`the process ended with ${lantern.ending}:\n${lantern.output.slice(-2_000)}`);
      if (breach === undefined) recent = new Set(running);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLIS));
    }
  };

  const next: Iterator<number, unknown> = steps[Symbol.iterator]();
  const deadline = Date.now() + durationMillis;
  const client = async (): Promise<void> => {
    while (goesOn() && Date.now() < deadline) {
      const following = next.next();
      if (following.done === true) return;
      const index = following.value;
      started.push(index);
      running.add(index);
      recent.add(index);
      await Promise.race([stepAt(seed, index).run(lantern.urls), untilBreach()]);
      running.delete(index);
    }
  };
  const untilBreach = async (): Promise<void> => watching;

  const watching = watch();
  try {
    await Promise.all(Array.from({ length: CLIENTS }, client));
    isOver = true;
    await watching;
  } finally {
    await lantern.kill();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
  return {
    breach: breach && { ...breach, stacks },
    stepCount: started.length,
    cheapRequests,
    longestTurn,
    greatestRss,
  };
};

export const describeTurn = ({ heldMillis, waitedMillis, cpuMillis }: LoopTurn): string =>
  `${Math.round(heldMillis)} ms, ${Math.round(cpuMillis)} ms of it CPU time, ` +
  `beside ${Math.round(waitedMillis)} ms of waiting for a core`;

export const mebibytes = (bytes: number): number => Math.round(bytes / MEBIBYTE);
