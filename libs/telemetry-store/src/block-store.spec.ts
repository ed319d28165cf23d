import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import * as fs from 'node:fs';
import { cpSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import { attributes, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import fc from 'fast-check';
import { NaiveTraceStore } from './contract/naive-trace-store.js';
import { anyAppends, anyQuery } from './contract/small-world.js';
import { contentOf } from './contract/trace-content.js';
import { openBlockStore, type BlockStore, type BlockStoreOptions } from './block-store.js';
import { RANGE, append, findAll, ids, numbers, order } from './testing/orders.js';
import { TemporaryFolders } from './testing/temporary-folders.js';
import type { JournalFiles } from './journal/file-journal.js';
import { abandon } from './testing/abandon.js';

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

describe('Data folder', () => {
  it.each([1, 30, 1000])(
    'A reopened data folder has all its data, with %i spans per block',
    async (spansPerBlock) => {
      const folder = folders.next();
      const first = open({ folder, spansPerBlock });
      for (const n of numbers(1, 20)) await append(first, ...order(n));
      const before = (await findAll(first)).map(contentOf);
      const dependencies = await first.traces.dependencies(RANGE);
      await first.close();

      const second = open({ folder, spansPerBlock });
      expect((await findAll(second)).map(contentOf)).toEqual(before);
      expect(await second.traces.dependencies(RANGE)).toEqual(dependencies);
      expect(await second.traces.services()).toEqual(['api-gateway', 'order-service', 'user-service']);
      expect(await second.traces.stats()).toMatchObject({ traces: 20, spans: 200 });
    },
  );

  it('A reopened data folder discards duplicates of earlier spans', async () => {
    const folder = folders.next();
    const first = open({ folder, spansPerBlock: 30 });
    for (const n of numbers(1, 7)) await append(first, ...order(n));
    await first.close();
    const second = open({ folder, spansPerBlock: 30 });
    for (const n of numbers(1, 8)) await append(second, ...order(n));
    expect(await second.traces.stats()).toMatchObject({ traces: 8, spans: 80 });
    expect(second.status().duplicateSpans).toBe(70);
    expect(await second.traces.dependencies(RANGE)).toMatchObject([{ callCount: 8 }, { callCount: 8 }]);
  });

  it('A call is counted when its spans are in distant blocks and a restart lies between them', async () => {
    const folder = folders.next();
    const [gateway, orders, users] = order(1);
    if (!gateway || !orders || !users) throw new Error('The order trace has three services.');
    const first = open({ folder, spansPerBlock: 2 });
    await append(first, users);
    await append(first, gateway);
    await first.close();
    const second = open({ folder, spansPerBlock: 2 });
    expect(await second.traces.dependencies(RANGE)).toEqual([]);
    await append(second, orders);
    expect(await second.traces.dependencies(RANGE)).toMatchObject([{ callCount: 1 }, { callCount: 1 }]);
    await second.close();
    expect(await open({ folder }).traces.dependencies(RANGE)).toHaveLength(2);
  });

  it('Archived traces survive a restart and the eviction of their blocks', async () => {
    const folder = folders.next();
    let now = 0;
    const options = { folder, spansPerBlock: 10, maxAgeMillis: 1_000, now: () => now };
    const first = open(options);
    for (const n of numbers(1, 3)) await append(first, ...order(n));
    const whole = contentOf(await first.traces.getTrace(traceId(2)));
    expect(await first.traces.archiveTrace(traceId(2))).toBe(true);
    await first.close();
    now = 5_000;
    const second = open(options);
    while (second.sweep());
    expect(await ids(second)).toEqual([]);
    await second.close();
    const third = open(options);
    expect(contentOf(await third.traces.getTrace(traceId(2)))).toEqual(whole);
    expect(await third.traces.getTrace(traceId(1))).toBeUndefined();
    expect((await third.traces.stats()).bytes).toBeGreaterThan(0);
  });

  it('A cleared data folder is empty when it is opened again, also after a crash, and its journal is removed', async () => {
    for (const end of ['close', 'crash'] as const) {
      let folder = folders.next();
      const first = open({ folder, spansPerBlock: 30 });
      for (const n of numbers(1, 8)) await append(first, ...order(n));
      await first.traces.archiveTrace(traceId(1));
      await first.logs.append([
        { labels: { a: 'b' }, entries: [{ timeUnixNano: 1n, line: 'x', structuredMetadata: {} }] },
      ]);
      expect(first.status().journalBytes).toBeGreaterThan(0);
      await first.clear();
      expect(first.status()).toMatchObject({ blocks: 0, journalBytes: 0 });
      expect(readdirSync(join(folder, 'wal'))).toEqual([]);
      if (end === 'close') await first.close();
      else folder = abandon(folder, folders.next());

      const second = open({ folder, spansPerBlock: 30 });
      expect(await findAll(second)).toEqual([]);
      expect(await second.traces.getTrace(traceId(1))).toBeUndefined();
      expect(await second.logs.stats()).toMatchObject({ entries: 0 });
      expect(second.status()).toMatchObject({ damagedRecords: 0 });
      await append(second, ...order(9));
      expect(await ids(second)).toEqual([9]);
    }
  });

  it('A data folder in use is rejected, and the error names the process that holds it', () => {
    const folder = folders.next();
    open({ folder });
    expect(() => open({ folder })).toThrow(
      `The data folder ${folder} is in use by another Lantern (process ${process.pid}): stop it, or choose another data folder.`,
    );
  });

  it('A data folder of a newer version is rejected', async () => {
    const folder = folders.next();
    await open({ folder }).close();
    const database = new DatabaseSync(join(folder, 'lantern.db'));
    database.exec('PRAGMA user_version = 7');
    database.close();
    expect(() => open({ folder })).toThrow(
      /has format 7, and this version of Lantern reads formats up to 5: update Lantern, or choose another data folder\.$/,
    );
  });

  it('A data folder of a version before the first release is rejected', async () => {
    const folder = folders.next();
    await open({ folder }).close();
    const database = new DatabaseSync(join(folder, 'lantern.db'));
    database.exec('PRAGMA user_version = 2');
    database.close();
    expect(() => open({ folder })).toThrow(
      /has format 2, of Lantern before its first release, .*: delete the folder, or choose another data folder\.$/,
    );
  });

  it('A data folder that cannot be created is rejected', () => {
    const folder = folders.next();
    writeFileSync(folder, '');
    expect(() => open({ folder })).toThrow(/^Cannot write to /);
    // A file system that makes no folders, in which making one with those above it would never end.
    expect(() => open({ folder: '/proc/nowhere/deep' })).toThrow(/^Cannot write to \/proc\/nowhere\/deep: /);
  });
});

describe('Crash recovery', () => {
  it('A recovered store has all acknowledged spans, without duplicates', async () => {
    const folder = folders.next();
    const first = open({ folder, spansPerBlock: 25 });
    for (const n of numbers(1, 9)) await append(first, ...order(n));
    const copy = abandon(folder, folders.next());
    const second = open({ folder: copy, spansPerBlock: 25 });
    expect(await ids(second)).toEqual(numbers(1, 9));
    expect(await second.traces.stats()).toMatchObject({ traces: 9, spans: 90 });
    expect(second.status()).toMatchObject({ duplicateSpans: 0, damagedRecords: 0, damagedBlocks: 0 });
  });

  it('A crash during recovery causes no duplicate spans', async () => {
    const folder = folders.next();
    const first = open({ folder, spansPerBlock: 1000 });
    for (const n of numbers(1, 30)) await append(first, ...order(n));
    // Recovery with smaller blocks seals many of them while it reads the log.
    const second = abandon(folder, folders.next());
    open({ folder: second, spansPerBlock: 70 });
    const third = abandon(second, folders.next());
    const recovered = open({ folder: third, spansPerBlock: 70 });
    expect(await ids(recovered)).toEqual(numbers(1, 30));
    expect(await recovered.traces.stats()).toMatchObject({ traces: 30, spans: 300 });
    expect(recovered.status().duplicateSpans).toBe(0);
    expect(recovered.status().blocks).toBeGreaterThan(2);
  });

  it('A removed journal does not prevent recovery of the sealed blocks', async () => {
    const folder = folders.next();
    const first = open({ folder, spansPerBlock: 10 });
    for (const n of numbers(1, 3)) await append(first, ...order(n));
    await first.close();
    rmSync(join(folder, 'wal'), { recursive: true });
    const second = open({ folder, spansPerBlock: 1000 });
    await append(second, ...order(4));
    expect(await ids(open({ folder: abandon(folder, folders.next()) }))).toEqual(numbers(1, 4));
  });

  it('Recovery skips an incomplete record', async () => {
    const folder = folders.next();
    const first = open({ folder });
    for (const n of numbers(1, 3)) await append(first, ...order(n));
    const copy = abandon(folder, folders.next());
    const [path] = segmentsOf(copy);
    const bytes = readFileSync(path ?? '');
    writeFileSync(path ?? '', bytes.subarray(0, -20));
    const second = open({ folder: copy });
    expect(await ids(second)).toEqual([1, 2]);
    await append(second, ...order(4));
    const third = open({ folder: abandon(copy, folders.next()) });
    expect(await ids(third)).toEqual([1, 2, 4]);
  });
});

const segmentsOf = (folder: string): string[] =>
  readdirSync(join(folder, 'wal'))
    .sort()
    .map((name) => join(folder, 'wal', name));

describe('Missing end of the journal', () => {
  /** A folder with six orders in its log alone, and messages of the store that opens it after `harm`. */
  const messagesAfter = async (harm: (path: string) => void, isKilled: boolean): Promise<string[]> => {
    const folder = folders.next();
    const first = open({ folder });
    for (const n of numbers(1, 6)) await append(first, ...order(n));
    if (isKilled) first.sweep();
    else await first.close();
    const copy = abandon(folder, folders.next());
    harm(segmentsOf(copy)[0] ?? '');
    const messages: string[] = [];
    const second = open({ folder: copy, report: (message) => messages.push(message) });
    if (messages.length > 0) expect(second.status().damagedRecords).toBeGreaterThan(0);
    await second.close();
    const again: string[] = [];
    await open({ folder: copy, report: (message) => again.push(message) }).close();
    expect(again.filter((message) => message.includes('missing'))).toEqual([]);
    return messages;
  };

  it.each([
    ['after a kill', true],
    ['after a regular close', false],
  ])(
    'A truncated journal is reported with the number of missing bytes, wherever it was truncated, %s',
    async (_, isKilled) => {
      const whole: number[] = [];
      expect(await messagesAfter((path) => whole.push(readFileSync(path).length), isKilled)).toEqual([]);
      const [length = 0] = whole;
      for (const cut of [1, 20, length / 6, length / 2, length - 1]) {
        const messages = await messagesAfter(
          (path) => writeFileSync(path, readFileSync(path).subarray(0, -Math.ceil(cut))),
          isKilled,
        );
        expect(messages).toContainEqual(
          expect.stringMatching(
            new RegExp(
              `^Damaged data: the last ${Math.ceil(cut)} of ${length} bytes of .*\\.wal are missing\\.`,
            ),
          ),
        );
      }
      expect(await messagesAfter((path) => rmSync(path), isKilled)).toEqual([
        expect.stringMatching(new RegExp(`^Damaged data: .*\\.wal is missing, ${length} bytes\\.`)),
      ]);
    },
  );

  it('A missing journal is not reported when all its records were in blocks', async () => {
    const folder = folders.next();
    const first = open({ folder, spansPerBlock: 10 });
    for (const n of numbers(1, 3)) await append(first, ...order(n));
    await first.close();
    rmSync(join(folder, 'wal'), { recursive: true });
    const messages: string[] = [];
    open({ folder, report: (message) => messages.push(message) });
    expect(messages).toEqual([]);
  });

  it('An incomplete record is reported even when the length of the journal was not recorded', async () => {
    const folder = folders.next();
    const first = open({ folder });
    for (const n of numbers(1, 3)) await append(first, ...order(n));
    const copy = abandon(folder, folders.next());
    const [path = ''] = segmentsOf(copy);
    writeFileSync(path, readFileSync(path).subarray(0, -20));
    const messages: string[] = [];
    open({ folder: copy, report: (message) => messages.push(message) });
    expect(messages).toEqual([
      expect.stringMatching(
        /^Damaged data: \d+ bytes at \d+ of .* are an incomplete record, .*\. The bytes were skipped\.$/,
      ),
    ]);
  });
});

describe('Damaged files', () => {
  it('A damaged record of the journal is skipped, counted and reported', async () => {
    const folder = folders.next();
    const first = open({ folder });
    for (const n of numbers(1, 3)) await append(first, ...order(n));
    const copy = abandon(folder, folders.next());
    const [path = ''] = segmentsOf(copy);
    const bytes = readFileSync(path);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
    writeFileSync(path, bytes);
    const messages: string[] = [];
    const second = open({ folder: copy, report: (message) => messages.push(message) });
    expect(await ids(second)).toEqual([1, 3]);
    expect(second.status().damagedRecords).toBe(1);
    expect(messages).toEqual([
      expect.stringMatching(/^Damaged data: \d+ bytes at \d+ of .* are damaged\. The bytes were skipped\.$/),
    ]);
  });

  it('Damage anywhere in the journal loses only the damaged record', async () => {
    const folder = folders.next();
    const first = open({ folder });
    for (const n of numbers(1, 6)) await append(first, ...order(n));
    const source = abandon(folder, folders.next());
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(255),
        async (at, byte) => {
          const copy = abandon(source, folders.next());
          const [path = ''] = segmentsOf(copy);
          const bytes = readFileSync(path);
          const position = Math.floor(at * bytes.length);
          const hit = Math.floor(at * 6) + 1;
          bytes[position] = byte;
          writeFileSync(path, bytes);
          const store = openBlockStore({ folder: copy, durability: 'none', sweepMillis: 0 });
          try {
            const found = await ids(store);
            expect(found.length).toBeGreaterThanOrEqual(5);
            expect(numbers(1, 6).filter((n) => !found.includes(n) && Math.abs(n - hit) > 1)).toEqual([]);
          } finally {
            await store.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('A damaged block is counted and reported, and other blocks stay readable', async () => {
    const folder = folders.next();
    const first = open({ folder, spansPerBlock: 10 });
    for (const n of numbers(1, 5)) await append(first, ...order(n));
    await first.close();
    const database = new DatabaseSync(join(folder, 'lantern.db'));
    database.exec("UPDATE span_body SET content = X'00112233445566778899' WHERE chunk >> 16 = 2");
    database.exec("UPDATE span_summary SET summary = X'00112233445566778899' WHERE block = 4");
    database.close();
    const messages: string[] = [];
    const second = open({ folder, report: (message) => messages.push(message) });
    expect(await ids(second)).toEqual([1, 3, 5]);
    expect(second.status().damagedBlocks).toBe(2);
    expect(messages).toHaveLength(2);
    expect(await second.traces.stats()).toMatchObject({ spans: 40 });
  });

  it('A damaged archived trace is reported, and other traces stay readable', async () => {
    const folder = folders.next();
    const first = open({ folder, spansPerBlock: 10 });
    for (const n of numbers(1, 2)) {
      await append(first, ...order(n));
      await first.traces.archiveTrace(traceId(n));
    }
    await first.close();
    const database = new DatabaseSync(join(folder, 'lantern.db'));
    database.exec(
      "DELETE FROM span_columns; UPDATE archived_trace SET spans = X'0011223344' WHERE rowid = 1",
    );
    database.close();
    const messages: string[] = [];
    const second = open({ folder, report: (message) => messages.push(message) });
    expect(await second.traces.getTrace(traceId(1))).toBeUndefined();
    expect(contentOf(await second.traces.getTrace(traceId(2)))).toHaveLength(10);
    expect(messages).toContainEqual(
      expect.stringMatching(/^Damaged data: the archived trace 0+1 cannot be read/),
    );
  });

  it('Damage anywhere in the database causes no wrong answers, and an error names its reason', async () => {
    const folder = folders.next();
    const first = open({ folder, spansPerBlock: 10 });
    for (const n of numbers(1, 40)) await append(first, ...order(n));
    const whole = new Map((await findAll(first)).map((trace) => [trace.traceId, contentOf(trace)]));
    await first.close();
    const sound = readFileSync(join(folder, 'lantern.db'));
    let readable = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        async (damages) => {
          const copy = abandon(folder, folders.next());
          const bytes = Buffer.from(sound);
          for (const [position, byte] of damages) bytes[position] = byte;
          writeFileSync(join(copy, 'lantern.db'), bytes);
          let store;
          try {
            store = openBlockStore({ folder: copy, durability: 'none', sweepMillis: 0, spansPerBlock: 10 });
          } catch (error) {
            expect((error as Error).name).toBe('FolderError');
            return;
          }
          readable++;
          try {
            for (const trace of await findAll(store)) {
              expect(contentOf(trace)).toEqual(whole.get(trace.traceId));
            }
            await store.traces.services();
            await store.traces.dependencies(RANGE);
          } finally {
            await store.close();
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(readable).toBeGreaterThan(20);
  });
});

describe('Comparison with a model', () => {
  it('The store answers like a plain list of spans through restarts and crashes', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: anyAppends.map((requests) => ({ kind: 'append' as const, requests })) },
      { weight: 2, arbitrary: fc.constant({ kind: 'reopen' as const }) },
      { weight: 2, arbitrary: fc.constant({ kind: 'crash' as const }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 2, maxLength: 6 }),
        fc.array(anyQuery, { minLength: 3, maxLength: 6 }),
        fc.integer({ min: 1, max: 12 }),
        async (steps, queries, spansPerBlock) => {
          let folder = folders.next();
          const naive = new NaiveTraceStore();
          const options = { durability: 'none', sweepMillis: 0, spansPerBlock } as const;
          let store = openBlockStore({ folder, ...options });
          const abandoned: BlockStore[] = [];
          try {
            for (const { kind, ...rest } of steps) {
              if (kind === 'append' && 'requests' in rest) {
                for (const groups of rest.requests) {
                  await store.traces.append(checkTraceRequest(encodeTraceRequest(groups)));
                  await naive.append(checkTraceRequest(encodeTraceRequest(groups)));
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
              expect((await store.traces.findTraces(query)).map(contentOf)).toEqual(
                (await naive.findTraces(query)).map(contentOf),
              );
              expect(await store.traces.dependencies(query.range)).toEqual(
                await naive.dependencies(query.range),
              );
            }
            for (const service of await naive.services()) {
              expect(await store.traces.operations(service)).toEqual(await naive.operations(service));
            }
            const { traces, spans } = await naive.stats();
            expect(await store.traces.stats()).toMatchObject({ traces, spans });
          } finally {
            await Promise.all([store, ...abandoned].map((each) => each.close()));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('Disk that accepts no writes', () => {
  /** The real calls, until they are told to fail. */
  class FailingFiles {
    code: string | undefined;

    readonly calls: JournalFiles = {
      ...fs,
      writevSync: ((descriptor: number, buffers: readonly Uint8Array[], position: number) => {
        if (this.code === undefined) return fs.writevSync(descriptor, buffers, position);
        // Half of it is written before the disk is full.
        const all = Buffer.concat(buffers);
        fs.writeSync(descriptor, all, 0, Math.floor(all.length / 2), position);
        throw Object.assign(new Error(this.code), { code: this.code });
      }) as typeof fs.writevSync,
    };
  }

  it.each([
    ['ENOSPC', 'the disk is full; free some space, or keep less'],
    ['EROFS', 'the file system is read-only; make it writable'],
  ])(
    'A failed write (%s) is rejected with its cause, none of its data is kept, and queries still work',
    async (code, cause) => {
      const folder = folders.next();
      const files = new FailingFiles();
      const store = open({ folder, files: files.calls });
      await append(store, ...order(1));
      files.code = code;
      await expect(append(store, ...order(2))).rejects.toMatchObject({
        name: 'WriteError',
        message: `Cannot write to ${join(folder, 'wal')}: ${cause}.`,
      });
      expect(await ids(store)).toEqual([1]);
      expect(await store.traces.stats()).toMatchObject({ traces: 1, spans: 10 });
      files.code = undefined;
      await append(store, ...order(3));
      expect(await ids(store)).toEqual([1, 3]);
      const messages: string[] = [];
      const next = open({
        folder: abandon(folder, folders.next()),
        report: (message) => messages.push(message),
      });
      expect(await ids(next)).toEqual([1, 3]);
      expect(messages).toEqual([]);
    },
  );
});

describe('Data folder that disappears while it is open', () => {
  it.each([
    ['deleted', (folder: string) => rmSync(folder, { recursive: true })],
    ['moved', (folder: string) => renameSync(folder, `${folder}-moved`)],
    [
      'replaced',
      (folder: string) => {
        renameSync(folder, `${folder}-moved`);
        cpSync(`${folder}-moved`, folder, { recursive: true });
      },
    ],
  ])('The store rejects requests with the reason when its data folder was %s', async (_, harm) => {
    const folder = folders.next();
    const messages: string[] = [];
    const store = open({ folder, durability: 'process', report: (message) => messages.push(message) });
    await append(store, ...order(1));
    expect(store.unavailable()).toBeUndefined();
    harm(folder);
    const reason =
      'The data folder was deleted, moved or replaced while Lantern was running: restart Lantern.';
    await expect(append(store, ...order(2))).rejects.toMatchObject({ name: 'WriteError', message: reason });
    const entry = { timeUnixNano: 1n, line: 'lost', structuredMetadata: {} };
    await expect(store.logs.append([{ labels: {}, entries: [entry] }])).rejects.toThrow(reason);
    await expect(store.traces.archiveTrace(traceId(1))).rejects.toThrow(reason);
    expect(store.unavailable()).toBe(reason);
    store.sweep();
    expect(messages).toEqual([reason]);
    expect(await ids(store)).toEqual([1]);
    await store.close();
  });
});

describe('Retention', () => {
  it('Retention by age drops whole blocks with their derived data, and returns the space to the file system', async () => {
    const folder = folders.next();
    let now = 1_000_000;
    const store = open({ folder, spansPerBlock: 100, maxAgeMillis: 60_000, now: () => now });
    const noise = (n: number): string => Array.from({ length: 200 }, (_, i) => Math.sin(n * 977 + i)).join();
    const fill = async (service: string, from: number): Promise<void> => {
      for (let n = from; n < from + 500; n++) {
        const fields = { traceId: traceId(n), attributes: attributes({ noise: noise(n) }) };
        await append(
          store,
          resourceSpans(service, span(fields)),
          resourceSpans(`${service}-callee`, span({ ...fields, spanId: spanId(2), parentSpanId: spanId(1) })),
        );
      }
    };
    await fill('old', 1);
    now += 40_000;
    await fill('new', 1_001);
    const { bytes } = await store.traces.stats();
    now += 30_000;
    while (store.sweep());
    expect(await store.traces.services()).toEqual(['new', 'new-callee']);
    expect(await store.traces.operations('old')).toEqual([]);
    expect(await store.traces.dependencies(RANGE)).toMatchObject([{ parent: 'new', callCount: 500 }]);
    const stats = await store.traces.stats();
    expect(stats).toMatchObject({ traces: 500, spans: 1000, evictedSpans: 1000 });
    expect(stats.bytes).toBeLessThan(0.6 * bytes);
    now += 60_000;
    while (store.sweep());
    expect(await store.traces.stats()).toMatchObject({ traces: 0, spans: 0 });
    for (let i = 0; i < 20; i++) store.sweep();
    await store.close();
    expect(readFileSync(join(folder, 'lantern.db')).length).toBeLessThan(0.5 * bytes);
  });

  it('Retention by age drops every expired block, even after a block that a wrong clock stamped with a future time', async () => {
    const folder = folders.next();
    let now = 1_000_000_000;
    const options = { folder, spansPerBlock: 10, linesPerBlock: 1, maxAgeMillis: 60_000, now: () => now };
    const store = open(options);
    const arrive = async (n: number): Promise<void> => {
      await append(store, ...order(n));
      const entry = { timeUnixNano: BigInt(n), line: `line ${n}`, structuredMetadata: {} };
      await store.logs.append([{ labels: { service: 'web' }, entries: [entry] }]);
    };
    await arrive(1);
    now += 1_000_000_000;
    await arrive(2);
    now -= 1_000_000_000;
    for (const n of numbers(3, 20)) await arrive(n);
    now += 70_000;
    await arrive(21);
    while (store.sweep());
    expect(await ids(store)).toEqual([2, 21]);
    expect((await store.logs.stats()).entries).toBe(2);
    const dependencies = await store.traces.dependencies(RANGE);
    expect(dependencies).toMatchObject([{ callCount: 2 }, { callCount: 2 }]);
    await store.close();
    const second = open(options);
    expect(await ids(second)).toEqual([2, 21]);
    expect(await second.traces.dependencies(RANGE)).toEqual(dependencies);
  });

  it('Retention by age drops spans that never filled a block, even next to a block with a future time', async () => {
    let now = 1_000_000_000;
    const store = open({
      folder: folders.next(),
      spansPerBlock: 20,
      maxAgeMillis: 60_000,
      now: () => now,
    });
    now += 1_000_000_000;
    for (const n of numbers(1, 2)) await append(store, ...order(n));
    now -= 1_000_000_000;
    await append(store, ...order(3));
    now += 70_000;
    while (store.sweep());
    now += 70_000;
    while (store.sweep());
    expect(await ids(store)).toEqual([1, 2]);
  });

  it('Retention by bytes keeps the limit while spans arrive', async () => {
    const store = open({ folder: folders.next(), spansPerBlock: 20, maxBytes: 40_000 });
    for (const n of numbers(1, 300)) {
      await append(store, ...order(n));
      expect((await store.traces.stats()).bytes).toBeLessThanOrEqual(40_000);
    }
    const { traces, evictedSpans, spans } = await store.traces.stats();
    expect(spans + evictedSpans).toBe(3000);
    expect(await ids(store)).toEqual(numbers(301 - traces, 300));
  });
});
