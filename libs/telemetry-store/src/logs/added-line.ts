import type { Buffer } from 'node:buffer';
import type { LogEntry } from '@lantern/telemetry-model';
import { hashOfLine, hashOfPair } from './line-hash.js';
import type { KnownStream } from './stream-table.js';
import { textHash } from '../bytes/text-hash.js';
import { timeWords } from './rows.js';

type Metadata = LogEntry['structuredMetadata'];

/** Log line to add: its stream, time and structured metadata, and the position of its UTF-8 text. */
export class AddedLine {
  readonly timeLow: number;
  readonly timeHigh: number;
  private knownHash: number | undefined;
  private knownPairs: Metadata | undefined;

  constructor(
    readonly stream: KnownStream,
    readonly entry: Pick<LogEntry, 'timeUnixNano' | 'structuredMetadata'>,
    readonly bytes: Buffer,
    readonly start: number,
    readonly end: number,
  ) {
    [this.timeLow, this.timeHigh] = timeWords(entry.timeUnixNano);
  }

  /** Structured metadata as UTF-8 can store it: unpaired surrogates are replaced. */
  get metadata(): Metadata {
    return (this.knownPairs ??= wellFormed(this.entry.structuredMetadata));
  }

  /**
   * Hash over every field in which two lines must be equal to be duplicates. Computed on demand, because most lines
   * never need it.
   */
  get hash(): number {
    if (this.knownHash !== undefined) return this.knownHash;
    let pairs = 0;
    for (const [name, value] of Object.entries(this.metadata))
      pairs = (pairs + hashOfPair(textHash(name), textHash(value))) | 0;
    return (this.knownHash = hashOfLine(this.stream, this, this, pairs));
  }
}

const wellFormed = (metadata: Metadata): Metadata => {
  const pairs = Object.entries(metadata);
  if (pairs.every(([name, value]) => name.isWellFormed() && value.isWellFormed())) return metadata;
  return Object.fromEntries(pairs.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]));
};
