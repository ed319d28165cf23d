import { afterAll, describe, expect, it } from '@jest/globals';
import * as fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { openBlockStore } from './block-store.js';
import { append, ids, numbers, order } from './testing/orders.js';
import { TemporaryFolders } from './testing/temporary-folders.js';
import type { LogFiles } from './write-ahead-log.js';

const folders = new TemporaryFolders();
afterAll(() => folders.remove());

/** A disk that is done only when it is told so. */
class SlowDisk {
  syncs = 0;
  private readonly waiting: ((error: NodeJS.ErrnoException | null) => void)[] = [];

  readonly files: LogFiles = {
    ...fs,
    fdatasync: ((_: number, done: (error: NodeJS.ErrnoException | null) => void) => {
      this.syncs++;
      this.waiting.push(done);
    }) as typeof fs.fdatasync,
  };

  finish(code?: string): void {
    const error = code === undefined ? null : Object.assign(new Error(code), { code });
    for (const done of this.waiting.splice(0)) done(error);
  }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
};

const open = (durability: 'process' | 'power', { files }: SlowDisk) =>
  openBlockStore({ folder: folders.next(), durability, files, sweepMillis: 0 });

describe('a request', () => {
  it('that has to outlive a loss of power is acknowledged once it is on the disk', async () => {
    const disk = new SlowDisk();
    const store = open('power', disk);
    let isAcknowledged = false;
    const appended = append(store, ...order(1)).then(() => (isAcknowledged = true));
    await turns();
    expect(isAcknowledged).toBe(false);
    disk.finish();
    await appended;
    const closed = store.close();
    await turns();
    disk.finish();
    await closed;
  });

  it('shares the wait for the disk with all that came meanwhile', async () => {
    const disk = new SlowDisk();
    const store = open('power', disk);
    const first = append(store, ...order(1));
    const others = Promise.all(numbers(2, 50).map((n) => append(store, ...order(n))));
    await turns();
    expect(disk.syncs).toBe(1);
    disk.finish();
    await first;
    await turns();
    // What the first call might have missed waits for one more, together.
    expect(disk.syncs).toBe(2);
    disk.finish();
    await others;
    expect(await ids(store)).toEqual(numbers(1, 50));
    const closed = store.close();
    await turns();
    disk.finish();
    await closed;
  });

  it('is refused when the disk does not take it, with the reason', async () => {
    const disk = new SlowDisk();
    const store = open('power', disk);
    const appended = append(store, ...order(1));
    await turns();
    disk.finish('ENOSPC');
    await expect(appended).rejects.toThrow(
      /^Cannot write to .*: the disk is full; free some space, or keep less\.$/,
    );
    const closed = store.close();
    await turns();
    disk.finish();
    await closed;
  });

  it('that has to outlive the process alone never waits for the disk', async () => {
    const disk = new SlowDisk();
    const store = open('process', disk);
    for (const n of numbers(1, 20)) await append(store, ...order(n));
    await store.close();
    expect(disk.syncs).toBe(0);
  });
});
