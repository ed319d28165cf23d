import { Buffer } from 'node:buffer';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { isBefore, type Journal, type JournalPosition, type JournalRecord } from './journal.js';
import { recordHeader, recordsIn, type RecordKind } from './journal-record.js';
import { WriteError } from '../write-error.js';

const SEGMENT_NAME = /^(\d{10})\.wal$/;
/** Limit on the number of segments; the journal never has as many at a time. */
const MAX_SEGMENTS = 10_000;

/** System calls of the journal. Tests replace them to simulate a full disk. */
export type JournalFiles = Pick<
  typeof fs,
  'openSync' | 'writevSync' | 'ftruncateSync' | 'fdatasync' | 'closeSync'
>;

export interface FileJournalOptions {
  readonly folder: string;
  /** Size in bytes beyond which a segment is closed. */
  readonly segmentBytes: number;
  /** Whether a segment must be on the disk before the next one begins. */
  readonly survivesPowerLoss: boolean;
  readonly files?: JournalFiles;
  /** Highest segment number that is known to have been used. Numbers up to it are not used again. */
  readonly lastSegment: number;
  /** Called for each byte range that holds no complete record. */
  readonly onDamage: (message: string) => void;
}

/**
 * Journal on disk: a write-ahead log of accepted records that are not yet in a block, in numbered segments:
 *
 * ```
 * 0000000007.wal   F5 4C 4E 54 · length 4 · kind 1 · crc32 4 · payload      F5 4C 4E 54 · …
 * ```
 *
 * An interrupted record is at the end of a segment and was never acknowledged. Each process begins a new segment, so no
 * segment has records of two processes.
 */
export class FileJournal implements Journal {
  private descriptor: number | undefined;
  private segment: number;
  private offset = 0;
  /** Lengths of the older segments that still exist. */
  private readonly olderSegments = new Map<number, number>();
  /** Descriptors of older segments that may not be on the disk yet. */
  private unsynced: number[] = [];
  /**
   * Whether a segment was created since the folder was synced. After a power loss a segment is found only if its folder
   * was synced.
   */
  private hasNewSegment = false;
  private syncing: Promise<void> | undefined;
  private nextSync: Promise<void> | undefined;
  private readonly files: JournalFiles;

  constructor(private readonly options: FileJournalOptions) {
    this.files = options.files ?? fs;
    fs.mkdirSync(options.folder, { recursive: true });
    let newest = options.lastSegment;
    for (const name of fs.readdirSync(options.folder)) {
      const segment = Number(SEGMENT_NAME.exec(name)?.[1] ?? 0);
      if (segment === 0) continue;
      this.olderSegments.set(segment, fs.statSync(join(options.folder, name)).size);
      newest = Math.max(newest, segment);
    }
    this.segment = newest + 1;
  }

  get end(): JournalPosition {
    return { segment: this.segment, offset: this.offset };
  }

  get byteLength(): number {
    let bytes = this.offset;
    for (const length of this.olderSegments.values()) bytes += length;
    return bytes;
  }

  get lastEnd(): JournalPosition {
    if (this.offset > 0) return this.end;
    const segment = Math.max(0, ...this.olderSegments.keys());
    return { segment, offset: this.olderSegments.get(segment) ?? 0 };
  }

  missing(from: JournalPosition, to: JournalPosition): string[] {
    if (!isBefore(from, to) || to.segment - from.segment > MAX_SEGMENTS) return [];
    const missing: string[] = [];
    for (let segment = Math.max(1, from.segment); segment <= to.segment; segment++) {
      const bytes = this.olderSegments.get(segment);
      const wanted = segment === to.segment ? to.offset : 0;
      if (bytes === undefined) {
        missing.push(`${this.pathOf(segment)} is missing${wanted > 0 ? `, ${wanted} bytes` : ''}`);
      } else if (bytes < wanted) {
        missing.push(`the last ${wanted - bytes} of ${wanted} bytes of ${this.pathOf(segment)} are missing`);
      }
    }
    return missing;
  }

  /** Yields the records of earlier processes that end at or after `from`, in the order in which they were appended. */
  *records(from: JournalPosition): Generator<JournalRecord> {
    for (const segment of [...this.olderSegments.keys()].sort((a, b) => a - b)) {
      if (segment < from.segment) continue;
      for (const record of this.recordsOf(segment)) {
        if (isBefore(from, record.end)) yield record;
      }
    }
  }

  /**
   * Appends a record. When it returns, the record survives the end of the process, and after {@link sync} a power loss.
   *
   * @throws WriteError when the file system rejects the write; then nothing was appended
   */
  append(kind: RecordKind, payload: Uint8Array): JournalPosition {
    if (this.offset > this.options.segmentBytes) this.leaveSegment();
    const header = recordHeader(kind, payload);
    const start = this.offset;
    try {
      this.descriptor ??= this.openSegment();
      const length = header.length + payload.length;
      let written = this.files.writevSync(this.descriptor, [header, payload], start);
      while (written < length) {
        const rest = Buffer.concat([header, payload]).subarray(written);
        written += this.files.writevSync(this.descriptor, [rest], start + written);
      }
      this.offset += length;
    } catch (error) {
      this.undo(start);
      throw WriteError.of(error, this.options.folder);
    }
    return this.end;
  }

  beginSegment(): void {
    if (this.offset > 0) this.leaveSegment();
  }

  /** Waits until everything that was appended so far is on the disk. Concurrent callers share one sync. */
  async sync(): Promise<void> {
    if (!this.syncing) {
      this.syncing = this.syncNow().finally(() => (this.syncing = undefined));
      return this.syncing;
    }
    // The sync in progress may have begun before the last record was written.
    this.nextSync ??= this.syncing
      .catch(() => undefined)
      .then(() => {
        this.nextSync = undefined;
        return this.sync();
      });
    return this.nextSync;
  }

  /** Removes the segments that end before `position`. */
  discardBefore(position: JournalPosition): void {
    for (const segment of this.olderSegments.keys()) {
      if (segment >= position.segment) continue;
      fs.rmSync(this.pathOf(segment), { force: true });
      this.olderSegments.delete(segment);
    }
  }

  /** Whether a segment that ends before `position` still exists. */
  hasBefore(position: JournalPosition): boolean {
    for (const segment of this.olderSegments.keys()) if (segment < position.segment) return true;
    return false;
  }

  async close(): Promise<void> {
    if (this.options.survivesPowerLoss) await this.sync();
    for (const descriptor of this.unsynced.splice(0)) this.files.closeSync(descriptor);
    if (this.descriptor !== undefined) this.files.closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  /** Truncates the segment to the start of a record whose write failed. */
  private undo(start: number): void {
    if (this.descriptor === undefined) return;
    try {
      this.files.ftruncateSync(this.descriptor, start);
    } catch {
      // The checksum marks the record as incomplete, and the next record is written to another segment.
      this.offset = start;
      this.leaveSegment();
    }
  }

  private openSegment(): number {
    this.hasNewSegment = true;
    return this.files.openSync(this.pathOf(this.segment), 'wx');
  }

  /** Begins a new segment, so that this one can be discarded as soon as its records are in blocks. */
  private leaveSegment(): void {
    const { descriptor } = this;
    this.descriptor = undefined;
    this.olderSegments.set(this.segment, this.offset);
    this.segment++;
    this.offset = 0;
    if (descriptor === undefined) return;
    // The next sync acknowledges its records and closes it.
    if (this.options.survivesPowerLoss) this.unsynced.push(descriptor);
    else this.files.closeSync(descriptor);
  }

  private async syncNow(): Promise<void> {
    const older = [...this.unsynced];
    const current = this.descriptor === undefined ? [] : [this.descriptor];
    const syncsFolder = this.hasNewSegment;
    this.hasNewSegment = false;
    try {
      await Promise.all([
        ...[...older, ...current].map((descriptor) => this.syncFile(descriptor)),
        ...(syncsFolder ? [syncFolder(this.options.folder)] : []),
      ]);
    } catch (error) {
      this.hasNewSegment ||= syncsFolder;
      throw WriteError.of(error, this.options.folder);
    }
    this.unsynced = this.unsynced.filter((descriptor) => !older.includes(descriptor));
    for (const descriptor of older) this.files.closeSync(descriptor);
  }

  private syncFile(descriptor: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.files.fdatasync(descriptor, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  private *recordsOf(segment: number): Generator<JournalRecord> {
    const bytes = fs.readFileSync(this.pathOf(segment));
    const onDamage = (length: number, offset: number, isLast: boolean): void =>
      this.options.onDamage(
        `${length} bytes at ${offset} of ${this.pathOf(segment)} are ` +
          (isLast ? 'an incomplete record, damaged or never acknowledged' : 'damaged'),
      );
    for (const { kind, payload, end } of recordsIn(bytes, onDamage)) {
      yield { kind, payload, end: { segment, offset: end } };
    }
  }

  private pathOf(segment: number): string {
    return join(this.options.folder, `${String(segment).padStart(10, '0')}.wal`);
  }
}

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await fs.promises.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
