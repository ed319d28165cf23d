import { statSync } from 'node:fs';
import { WriteError } from '../write-error.js';

/**
 * Detects that a data folder was deleted, moved or replaced. A process can still write to deleted files, and their
 * content is lost when the process ends.
 */
export class FolderPresence {
  private readonly identity: string | undefined;

  /** @param databasePath path of a file that exists as long as the folder is in use */
  constructor(private readonly databasePath: string) {
    this.identity = this.currentIdentity();
  }

  /** Reason why written data would not be found again; undefined when there is none. */
  get problem(): string | undefined {
    if (this.currentIdentity() === this.identity) return undefined;
    // Without the path, because readiness probes return the message without authentication.
    return 'The data folder was deleted, moved or replaced while Lantern was running: restart Lantern.';
  }

  /** @throws WriteError */
  assertThere(): void {
    const { problem } = this;
    if (problem !== undefined) throw new WriteError(problem);
  }

  private currentIdentity(): string | undefined {
    const stats = statSync(this.databasePath, { throwIfNoEntry: false });
    return stats && `${stats.dev}:${stats.ino}`;
  }
}
