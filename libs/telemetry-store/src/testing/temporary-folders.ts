import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Data folders of one suite. */
export class TemporaryFolders {
  private readonly root = mkdtempSync(join(tmpdir(), 'lantern-store-'));
  private count = 0;

  /** The path of a folder that does not exist yet. */
  next(): string {
    return join(this.root, String(this.count++));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
