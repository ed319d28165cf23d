import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const progress = fileURLToPath(new URL('../../progress.mjs', import.meta.url));

describe('the progress of an installation', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'lantern-progress-'));
    const packages = { '': {}, 'apps/shop': {}, 'node_modules/one': {}, 'node_modules/two': {} };
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is printed at an interval, with the number of unpacked packages', async () => {
    mkdirSync(join(root, 'node_modules/one'), { recursive: true });
    const code = `
      import { installedPackages, reportProgress } from ${JSON.stringify(progress)};
      reportProgress(installedPackages(${JSON.stringify(root)}), { intervalMillis: 10 });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // A busy machine delivers several lines at once, and late.
    const [lines] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill();
    expect(lines.toString()).toMatch(/^(?: {2}\d+ s: 1 of 2 packages unpacked\n)+$/);
  });
});
