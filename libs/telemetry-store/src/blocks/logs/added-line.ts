import type { Buffer } from 'node:buffer';
import type { LogEntry } from '@lantern/telemetry-model';
import { hashOfLine, hashOfPair } from './line-hash.js';
import type { KnownStream } from './stream-table.js';
import { textHash } from '../text-hash.js';
import { timeWords } from './log-rows.js';

type Metadata = LogEntry['structuredMetadata'];

/** A line that is to be added: its stream, time and structured metadata, and where its text is in UTF-8. */
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

  /** Hash of everything that makes two lines duplicates of each other. Most lines never need it. */
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
