import { afterAll, describe, expect, it } from '@jest/globals';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TemporaryFolders } from '../testing/temporary-folders.js';

const folders = new TemporaryFolders();
afterAll(() => folders.remove());

const run = (command: string, args: readonly string[]): SpawnSyncReturns<string> =>
  spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1e8 });

/** Flags of `unshare` that allow a mount. A user other than root may mount if user namespaces are allowed. */
const namespaces = [['--mount'], ['--map-root-user', '--mount']].find(
  (flags) => run('unshare', [...flags, 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0,
);

type Way = 'mount' | 'limit';

/** A limit on the size of files is available everywhere, a file system of 3 MiB only if one can be mounted. */
const ways: readonly Way[] = namespaces ? ['limit', 'mount'] : ['limit'];

const fillDisk = (way: Way): Record<string, unknown> => {
  const node = [
    process.execPath,
    '--conditions=@lantern/source',
    '--experimental-transform-types',
    '--disable-warning=ExperimentalWarning',
    `--import=${new URL('../../../../tools/source-modules.mjs', import.meta.url).href}`,
    fileURLToPath(new URL('../testing/full-disk.ts', import.meta.url)),
    folders.next(),
    way,
  ];
  const { status, stdout, stderr } =
    way === 'mount'
      ? run('unshare', [...(namespaces ?? []), ...node])
      : run('sh', ['-c', 'ulimit -f 1024 && exec "$@"', 'sh', ...node]);
  if (status !== 0) throw new Error(`It ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
};

const REASONS: Readonly<Record<Way, string>> = {
  mount: 'the disk is full; free some space, or keep less',
  limit:
    'a file may not grow any more; raise the limit on the size of files|the disk failed to read or write',
};

describe.each(ways)('Real full disk (%s)', (way) => {
  const refusal = expect.stringMatching(new RegExp(`^Cannot write to .*: (${REASONS[way]})\\.$`));
  const services = ['api-gateway', 'order-service', 'user-service'];

  it('A full disk is reported, and acknowledged data can be queried while it is full, after a restart, and after space was freed', () => {
    const seen = fillDisk(way);
    const { acknowledged } = seen.full as { acknowledged: number };
    expect(acknowledged).toBeGreaterThan(50);
    expect(seen.full).toEqual({ refusal, again: refusal, acknowledged, found: acknowledged, services });
    expect(seen.reopened).toEqual({ acknowledged, found: acknowledged, services });
    if (way === 'limit') return;
    const more = acknowledged + 50;
    expect(seen.roomy).toEqual({ refusal: 'none', acknowledged: more, found: more, services });
    expect(seen.readOnly).toMatch(/^Cannot write to .*: the file system is read-only; make it writable\.$/);
  });
});
