import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { ResourceSpans } from '@lantern/telemetry-model';
import { attributes, resourceSpans, span, traceId } from '@lantern/telemetry-model/testing';
import { openBlockStore, type BlockStore } from './block-store.js';
import { abandon } from './testing/abandon.js';
import { append, ids, numbers, order } from './testing/orders.js';
import { TemporaryFolders } from './testing/temporary-folders.js';
import type { JournalFiles } from './journal/file-journal.js';

const folders = new TemporaryFolders();
afterAll(() => folders.remove());

/** Disk whose writes finish only when the test allows it. */
class SlowDisk {
  syncs = 0;
  private isFast = false;
  private readonly waiting: ((error: NodeJS.ErrnoException | null) => void)[] = [];

  readonly files: JournalFiles = {
    ...fs,
    fdatasync: ((_: number, done: (error: NodeJS.ErrnoException | null) => void) => {
      this.syncs++;
      if (this.isFast) done(null);
      else this.waiting.push(done);
    }) as typeof fs.fdatasync,
  };

  finish(code?: string): void {
    const error = code === undefined ? null : Object.assign(new Error(code), { code });
    for (const done of this.waiting.splice(0)) done(error);
  }

  /** From here on it is always done at once. */
  speedUp(): void {
    this.isFast = true;
    this.finish();
  }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
};

const open = (durability: 'process' | 'power', { files }: SlowDisk) =>
  openBlockStore({ folder: folders.next(), durability, files, sweepMillis: 0 });

describe('Durability of a request', () => {
  it('Other tasks run while a large request is added, and a process that ends at any of these moments loses no acknowledged request', async () => {
    const folder = folders.next();
    const store = openBlockStore({ folder, sweepMillis: 0, spansPerBlock: 64, segmentBytes: 4_096 });
    const acknowledged = new Set<number>();
    const copies: { readonly folder: string; readonly acknowledged: readonly number[] }[] = [];
    const send = async (from: number, to: number): Promise<void> => {
      await append(store, ...numbers(from, to).flatMap(order));
      for (const n of numbers(from, to)) acknowledged.add(n);
    };
    const sent = Promise.all([send(1, 400), send(401, 402), send(403, 800)]);
    while (acknowledged.size < 800) {
      await setImmediate();
      store.sweep();
      copies.push({ folder: abandon(folder, folders.next()), acknowledged: [...acknowledged] });
    }
    await sent;
    await store.close();
    expect(copies.length).toBeGreaterThan(2);
    expect(copies.some((copy) => copy.acknowledged.length === 0)).toBe(true);
    for (const copy of copies) {
      const reopened = openBlockStore({ folder: copy.folder, sweepMillis: 0 });
      const { traces } = await reopened.traces.stats();
      // A request is in the journal before it is acknowledged, and comes back whole.
      expect([400, 402, 800].filter((count) => count >= copy.acknowledged.length)).toContain(traces);
      await reopened.close();
    }
  });

  it('With power durability a request is acknowledged after it is on the disk', async () => {
    const disk = new SlowDisk();
    const store = open('power', disk);
    let isAcknowledged = false;
    const appended = append(store, ...order(1)).then(() => (isAcknowledged = true));
    await turns();
    expect(isAcknowledged).toBe(false);
    disk.finish();
    await appended;
    disk.speedUp();
    await store.close();
  });

  it('Requests that arrive during a sync share the next one', async () => {
    const disk = new SlowDisk();
    const store = open('power', disk);
    const first = append(store, ...order(1));
    const others = Promise.all(numbers(2, 50).map((n) => append(store, ...order(n))));
    await turns();
    expect(disk.syncs).toBe(1);
    disk.finish();
    await first;
    await turns();
    // Requests that the first sync might have missed share one more.
    expect(disk.syncs).toBe(2);
    disk.finish();
    await others;
    expect(await ids(store)).toEqual(numbers(1, 50));
    disk.speedUp();
    await store.close();
  });

  it('A request whose sync fails is rejected with the reason', async () => {
    const disk = new SlowDisk();
    const store = open('power', disk);
    const appended = append(store, ...order(1));
    await turns();
    disk.finish('ENOSPC');
    await expect(appended).rejects.toThrow(
      /^Cannot write to .*: the disk is full; free some space, or keep less\.$/,
    );
    disk.speedUp();
    await store.close();
  });

  it('With process durability a request never waits for the disk', async () => {
    const disk = new SlowDisk();
    const store = open('process', disk);
    for (const n of numbers(1, 20)) await append(store, ...order(n));
    expect(disk.syncs).toBe(0);
    disk.speedUp();
    await store.close();
  });
});

/** A span that nothing can compress. */
const large = (n: number, bytes = 10_000): ResourceSpans =>
  resourceSpans(
    `service-${n}`,
    span({ traceId: traceId(n), attributes: attributes({ noise: randomBytes(bytes / 2).toString('hex') }) }),
  );

describe('Checkpoint of the database', () => {
  let folder = '';
  let disk: SlowDisk;
  let store: BlockStore;
  const messages: string[] = [];
  let next = 1;
  beforeEach(async () => {
    folder = folders.next();
    disk = new SlowDisk();
    const report = (message: string): void => void messages.push(message);
    const { files } = disk;
    store = openBlockStore({
      folder,
      files,
      report,
      sweepMillis: 0,
      segmentBytes: 100_000,
      spansPerBlock: 2,
      checkpointBytes: 200_000,
      maxWaitingBytes: 1_000_000,
    });
    messages.length = 0;
    for (next = 1; disk.syncs === 0 && next < 200; next++) await append(store, large(next));
    expect(disk.syncs).toBe(1);
    expect(messages).toEqual([]);
  });
  afterEach(async () => {
    disk.speedUp();
    await store.close();
  });

  it('Requests are acknowledged and queries are answered while a checkpoint waits for a slow disk', async () => {
    const end = next + 60;
    for (; next < end; next++) await append(store, large(next));
    expect(await ids(store)).toEqual(numbers(1, end - 1));
    expect(disk.syncs).toBe(1);
    expect((await store.traces.services()).length).toBe(end - 1);
    disk.speedUp();
    await store.close();
    const second = openBlockStore({ folder, sweepMillis: 0 });
    expect(await ids(second)).toEqual(numbers(1, end - 1));
    expect(second.status()).toMatchObject({ duplicateSpans: 0, damagedRecords: 0, damagedBlocks: 0 });
    await second.close();
    expect(messages).toEqual([]);
  });

  it('A process that ends in any step of a checkpoint loses no data', async () => {
    for (let step = 1; step <= 4; step++) {
      const end = next + 10;
      for (; next < end; next++) await append(store, large(next));
      const killed = openBlockStore({ folder: abandon(folder, folders.next()), sweepMillis: 0 });
      expect(await ids(killed)).toEqual(numbers(1, end - 1));
      expect(killed.status()).toMatchObject({ duplicateSpans: 0, damagedRecords: 0, damagedBlocks: 0 });
      await killed.close();
      disk.finish();
      await turns();
    }
  });

  it('The journal is kept until its blocks are written', async () => {
    for (const end = next + 20; next < end; next++) await append(store, large(next));
    const { journalBytes } = store.status();
    expect(journalBytes).toBeGreaterThan(20 * 10_000);
    disk.speedUp();
    await turns();
    await append(store, large(next++), large(next++));
    await turns();
    expect(store.status().journalBytes).toBeLessThan(journalBytes / 2);
  });

  it('During a slow checkpoint the store rejects requests beyond its memory limit with the reason', async () => {
    await expect(
      (async () => {
        for (const end = next + 600; next < end; next++) await append(store, large(next));
      })(),
    ).rejects.toThrow(/^The disk is too slow: \d+ MiB wait to be written\.$/);
    const refused = next;
    expect(await ids(store)).toEqual(numbers(1, refused - 1));
    disk.speedUp();
    await turns();
    await append(store, large(refused));
    expect(await ids(store)).toEqual(numbers(1, refused));
  });

  it('A failed checkpoint is reported and retried', async () => {
    disk.finish('EIO');
    await turns();
    expect(messages).toEqual([expect.stringMatching(/^Cannot write to .*: EIO\. Blocks stay in memory/)]);
    store.sweep();
    expect(disk.syncs).toBe(2);
    expect(await ids(store)).toEqual(numbers(1, next - 1));
  });

  it('Old blocks are dropped and archived traces kept while a checkpoint waits for a slow disk', async () => {
    const archived = store.traces.archiveTrace(traceId(1));
    await turns();
    disk.speedUp();
    expect(await archived).toBe(true);
    await store.close();
    const second = openBlockStore({ folder, maxBytes: 30_000, sweepMillis: 0 });
    while (second.sweep());
    expect(await ids(second)).not.toContain(1);
    expect(await second.traces.getTrace(traceId(1))).toBeDefined();
    await second.close();
  });
});
