import { readFileSync, statSync } from 'node:fs';
import { YamlFileError } from './yaml-file-error.js';

/** File that is read again once it has changed. No watcher misses a file that is replaced as a whole. */
export class WatchedFile {
  private version = '';

  constructor(readonly path: string) {}

  /** Returns the text when it is new since the last call; undefined when the file has not changed. @throws {YamlFileError} */
  readIfChanged(): string | undefined {
    const stats = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    const version = stats === undefined ? 'missing' : `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
    if (version === this.version) return undefined;
    this.version = version;
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      throw new YamlFileError(`${this.path} cannot be read: ${(error as Error).message}`, { cause: error });
    }
  }
}
