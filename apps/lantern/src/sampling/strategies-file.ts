import { readFileSync, statSync } from 'node:fs';
import type { Report } from '../transport/errors/failure.js';
import { parseStrategies, type SamplingStrategies, type SamplingStrategy } from './strategies.js';

/** The file cannot be used when Lantern starts. The message names it and what is wrong. */
export class StrategiesFileError extends Error {
  override readonly name = 'StrategiesFileError';
}

/**
 * The strategies of a file, which is read again once it has changed. It is looked at when somebody asks: no
 * watcher can miss a file that is replaced as a whole, as configuration tools do. A file that cannot be used
 * leaves in force what was read last.
 */
export class StrategiesFile implements SamplingStrategies {
  private current: SamplingStrategies;
  private version: string;

  /** @throws {StrategiesFileError} */
  constructor(
    private readonly path: string,
    private readonly report: Report,
  ) {
    this.version = this.versionOnDisk();
    try {
      this.current = this.read();
    } catch (error) {
      throw new StrategiesFileError(
        `The sampling strategies cannot be read from ${path}: ${messageOf(error)}.`,
        {
          cause: error,
        },
      );
    }
  }

  strategyFor(service: string): SamplingStrategy {
    const version = this.versionOnDisk();
    if (version !== this.version) {
      this.version = version;
      try {
        this.current = this.read();
        this.report(`The sampling strategies were read again from ${this.path}.`);
      } catch (error) {
        this.report(
          `The sampling strategies cannot be read again from ${this.path}: ${messageOf(error)}. ` +
            'Those that were read before stay in force.',
        );
      }
    }
    return this.current.strategyFor(service);
  }

  private read(): SamplingStrategies {
    return parseStrategies(readFileSync(this.path, 'utf8'));
  }

  private versionOnDisk(): string {
    const stats = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? 'missing' : `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
