import type { TraceId } from '@lantern/telemetry-model';
import { ARCHIVE_SHARE, ArchiveFullError } from '../archive-full-error.js';
import type { ArchiveTable } from '../file/archive-table.js';
import type { BlockDatabase } from '../file/block-database.js';
import { joinChanges, type Change } from '../file/change.js';
import type { Damage } from '../blocks/damage.js';
import { finish } from '../blocks/steps.js';
import { openSealedBytes, sealBytes } from '../bytes/sealed-bytes.js';
import type { OriginTable } from './origin.js';
import { addEncodedSpans, encodeSpans, type SpansByOrigin } from './trace-assembly.js';

export interface TraceArchiveOptions {
  readonly database: BlockDatabase;
  readonly origins: OriginTable;
  readonly damage: Damage;
  readonly now: () => number;
  /** Limit on the size of the whole store, in bytes. */
  readonly maxBytes: number;
  readonly report: (message: string) => void;
}

/**
 * Traces that outlive their blocks. Archiving copies all spans of a trace; spans that arrive later are added when their
 * block is dropped.
 */
export class TraceArchive {
  private readonly sizes: Map<TraceId, number>;
  private readonly table: ArchiveTable;
  private readonly maxBytes: number;
  private totalBytes = 0;

  constructor(private readonly options: TraceArchiveOptions) {
    this.table = options.database.archive;
    this.maxBytes = ARCHIVE_SHARE * options.maxBytes;
    this.sizes = new Map();
    try {
      for (const [traceId, bytes] of this.table.sizes()) this.note(traceId, bytes);
    } catch (error) {
      options.damage.report(`the list of archived traces cannot be read (${(error as Error).message})`);
    }
  }

  /**
   * Size that counts against the limit. It is capped at the archive's share, so that blocks keep theirs after the limit
   * was lowered.
   */
  get bytes(): number {
    return Math.min(this.totalBytes, this.maxBytes);
  }

  get isEmpty(): boolean {
    return this.sizes.size === 0;
  }

  has(traceId: TraceId): boolean {
    return this.sizes.has(traceId);
  }

  /** Adds the archived spans of a trace, if any. */
  addSpans(traceId: TraceId, into: SpansByOrigin): void {
    if (!this.has(traceId)) return;
    try {
      addEncodedSpans(openSealedBytes(this.table.spans(traceId)), this.options.origins, into);
    } catch (error) {
      this.options.damage.report(`the archived trace ${traceId} cannot be read: ${(error as Error).message}`);
    }
  }

  /**
   * Archives a trace.
   *
   * @param encoded all its spans as one request, including archived ones
   * @throws ArchiveFullError, WriteError
   */
  add(traceId: TraceId, encoded: Uint8Array): void {
    const sealed = sealBytes(encoded);
    if (!this.hasRoomFor(traceId, sealed.length)) {
      throw new ArchiveFullError(sealed.length, this.totalBytes, this.maxBytes);
    }
    const { database, now } = this.options;
    database.write(this.table.insertion(traceId, now(), sealed));
    this.note(traceId, sealed.length);
  }

  /**
   * Copies spans of archived traces into the archive before their blocks are dropped. Spans for which the archive has
   * no room are dropped with their blocks.
   *
   * @param dropBlocks change that is written in the same transaction
   * @throws WriteError
   */
  absorb(spansByTrace: ReadonlyMap<TraceId, SpansByOrigin>, dropBlocks: Change): void {
    const { database, now, report } = this.options;
    const absorbed: [TraceId, Uint8Array][] = [];
    for (const [traceId, spans] of spansByTrace) {
      const before = new Map() as SpansByOrigin;
      this.addSpans(traceId, before);
      for (const [origin, added] of spans) before.set(origin, [...(before.get(origin) ?? []), ...added]);
      const sealed = sealBytes(finish(encodeSpans(before)));
      if (this.hasRoomFor(traceId, sealed.length)) absorbed.push([traceId, sealed]);
      else report(`Spans of the archived trace ${traceId} are dropped: the archive has no room for them.`);
    }
    database.write(
      joinChanges([
        ...absorbed.map(([traceId, sealed]) => this.table.insertion(traceId, now(), sealed)),
        dropBlocks,
      ]),
    );
    for (const [traceId, sealed] of absorbed) this.note(traceId, sealed.length);
  }

  /** Deletes all archived traces. @throws WriteError */
  clear(): void {
    this.options.database.write(this.table.clearing());
    this.sizes.clear();
    this.totalBytes = 0;
  }

  private hasRoomFor(traceId: TraceId, bytes: number): boolean {
    const before = this.sizes.get(traceId) ?? 0;
    return bytes <= before || this.totalBytes - before + bytes <= this.maxBytes;
  }

  private note(traceId: TraceId, bytes: number): void {
    this.totalBytes += bytes - (this.sizes.get(traceId) ?? 0);
    this.sizes.set(traceId, bytes);
  }
}
