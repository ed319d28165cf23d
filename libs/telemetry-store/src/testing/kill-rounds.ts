import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { T0, millis, traceId } from '@lantern/telemetry-model/testing';
import { contentOf } from '../contract/trace-content.js';
import { openBlockStore, type BlockStore } from '../block-store.js';
import { readRows } from '../contract/read-rows.js';
import { LINES_OF_A_KILL, killLines } from './kill-lines.js';
import { differencesFromModel } from './kill-model.js';
import { SAMPLES_OF_A_KILL, numberOfSample } from './kill-samples.js';
import { killTrace } from './kill-trace.js';

export interface KillResult {
  readonly kills: number;
  /** Requests that were acknowledged before a kill, and those that are there without having been. */
  readonly acknowledged: number;
  readonly unacknowledged: number;
  /** Faults found, a sentence each; must be empty. */
  readonly faults: readonly string[];
}

/**
 * Lets a process write to `folder`, kills it at a random moment, reads all that is there and compares it with what
 * was acknowledged; `rounds` times, each on what the one before left behind.
 *
 * @param random 0 to 1, not included
 */
export const killRounds = async (
  folder: string,
  rounds: number,
  durability: 'process' | 'power',
  random: () => number = Math.random,
): Promise<KillResult> => {
  const acknowledged = new Set<number>();
  const faults: string[] = [];
  let next = 1;
  let present = 0;
  for (let round = 1; round <= rounds; round++) {
    // Some die before they have written anything, most at any moment of their writing.
    const writes = round % 5 === 0 ? 0 : 1 + Math.floor(random() * 150);
    for (const n of await writeUntilKilled(folder, next, durability, writes, random() * 5))
      acknowledged.add(n);
    const found = await check(folder, acknowledged, (fault) => faults.push(`round ${round}: ${fault}`));
    present = found.size;
    next = Math.max(0, ...found) + 1;
  }
  return {
    kills: rounds,
    acknowledged: acknowledged.size,
    unacknowledged: present - acknowledged.size,
    faults,
  };
};

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** @param writes how many are acknowledged at least; it dies so many milliseconds after them */
const writeUntilKilled = async (
  folder: string,
  first: number,
  durability: string,
  writes: number,
  delayMillis: number,
): Promise<number[]> => {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@lantern/source',
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
      `--import=${new URL('../../../../tools/source-modules.mjs', import.meta.url).href}`,
      path('./kill-writer.ts'),
      folder,
      String(first),
      durability,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exit = once(child, 'exit');
  const acknowledged: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'open') acknowledged.push(Number(line));
    if (acknowledged.length === writes) void delay(delayMillis).then(() => child.kill('SIGKILL'));
  }
  const [code, signal] = (await exit) as [number | null, string | null];
  if (signal !== 'SIGKILL') throw new Error(`The writer ended by itself, with ${code ?? signal}.`);
  return acknowledged;
};

const check = async (
  folder: string,
  acknowledged: ReadonlySet<number>,
  fault: (message: string) => void,
): Promise<Set<number>> => {
  const store = openBlockStore({
    folder,
    spansPerBlock: 200,
    linesPerBlock: 150,
    samplesPerBlock: 170,
    sweepMillis: 0,
    // A kill may interrupt the write of a request that was never acknowledged.
    report: (message) => {
      if (!message.includes('an incomplete record')) fault(message);
    },
  });
  try {
    const range = { startUnixNano: T0, endUnixNano: T0 + millis(1e9) };
    const traces = await store.traces.findTraces({ range, limit: 1e6 });
    const found = new Set(traces.map((trace) => Number.parseInt(trace.traceId, 16)));
    for (const n of acknowledged) if (!found.has(n)) fault(`${n} was acknowledged and is lost`);
    for (const n of found) {
      const trace = await store.traces.getTrace(traceId(n));
      if (JSON.stringify(contentOf(trace), wide) !== JSON.stringify(contentOf(killTrace(n)), wide)) {
        fault(`${n} is not what it was`);
      }
    }
    const stats = await store.traces.stats();
    if (stats.spans !== 10 * found.size) fault(`${stats.spans} spans in ${found.size} traces of 10`);
    if (stats.traces !== found.size) fault(`${stats.traces} traces are counted where ${found.size} are`);
    for (const difference of await differencesFromModel(store.traces, [...found])) fault(difference);
    const newest = traces.map((trace) => Number.parseInt(trace.traceId, 16));
    if (newest.some((n, i) => i > 0 && n >= (newest[i - 1] ?? 0))) fault('the newest are not first');
    const withLines = await checkLines(store, acknowledged, fault);
    const withSamples = await checkSamples(store, acknowledged, fault);
    const { duplicateSpans, duplicateLines } = store.status();
    if (duplicateSpans > 0) fault(`${duplicateSpans} spans were read twice from the log`);
    if (duplicateLines > 0) fault(`${duplicateLines} lines were read twice from the log`);
    return new Set([...found, ...withLines, ...withSamples]);
  } finally {
    await store.close();
  }
};

/** @returns the numbers whose lines are there */
const checkLines = async (
  { logs }: BlockStore,
  acknowledged: ReadonlySet<number>,
  fault: (message: string) => void,
): Promise<Set<number>> => {
  const range = { startUnixNano: T0, endUnixNano: T0 + millis(1e9) };
  const rows = await readRows(logs, { matchers: [], range, direction: 'forward' });
  const found = new Set(
    rows.map(({ entry }) => Number.parseInt(entry.structuredMetadata.trace_id ?? '', 16)),
  );
  for (const n of acknowledged) if (!found.has(n)) fault(`the lines of ${n} were acknowledged and are lost`);
  for (const n of found) {
    const own = await readRows(logs, {
      matchers: [],
      range,
      direction: 'forward',
      values: { trace_id: traceId(n) },
    });
    const expected = killLines(n).flatMap(({ labels, entries }) =>
      entries.map((entry) => ({ labels, entry })),
    );
    expected.sort((a, b) => Number(a.entry.timeUnixNano - b.entry.timeUnixNano));
    if (JSON.stringify(own, wide) !== JSON.stringify(expected, wide))
      fault(`the lines of ${n} are not what they were`);
  }
  const { entries } = await logs.stats();
  if (entries !== LINES_OF_A_KILL * found.size) fault(`${entries} lines of ${found.size} traces`);
  return found;
};

/** @returns the numbers whose samples are there */
const checkSamples = async (
  { metrics }: BlockStore,
  acknowledged: ReadonlySet<number>,
  fault: (message: string) => void,
): Promise<Set<number>> => {
  const counts = new Map<number, number>();
  const all = { startMillis: 0, endMillis: Number.MAX_SAFE_INTEGER };
  for await (const chunk of metrics.select([], all)) {
    for (const { labels, timestamps, values } of chunk) {
      for (const [i, time] of timestamps.entries()) {
        const n = numberOfSample(labels, time, values[i] ?? 0);
        if (n === undefined) fault(`a sample of ${labels.key} is not what it was`);
        else counts.set(n, (counts.get(n) ?? 0) + 1);
      }
    }
  }
  for (const n of acknowledged)
    if (!counts.has(n)) fault(`the samples of ${n} were acknowledged and are lost`);
  for (const [n, count] of counts)
    if (count !== SAMPLES_OF_A_KILL) fault(`${count} samples of ${n}, which has ${SAMPLES_OF_A_KILL}`);
  const { samples } = await metrics.stats();
  if (samples !== SAMPLES_OF_A_KILL * counts.size) fault(`${samples} samples of ${counts.size} numbers`);
  return new Set(counts.keys());
};

const wide = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
