import { constants, mkdirSync, readFileSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../transport/errors/failure.js';
import type { ForwardQueue, QueuedRequest } from './forward-queue.js';
import type { ForwardedRequest } from './forwarded-request.js';
import { HEADER_BYTES, decodeContent, decodeHeader, encodeRecord, recordBytes } from './request-record.js';

/** Size from which a new segment is begun. A whole segment is deleted once its requests are sent, or dropped. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
/** Minimum number of segments within the limit, so that dropping one does not drop most of the queue. */
const MIN_SEGMENTS = 8;

const SEGMENT = /^(\d{12})\.otlp$/;
const POSITION = 'position.json';

/** File with consecutive records. */
interface Segment {
  readonly index: number;
  byteLength: number;
  count: number;
}

/** Place of the first request that was not removed. */
interface Position {
  readonly segment: number;
  readonly offset: number;
}

/**
 * Queue in a folder, which survives the end of the process. Requests are appended to segments; a small file has the position of the
 * first request that was not sent. A process that ends between sending a request and recording it sends it again.
 */
export class FileQueue implements ForwardQueue {
  private readonly segments: Segment[] = [];
  private readonly segmentBytes: number;
  private offset = 0;
  /** Number of the first request. Each request that leaves the queue raises it. */
  private firstNumber = 1;
  private removedInFirst = 0;
  private nextIndex: number;
  private writer: { readonly index: number; readonly file: FileHandle } | undefined;
  private reader: { readonly index: number; readonly file: FileHandle } | undefined;
  /** Operations run one after the other. */
  private last: Promise<unknown> = Promise.resolve();

  /** Opens the queue of a folder, or creates it. */
  constructor(
    private readonly folder: string,
    private readonly maxBytes: number,
    private readonly report: Report,
  ) {
    this.segmentBytes = Math.min(SEGMENT_BYTES, Math.ceil(maxBytes / MIN_SEGMENTS));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const position = this.readPosition();
    const indexes = readdirSync(folder)
      .flatMap((name) => SEGMENT.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
    for (const index of indexes) {
      if (position !== undefined && index < position.segment) {
        rmSync(this.pathOf(index));
        continue;
      }
      const start = position?.segment === index ? position.offset : 0;
      this.segments.push(this.scan(index, start, index === indexes.at(-1)));
      this.offset ||= start;
    }
    this.nextIndex = Math.max(indexes.at(-1) ?? 0, position?.segment ?? 0) + 1;
  }

  get length(): number {
    return this.segments.reduce((sum, { count }) => sum + count, -this.removedInFirst);
  }

  get byteLength(): number {
    return this.segments.reduce((sum, { byteLength }) => sum + byteLength, -this.offset);
  }

  append(request: ForwardedRequest): Promise<number> {
    return this.exclusively(async () => {
      const record = encodeRecord(request);
      if (record.length > this.maxBytes) return 1;
      const segment = this.segmentFor(record.length);
      const file = await this.writerOf(segment.index);
      // A record whose writing failed half way is overwritten by the next.
      await writeWhole(file, record, segment.byteLength);
      segment.byteLength += record.length;
      segment.count++;
      let dropped = 0;
      while (this.byteLength > this.maxBytes) dropped += await this.dropSegment();
      return dropped;
    });
  }

  first(): Promise<QueuedRequest | undefined> {
    return this.exclusively(async () => {
      for (;;) {
        await this.skipSentSegments();
        const [segment] = this.segments;
        if (segment === undefined || this.offset >= segment.byteLength) return undefined;
        const file = await this.readerOf(segment.index);
        const header = decodeHeader(await readExactly(file, this.offset, HEADER_BYTES));
        const content = await readExactly(
          file,
          this.offset + HEADER_BYTES,
          recordBytes(header) - HEADER_BYTES,
        );
        const request = decodeContent(header, content);
        if (request !== undefined) return { number: this.firstNumber, request };
        this.report(
          `A request in ${this.pathOf(segment.index)} is damaged and is not forwarded; the requests behind it are.`,
        );
        await this.advance(recordBytes(header));
      }
    });
  }

  remove(number: number): Promise<void> {
    return this.exclusively(async () => {
      const [segment] = this.segments;
      if (number !== this.firstNumber || segment === undefined || this.offset >= segment.byteLength) return;
      const file = await this.readerOf(segment.index);
      await this.advance(recordBytes(decodeHeader(await readExactly(file, this.offset, HEADER_BYTES))));
    });
  }

  close(): Promise<void> {
    return this.exclusively(async () => {
      await this.writer?.file.close();
      await this.reader?.file.close();
      this.writer = undefined;
      this.reader = undefined;
    });
  }

  private exclusively<Result>(operation: () => Promise<Result>): Promise<Result> {
    const run = this.last.then(operation, operation);
    this.last = run.catch(() => undefined);
    return run;
  }

  private pathOf(index: number): string {
    return join(this.folder, `${String(index).padStart(12, '0')}.otlp`);
  }

  /** Counts the records of a segment. A record at its end that was not written whole was never acknowledged, and is cut off. */
  private scan(index: number, start: number, isLast: boolean): Segment {
    const path = this.pathOf(index);
    const bytes = readFileSync(path);
    const size = bytes.length;
    let count = 0;
    let at = start;
    while (at + HEADER_BYTES <= size) {
      const end = at + recordBytes(decodeHeader(bytes.subarray(at, at + HEADER_BYTES)));
      if (end > size) break;
      at = end;
      count++;
    }
    if (at < size) {
      if (!isLast) this.report(`${path} is damaged: its last ${size - at} bytes are not forwarded.`);
      truncateSync(path, at);
    }
    return { index, byteLength: at, count };
  }

  /** Returns the last segment if a record fits into it, and else a new one. */
  private segmentFor(bytes: number): Segment {
    const last = this.segments.at(-1);
    if (last !== undefined && (last.byteLength === 0 || last.byteLength + bytes <= this.segmentBytes))
      return last;
    const segment = { index: this.nextIndex++, byteLength: 0, count: 0 };
    this.segments.push(segment);
    return segment;
  }

  /** Drops the oldest segment. @returns the number of its requests that were not sent */
  private async dropSegment(): Promise<number> {
    const [segment] = this.segments;
    if (segment === undefined) return 0;
    const dropped = segment.count - this.removedInFirst;
    this.firstNumber += dropped;
    await this.deleteFirst();
    await this.writePosition();
    return dropped;
  }

  /** Moves behind the first request, and records that. */
  private async advance(bytes: number): Promise<void> {
    this.offset += bytes;
    this.removedInFirst++;
    this.firstNumber++;
    await this.skipSentSegments();
    await this.writePosition();
  }

  private async skipSentSegments(): Promise<void> {
    while (this.segments.length > 1 && this.offset >= (this.segments[0]?.byteLength ?? 0))
      await this.deleteFirst();
  }

  private async deleteFirst(): Promise<void> {
    const segment = this.segments.shift();
    this.offset = 0;
    this.removedInFirst = 0;
    if (segment === undefined) return;
    for (const side of ['reader', 'writer'] as const) {
      if (this[side]?.index !== segment.index) continue;
      await this[side].file.close();
      this[side] = undefined;
    }
    await rm(this.pathOf(segment.index), { force: true });
  }

  private async writerOf(index: number): Promise<FileHandle> {
    if (this.writer?.index === index) return this.writer.file;
    await this.writer?.file.close();
    this.writer = {
      index,
      file: await open(this.pathOf(index), constants.O_RDWR | constants.O_CREAT, 0o600),
    };
    return this.writer.file;
  }

  private async readerOf(index: number): Promise<FileHandle> {
    if (this.reader?.index === index) return this.reader.file;
    await this.reader?.file.close();
    this.reader = { index, file: await open(this.pathOf(index), 'r') };
    return this.reader.file;
  }

  private readPosition(): Position | undefined {
    try {
      return JSON.parse(readFileSync(join(this.folder, POSITION), 'utf8')) as Position;
    } catch {
      // Without a position everything in the folder is sent: at least once.
      return undefined;
    }
  }

  /** Replaces the file, so that it is never half written. */
  private async writePosition(): Promise<void> {
    const position: Position = { segment: this.segments[0]?.index ?? this.nextIndex, offset: this.offset };
    const path = join(this.folder, POSITION);
    await writeFile(`${path}.new`, JSON.stringify(position));
    await rename(`${path}.new`, path);
  }
}

const writeWhole = async (file: FileHandle, bytes: Buffer, offset: number): Promise<void> => {
  for (let at = 0; at < bytes.length;)
    at += (await file.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
};

const readExactly = async (file: FileHandle, offset: number, length: number): Promise<Buffer> => {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(bytes, at, length - at, offset + at);
    if (bytesRead === 0) throw new Error('a segment of the queue of forwarded requests has become shorter');
    at += bytesRead;
  }
  return bytes;
};
