// Fills the file system of a folder, and prints the behavior of a store as JSON. Two ways of having no
// room: `mount` makes a file system of 3 MiB there, which needs a mount namespace of its own; `limit` was started with
// a limit on the size of files.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBlockStore, type BlockStore } from '../block-store.js';
import { append, ids, order } from './orders.js';

const [root = '', way] = process.argv.slice(2);
const mount = (...args: string[]): void => void execFileSync('mount', [...args, root], { stdio: 'inherit' });

mkdirSync(root, { recursive: true });
if (way === 'mount') mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs');
const folder = join(root, 'data');
const reports: string[] = [];
const open = (): BlockStore =>
  openBlockStore({
    folder,
    spansPerBlock: 100,
    segmentBytes: 1024 * 1024,
    sweepMillis: 0,
    report: (message) => reports.push(message),
  });

let next = 1;
/** @returns why it did not go on, or undefined when it went on all the time */
const appendMany = async (store: BlockStore, count: number): Promise<string | undefined> => {
  for (let i = 0; i < count; i++) {
    try {
      await append(store, ...order(next));
      next++;
    } catch (error) {
      return (error as Error).message;
    }
  }
  return undefined;
};
const seen = async (store: BlockStore): Promise<object> => ({
  acknowledged: next - 1,
  found: (await ids(store)).length,
  services: await store.traces.services(),
});
const refusalOf = (work: () => BlockStore): string => {
  try {
    return `opened ${work().status().blocks}`;
  } catch (error) {
    return (error as Error).message;
  }
};

let store = open();
const full = {
  refusal: await appendMany(store, 100_000),
  again: await appendMany(store, 1),
  ...(await seen(store)),
};
await store.close();
store = open();
const reopened = await seen(store);
let [roomy, readOnly]: unknown[] = [];
if (way === 'mount') {
  mount('-o', 'remount,size=64m');
  const refusal = (await appendMany(store, 50)) ?? 'none';
  roomy = { refusal, ...(await seen(store)) };
  await store.close();
  mount('-o', 'remount,ro');
  readOnly = refusalOf(open);
} else {
  await store.close();
}
process.stdout.write(JSON.stringify({ full, reopened, roomy, readOnly, reports }));
