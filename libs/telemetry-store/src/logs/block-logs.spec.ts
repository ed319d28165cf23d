import { Buffer } from 'node:buffer';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import type { LogStream } from '@lantern/telemetry-model';
import { T0, millis, orderTrace, traceId } from '@lantern/telemetry-model/testing';
import fc from 'fast-check';
import { fuzzRuns } from '../contract/fuzz-runs.js';
import { NaiveLogStore } from '../contract/naive-log-store.js';
import { readRows, sortedByText } from '../contract/read-rows.js';
import { anyLogAppends, anyLogQuery } from '../contract/small-log-world.js';
import { openBlockStore, type BlockStore, type BlockStoreOptions } from '../block-store.js';
import { abandon } from '../testing/abandon.js';
import { TemporaryFolders } from '../testing/temporary-folders.js';

const RANGE = { startUnixNano: T0 - millis(1_000), endUnixNano: T0 + millis(3_600_000) };

const folders = new TemporaryFolders();
const opened: BlockStore[] = [];

const open = (options: Partial<BlockStoreOptions> & { folder: string }): BlockStore => {
  const store = openBlockStore({ durability: 'none', sweepMillis: 0, ...options });
  opened.push(store);
  return store;
};

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

afterAll(() => folders.remove());

/** Ten lines of one trace, of two services. */
const linesOf = (n: number): LogStream[] =>
  ['web', 'orders'].map((service) => ({
    labels: { service },
    entries: Array.from({ length: 5 }, (_, i) => ({
      timeUnixNano: T0 + millis(10 * n + i),
      line: `{"message":"${service} says ${i}","order":${n}}`,
      structuredMetadata: { trace_id: traceId(n), detected_level: 'info' },
    })),
  }));

const all = { matchers: [], range: RANGE, direction: 'forward' } as const;

const ordersOf = async ({ logs }: BlockStore): Promise<number[]> => {
  const rows = await readRows(logs, all);
  const counts = new Map<number, number>();
  for (const { entry } of rows) {
    const { order } = JSON.parse(entry.line) as { order: number };
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect([...counts.values()].every((count) => count === 10)).toBe(true);
  return [...counts.keys()].sort((a, b) => a - b);
};

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('Log lines in a data folder', () => {
  it('A reopened data folder has its log lines and its spans', async () => {
    const folder = folders.next();
    const first = open({ folder, linesPerBlock: 25, spansPerBlock: 25 });
    for (const n of numbers(1, 8)) {
      await first.logs.append(linesOf(n));
      await first.traces.append(
        checkTraceRequest(encodeTraceRequest(orderTrace({ traceId: traceId(n) }).resourceSpans)),
      );
    }
    await first.close();
    const second = open({ folder });
    expect(await ordersOf(second)).toEqual(numbers(1, 8));
    expect(await second.logs.stats()).toMatchObject({ streams: 2, entries: 80 });
    expect(await second.traces.stats()).toMatchObject({ traces: 8 });
  });

  it('The lines of a trace are found in all services, in sealed and in open blocks', async () => {
    const store = open({ folder: folders.next(), linesPerBlock: 15 });
    for (const n of numbers(1, 20)) await store.logs.append(linesOf(n));
    const rows = await readRows(store.logs, { ...all, values: { trace_id: traceId(7) } });
    expect(rows.map(({ labels, entry }) => [labels.service, entry.line])).toEqual(
      linesOf(7)
        .flatMap(({ labels, entries }) => entries.map((entry) => ({ labels, entry })))
        .sort((a, b) => Number(a.entry.timeUnixNano - b.entry.timeUnixNano))
        .map(({ labels, entry }) => [labels.service, entry.line]),
    );
    expect(await readRows(store.logs, { ...all, values: { trace_id: traceId(21) } })).toEqual([]);
  });

  it('A reader can omit fields that it does not need', async () => {
    const store = open({ folder: folders.next(), linesPerBlock: 15 });
    for (const n of numbers(1, 2)) await store.logs.append(linesOf(n));
    const fields = { line: false, metadata: ['detected_level', 'absent'] };
    const rows = await readRows(store.logs, { ...all, fields });
    expect(rows).toHaveLength(20);
    for (const { entry } of rows)
      expect(entry).toMatchObject({ line: '', structuredMetadata: { detected_level: 'info' } });
    expect(Object.keys(rows[0]?.entry.structuredMetadata ?? {})).toEqual(['detected_level']);
  });

  it('Duplicate lines are discarded, also after a restart', async () => {
    const folder = folders.next();
    const first = open({ folder, linesPerBlock: 25 });
    for (const n of numbers(1, 7)) await first.logs.append(linesOf(n));
    await first.close();
    const second = open({ folder, linesPerBlock: 25 });
    for (const n of numbers(1, 8)) await second.logs.append(linesOf(n));
    expect(await ordersOf(second)).toEqual(numbers(1, 8));
    expect(second.status().duplicateLines).toBe(70);
  });

  it('A line is compared with few other lines of the same time, in open and in sealed blocks', async () => {
    // As syslog sends them: whole seconds, lines of equal length that differ in a few bytes.
    const count = 3_000;
    const lines = Array.from({ length: count }, (_, n) => ({
      timeUnixNano: T0,
      line: `${'x'.repeat(90)}${String(n % 1_500).padStart(5, '0')}${'y'.repeat(90)}`,
      structuredMetadata: { half: n < 1_500 ? 'first' : 'second' },
    }));
    const labels = { app: 'syslog' };
    const store = open({ folder: folders.next(), linesPerBlock: 500 });
    const compared = jest.spyOn(Buffer.prototype, 'compare');
    try {
      for (let from = 0; from < count; from += 100)
        await store.logs.append([{ labels, entries: lines.slice(from, from + 100) }]);
      await store.logs.append([{ labels, entries: lines }]);
      expect(compared.mock.calls.length).toBeLessThan(2 * count);
    } finally {
      compared.mockRestore();
    }
    expect(store.status().duplicateLines).toBe(count);
    expect(await store.logs.stats()).toMatchObject({ entries: count });
  });

  it('A data folder of an earlier version accepts log lines', async () => {
    const folder = folders.next();
    await open({ folder }).close();
    const database = new DatabaseSync(join(folder, 'lantern.db'));
    for (const part of ['summary', 'filter', 'columns', 'layout', 'text'])
      database.exec(`DROP TABLE log_${part}`);
    database.exec('PRAGMA user_version = 3');
    database.close();
    const store = open({ folder, linesPerBlock: 5 });
    await store.logs.append(linesOf(1));
    expect(await ordersOf(store)).toEqual([1]);
  });
});

describe('Crash recovery of the log store', () => {
  it('A recovered store has all acknowledged lines, without duplicates', async () => {
    const folder = folders.next();
    const first = open({ folder, linesPerBlock: 25 });
    for (const n of numbers(1, 9)) await first.logs.append(linesOf(n));
    const second = open({ folder: abandon(folder, folders.next()), linesPerBlock: 25 });
    expect(await ordersOf(second)).toEqual(numbers(1, 9));
    expect(second.status()).toMatchObject({ duplicateLines: 0, damagedRecords: 0, damagedBlocks: 0 });
  });

  it('A crash during recovery causes no duplicate lines', async () => {
    const folder = folders.next();
    const first = open({ folder, linesPerBlock: 1000, segmentBytes: 4096 });
    for (const n of numbers(1, 30)) {
      await first.logs.append(linesOf(n));
      await first.traces.append(
        checkTraceRequest(encodeTraceRequest(orderTrace({ traceId: traceId(n) }).resourceSpans)),
      );
    }
    // Recovery with smaller blocks seals many of them while it reads the log.
    const second = abandon(folder, folders.next());
    open({ folder: second, linesPerBlock: 70 });
    const third = abandon(second, folders.next());
    const recovered = open({ folder: third, linesPerBlock: 70 });
    expect(await ordersOf(recovered)).toEqual(numbers(1, 30));
    expect(await recovered.traces.stats()).toMatchObject({ traces: 30, spans: 300 });
    expect(recovered.status()).toMatchObject({ duplicateLines: 0, duplicateSpans: 0 });
  });

  it('A few lines that fill no block do not hold up the journal', async () => {
    const folder = folders.next();
    const store = open({ folder, spansPerBlock: 20, segmentBytes: 4096 });
    await store.logs.append(linesOf(1));
    for (const n of numbers(1, 60))
      await store.traces.append(
        checkTraceRequest(encodeTraceRequest(orderTrace({ traceId: traceId(n) }).resourceSpans)),
      );
    expect(readdirSync(join(folder, 'wal')).length).toBeLessThan(5);
    const second = open({ folder: abandon(folder, folders.next()) });
    expect(await ordersOf(second)).toEqual([1]);
  });
});

describe('Damaged log blocks', () => {
  it.each(['summary', 'columns', 'layout', 'text', 'filter'])(
    'in the %s leaves the other blocks readable, and is said',
    async (part) => {
      const folder = folders.next();
      const first = open({ folder, linesPerBlock: 10 });
      for (const n of numbers(1, 5)) await first.logs.append(linesOf(n));
      await first.close();
      const database = new DatabaseSync(join(folder, 'lantern.db'));
      const [column, where] = part === 'text' ? ['content', 'chunk / 65536'] : [part, 'block'];
      database.exec(`UPDATE log_${part} SET ${column} = X'00112233445566778899' WHERE ${where} = 3`);
      database.close();
      const messages: string[] = [];
      const second = open({ folder, report: (message) => messages.push(message) });
      const query = { ...all, lineContains: ['says'] };
      const found = new Set((await readRows(second.logs, query)).map(({ entry }) => entry.line));
      // A filter only saves work.
      expect(found.size).toBe(part === 'filter' ? 50 : 40);
      expect(second.status().damagedBlocks).toBe(1);
      expect(messages).toEqual([expect.stringMatching(/^Damaged data: .*block 3 of log lines /)]);
    },
  );

  it('Damage anywhere in the journal loses only the lines of the damaged record', async () => {
    const folder = folders.next();
    const first = open({ folder });
    for (const n of numbers(1, 3)) await first.logs.append(linesOf(n));
    const copy = abandon(folder, folders.next());
    const [name = ''] = readdirSync(join(copy, 'wal'));
    const path = join(copy, 'wal', name);
    const bytes = readFileSync(path);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
    writeFileSync(path, bytes);
    const second = open({ folder: copy });
    expect(await ordersOf(second)).toEqual([1, 3]);
    expect(second.status().damagedRecords).toBe(1);
  });
});

describe('Retention of log lines', () => {
  it('Retention by age drops whole blocks of lines with their streams and traces, together with the spans', async () => {
    let now = 1_000_000;
    const folder = folders.next();
    const options = { linesPerBlock: 10, spansPerBlock: 20, maxAgeMillis: 60_000, now: () => now };
    const store = open({ folder, ...options });
    const append = async (n: number): Promise<void> => {
      await store.logs.append(linesOf(n));
      await store.traces.append(
        checkTraceRequest(encodeTraceRequest(orderTrace({ traceId: traceId(n) }).resourceSpans)),
      );
    };
    for (const n of numbers(1, 10)) await append(n);
    await store.logs.append([
      {
        labels: { service: 'gone' },
        entries: linesOf(0).flatMap(({ entries }) => entries),
      },
    ]);
    now += 40_000;
    for (const n of numbers(11, 20)) await append(n);
    now += 30_000;
    while (store.sweep());
    expect(await ordersOf(store)).toEqual(numbers(11, 20));
    expect(await store.traces.stats()).toMatchObject({ traces: 10 });
    expect(await store.logs.stats()).toMatchObject({ streams: 2, entries: 100, evictedEntries: 110 });
    expect(await readRows(store.logs, { ...all, values: { trace_id: traceId(3) } })).toEqual([]);
    now += 60_000;
    while (store.sweep());
    expect(await store.logs.stats()).toMatchObject({ streams: 0, entries: 0 });
    expect(await store.logs.series({ matchers: [], range: RANGE })).toEqual([]);
  });

  it('Retention by bytes keeps the newest lines, with a limit separate from that of spans', async () => {
    const store = open({ folder: folders.next(), linesPerBlock: 20, maxLogBytes: 20_000 });
    for (const n of numbers(1, 300)) await store.logs.append(linesOf(n));
    const { bytes, entries, evictedEntries } = await store.logs.stats();
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(entries + evictedEntries).toBe(3000);
    expect(entries).toBeLessThan(3000);
    expect(await ordersOf(store)).toEqual(numbers(301 - entries / 10, 300));
  });
});

describe('Comparison of log lines with a model', () => {
  it('The store answers like a plain list of lines through restarts and crashes', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: anyLogAppends.map((appends) => ({ kind: 'append' as const, appends })) },
      { weight: 2, arbitrary: fc.constant({ kind: 'reopen' as const }) },
      { weight: 2, arbitrary: fc.constant({ kind: 'crash' as const }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 2, maxLength: 6 }),
        fc.array(anyLogQuery, { minLength: 3, maxLength: 6 }),
        fc.integer({ min: 1, max: 12 }),
        async (steps, queries, linesPerBlock) => {
          let folder = folders.next();
          const naive = new NaiveLogStore();
          const options = { durability: 'none', sweepMillis: 0, linesPerBlock } as const;
          let store = openBlockStore({ folder, ...options });
          const abandoned: BlockStore[] = [];
          try {
            for (const { kind, ...rest } of steps) {
              if (kind === 'append' && 'appends' in rest) {
                for (const streams of rest.appends) {
                  await store.logs.append(streams);
                  await naive.append(streams);
                }
                continue;
              }
              if (kind === 'reopen') await store.close();
              else {
                abandoned.push(store);
                folder = abandon(folder, folders.next());
              }
              store = openBlockStore({ folder, ...options });
            }
            for (const query of queries) {
              expect(await readRows(store.logs, query)).toEqual(await readRows(naive, query));
              expect(sortedByText(await store.logs.series(query))).toEqual(
                sortedByText(await naive.series(query)),
              );
            }
            const { streams, entries } = await naive.stats();
            expect(await store.logs.stats()).toMatchObject({ streams, entries });
          } finally {
            await Promise.all([store, ...abandoned].map((each) => each.close()));
          }
        },
      ),
      { numRuns: fuzzRuns(60) },
    );
  });
});
