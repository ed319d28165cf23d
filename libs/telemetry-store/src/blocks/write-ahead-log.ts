import { Buffer } from 'node:buffer';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { isBefore, type Journal, type LogPosition, type LogRecord } from './journal.js';
import { recordHeader, recordsIn, type RecordKind } from './log-record.js';
import { WriteError } from './write-error.js';

const SEGMENT_NAME = /^(\d{10})\.wal$/;
/** More than the log ever has at once. */
const MAX_SEGMENTS = 10_000;

/** The calls by which the log writes, to be replaced where a disk has to be full. */
export type LogFiles = Pick<
  typeof fs,
  'openSync' | 'writevSync' | 'ftruncateSync' | 'fdatasync' | 'closeSync'
>;

export interface LogOptions {
  readonly folder: string;
  /** A segment is closed when it is longer. */
  readonly segmentBytes: number;
  /** Whether a segment has to be on the disk before the next one begins. */
  readonly survivesPowerLoss: boolean;
  readonly files?: LogFiles;
  /** Segments up to this one are known to have been: their numbers are not used again. */
  readonly lastSegment: number;
  /** Called for each stretch of bytes that holds no whole record. */
  readonly onDamage: (message: string) => void;
}

/**
 * What was accepted and is not yet in a block, one record after the other, in numbered segments:
 *
 * ```
 * 0000000007.wal   F5 4C 4E 54 · length 4 · kind 1 · crc32 4 · payload      F5 4C 4E 54 · …
 * ```
 *
 * A record whose writing was interrupted stands at the end of a segment and was never acknowledged. No segment
 * is written to by two processes, one after the other: each begins a new one.
 */
export class WriteAheadLog implements Journal {
  private descriptor: number | undefined;
  private segment: number;
  private offset = 0;
  /** Lengths of the older segments that are still there. */
  private readonly olderSegments = new Map<number, number>();
  /** Descriptors of older segments that the disk may not have yet. */
  private unsynced: number[] = [];
  /** Whether a segment was made since the folder was synced: it is only found after a loss of power when its folder is on the disk. */
  private hasNewSegment = false;
  private syncing: Promise<void> | undefined;
  private nextSync: Promise<void> | undefined;
  private readonly files: LogFiles;

  constructor(private readonly options: LogOptions) {
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

  get end(): LogPosition {
    return { segment: this.segment, offset: this.offset };
  }

  get byteLength(): number {
    let bytes = this.offset;
    for (const length of this.olderSegments.values()) bytes += length;
    return bytes;
  }

  get lastEnd(): LogPosition {
    if (this.offset > 0) return this.end;
    const segment = Math.max(0, ...this.olderSegments.keys());
    return { segment, offset: this.olderSegments.get(segment) ?? 0 };
  }

  missing(from: LogPosition, to: LogPosition): string[] {
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

  /** The records of earlier processes that do not end before `from`, in the order in which they were appended. */
  *records(from: LogPosition): Generator<LogRecord> {
    for (const segment of [...this.olderSegments.keys()].sort((a, b) => a - b)) {
      if (segment < from.segment) continue;
      for (const record of this.recordsOf(segment)) {
        if (isBefore(from, record.end)) yield record;
      }
    }
  }

  /**
   * After it returns the record outlives the process, and after {@link sync} a loss of power too.
   *
   * @throws WriteError when the file system takes nothing more; then nothing was appended
   */
  append(kind: RecordKind, payload: Uint8Array): LogPosition {
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

  /** Waits until the disk has all that was appended so far. Those who wait at the same time share one call. */
  async sync(): Promise<void> {
    if (!this.syncing) {
      this.syncing = this.syncNow().finally(() => (this.syncing = undefined));
      return this.syncing;
    }
    // The call that is under way may have begun before the last record was written.
    this.nextSync ??= this.syncing
      .catch(() => undefined)
      .then(() => {
        this.nextSync = undefined;
        return this.sync();
      });
    return this.nextSync;
  }

  /** Removes the segments that end before `position`. */
  discardBefore(position: LogPosition): void {
    for (const segment of this.olderSegments.keys()) {
      if (segment >= position.segment) continue;
      fs.rmSync(this.pathOf(segment), { force: true });
      this.olderSegments.delete(segment);
    }
  }

  /** Whether a segment is left that ends before `position`. */
  hasBefore(position: LogPosition): boolean {
    for (const segment of this.olderSegments.keys()) if (segment < position.segment) return true;
    return false;
  }

  get segmentCount(): number {
    return this.olderSegments.size + (this.offset > 0 ? 1 : 0);
  }

  async close(): Promise<void> {
    if (this.options.survivesPowerLoss) await this.sync();
    for (const descriptor of this.unsynced.splice(0)) this.files.closeSync(descriptor);
    if (this.descriptor !== undefined) this.files.closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  /** Takes back what was written of a record that did not get to its end. */
  private undo(start: number): void {
    if (this.descriptor === undefined) return;
    try {
      this.files.ftruncateSync(this.descriptor, start);
    } catch {
      // Its checksum tells that it is not whole, and what comes next is written elsewhere.
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
    // Its records are acknowledged by the next sync, which closes it.
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

  private *recordsOf(segment: number): Generator<LogRecord> {
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
