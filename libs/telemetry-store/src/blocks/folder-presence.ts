import { statSync } from 'node:fs';
import { WriteError } from './write-error.js';

/**
 * Whether a data folder is still where it was opened. A process goes on writing to files that were deleted, and the
 * operating system gives them up with the process.
 */
export class FolderPresence {
  private readonly identity: string | undefined;

  /** @param databasePath of a file that exists as long as the folder is in use */
  constructor(private readonly databasePath: string) {
    this.identity = this.currentIdentity();
  }

  /** Why nothing that is written would be found again; undefined when it would. */
  get problem(): string | undefined {
    if (this.currentIdentity() === this.identity) return undefined;
    // Without its path: readiness probes show it without a token.
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
