import { Buffer } from 'node:buffer';
import { SpanScanner, decodeTraceRequest } from '@lantern/otlp';
import { StatusCode, boundedName, spansOf } from '@lantern/telemetry-model';
import { errorOfTag, kindOfTag, statusOfTag } from '../reserved-tags.js';
import { spanMatcher } from '../span-matcher.js';
import type { TraceQuery } from '../trace-store.js';
import { textHash } from '../bytes/text-hash.js';
import { AttributeCondition, type ChunkSpans } from './attribute-condition.js';
import { mayHoldOperation, type OperationHashes } from './operation-hashes.js';
import type { Origin } from './origin.js';
import { writeRequest } from './request-bytes.js';
import {
  ENDS_BEFORE_START,
  bodyStart,
  chunkOf,
  chunkStart,
  firstRowOf,
  statusOf,
  type BlockOperation,
  type ReadChunk,
  type SpanRows,
} from './rows.js';
import { EVERY_CHUNK, NO_CHUNK, chunkBit, type TagChunks } from './tag-chunks.js';
import { wordsAt, type TraceWords } from '../blocks/trace-words.js';
import { highOf, lowOf, wideOf } from '../bytes/wide-time.js';

/** Range with both ends inclusive. */
export interface StartRange {
  readonly from: bigint;
  readonly to: bigint;
}

export interface BlockMatch {
  readonly words: TraceWords;
  readonly start: bigint;
}

/** Block that can be searched. */
export interface ReadBlock {
  readonly rows: SpanRows;
  readonly read: ReadChunk;
  /** Set of chunks that may hold spans with the searched attributes. */
  readonly chunks: number;
}

type RowCondition = (flags: number, operation: BlockOperation) => boolean;

const RESOURCE_PREFIX = 'resource.';

const MAX_TIME = 0xffff_ffff_ffff_ffffn;
/** Shared scanner. Each result is used before the next scan. */
const scanner = new SpanScanner();

/**
 * Conditions of a query on the spans that it selects. Conditions on columns are checked in the columns. For conditions
 * on attributes the bytes of a chunk are searched, candidates are scanned, and a span is decoded only if it has their
 * hashes.
 */
export class SpanSelection {
  readonly rowConditions: RowCondition[] = [];
  private readonly originConditions: ((origin: Origin) => boolean)[] = [];
  private readonly attributeConditions: AttributeCondition[] = [];
  /** Remaining conditions of each origin. Most blocks have the same few origins. */
  private readonly missing = new Map<Origin, readonly AttributeCondition[] | undefined>();
  readonly matches: ReturnType<typeof spanMatcher>;
  /** Range of the query, clamped to 64 bits. */
  readonly starts: StartRange;

  /** Names in the form that blocks store, see `boundedName`. */
  private readonly service: string | undefined;
  private readonly operation: string | undefined;
  private readonly serviceHash: number | undefined;
  private readonly operationHash: number | undefined;

  constructor(readonly query: TraceQuery) {
    const { service, operation } = query;
    this.service = service === undefined ? undefined : boundedName(service);
    this.operation = operation === undefined ? undefined : boundedName(operation);
    this.serviceHash = this.service === undefined ? undefined : textHash(this.service);
    this.operationHash = this.operation === undefined ? undefined : textHash(this.operation);
    this.matches = spanMatcher(query);
    const { startUnixNano, endUnixNano } = query.range;
    this.starts = {
      from: startUnixNano < 0n ? 0n : startUnixNano,
      to: endUnixNano > MAX_TIME ? MAX_TIME : endUnixNano,
    };
    for (const [name, text] of Object.entries(query.attributes ?? {})) this.addCondition(name, text);
  }

  get isImpossible(): boolean {
    return this.starts.from > this.starts.to;
  }

  get needsTags(): boolean {
    return this.attributeConditions.length > 0;
  }

  /** Returns the set of chunks that may have a matching span. */
  chunksIn(tags: TagChunks | undefined): number {
    if (!tags) return EVERY_CHUNK;
    let chunks = EVERY_CHUNK;
    for (const { hashes } of this.attributeConditions) {
      let holding = NO_CHUNK;
      for (const hash of hashes) holding |= tags.of(hash);
      chunks &= holding;
    }
    return chunks;
  }

  mayMatchOperation({ service, name }: BlockOperation): boolean {
    return (
      (this.service === undefined || this.service === service) &&
      (this.operation === undefined || this.operation === name)
    );
  }

  mayHold(operations: OperationHashes): boolean {
    return mayHoldOperation(operations, this.serviceHash, this.operationHash);
  }

  /** Returns, by the trace's index, the row + 1 of each trace's newest match that starts within the range. */
  newestRows(block: ReadBlock, { from, to }: StartRange): Uint32Array {
    const { rows, chunks } = block;
    const newest = new Uint32Array(rows.traceCount);
    const matcher = new RowMatcher(this, block);
    if (!matcher.mayMatch) return newest;
    const { spanCount, rowsPerChunk, traceOf, startLow, startHigh } = rows;
    const [fromLow, fromHigh, toLow, toHigh] = [lowOf(from), highOf(from), lowOf(to), highOf(to)];
    // Last chunk first: it most often has the newest match, and then the others need not be searched.
    for (let chunk = chunkOf(rows, spanCount - 1); chunk >= 0; chunk--) {
      if ((chunks & chunkBit(chunk)) === 0) continue;
      const firstRow = firstRowOf(rows, chunk);
      for (let row = Math.min(spanCount, firstRow + rowsPerChunk) - 1; row >= firstRow; row--) {
        const [low, high] = [startLow[row] ?? 0, startHigh[row] ?? 0];
        if (high < fromHigh || (high === fromHigh && low < fromLow)) continue;
        if (high > toHigh || (high === toHigh && low > toLow)) continue;
        const trace = traceOf[row] ?? 0;
        const newer = (newest[trace] ?? 0) - 1;
        if (newer >= 0 && !isNewer(rows, row, newer)) continue;
        if (matcher.matches(row)) newest[trace] = row + 1;
      }
    }
    return newest;
  }

  /** Returns the newest matching span of each trace that has one that starts within the range. */
  newestMatches(block: ReadBlock, range: StartRange): BlockMatch[] {
    const { startLow, startHigh, traceWords } = block.rows;
    const matches: BlockMatch[] = [];
    for (const [trace, found] of this.newestRows(block, range).entries()) {
      if (found === 0) continue;
      const row = found - 1;
      matches.push({
        words: wordsAt(traceWords, trace),
        start: wideOf(startLow[row] ?? 0, startHigh[row] ?? 0),
      });
    }
    return matches;
  }

  /** Whether every span that starts within the range matches. */
  get takesAll(): boolean {
    const { service, operation, minDurationNano, maxDurationNano, where } = this.query;
    return (
      [service, operation, minDurationNano, maxDurationNano, where].every(
        (condition) => condition === undefined,
      ) && this.rowConditions.length + this.originConditions.length + this.attributeConditions.length === 0
    );
  }

  rowMatcher(block: ReadBlock): RowMatcher {
    return new RowMatcher(this, block);
  }

  private addCondition(name: string, text: string): void {
    switch (name) {
      case 'error': {
        const isError = errorOfTag(text);
        this.rowConditions.push((flags) => (statusOf(flags) === StatusCode.error) === isError);
        return;
      }
      case 'span.status': {
        const status = statusOfTag(text);
        this.rowConditions.push((flags) => statusOf(flags) === status);
        return;
      }
      case 'span.kind': {
        const wanted = kindOfTag(text);
        this.rowConditions.push((_, { kind }) => kind === wanted);
        return;
      }
      case 'scope.name':
        this.originConditions.push(({ decoded }) => decoded.scope.name === text);
        return;
      case 'scope.version':
        this.originConditions.push(({ decoded }) => decoded.scope.version === text);
        return;
      default:
        break;
    }
    const isOfResource = name.startsWith(RESOURCE_PREFIX);
    const key = isOfResource ? name.slice(RESOURCE_PREFIX.length) : name;
    this.attributeConditions.push(new AttributeCondition(key, text, isOfResource));
  }

  /** Returns the conditions that the spans of an origin must still meet; undefined when none of its spans can match. */
  missingConditions(origin: Origin): readonly AttributeCondition[] | undefined {
    if (this.missing.has(origin)) return this.missing.get(origin);
    const missing = this.findMissing(origin);
    this.missing.set(origin, missing);
    return missing;
  }

  private findMissing(origin: Origin): readonly AttributeCondition[] | undefined {
    if (!this.originConditions.every((fits) => fits(origin))) return undefined;
    const missing: AttributeCondition[] = [];
    for (const condition of this.attributeConditions) {
      if (condition.isMetBy(origin.decoded.resource.attributes)) continue;
      if (condition.isOfResource) return undefined;
      if (!condition.isMetBy(origin.decoded.scope.attributes)) missing.push(condition);
    }
    return missing;
  }
}

/** Checks the spans of one block one by one. */
export class RowMatcher {
  private readonly operationFits: readonly boolean[];
  private readonly missing: readonly (readonly AttributeCondition[] | undefined)[];
  private readonly candidatesOf = new Map<readonly AttributeCondition[], Uint8Array[]>();
  private knownChunk = -1;
  private knownBytes: Uint8Array | undefined;

  private readonly rows: SpanRows;
  private readonly read: ReadChunk;
  private readonly chunks: number;

  constructor(
    private readonly selection: SpanSelection,
    { rows, read, chunks }: ReadBlock,
  ) {
    this.rows = rows;
    this.read = read;
    this.chunks = chunks;
    this.operationFits = rows.operations.map((operation) => selection.mayMatchOperation(operation));
    this.missing = rows.origins.map((origin) => selection.missingConditions(origin));
  }

  get mayMatch(): boolean {
    return this.operationFits.includes(true) && this.missing.some((conditions) => conditions !== undefined);
  }

  /** Checks all conditions except the range. */
  matches(row: number): boolean {
    const { rows, selection } = this;
    const operationIndex = rows.operationOf[row] ?? 0;
    if (this.operationFits[operationIndex] !== true) return false;
    const missing = this.missing[rows.originOf[row] ?? 0];
    if (!missing || !this.durationFits(row)) return false;
    const operation = rows.operations[operationIndex];
    const flags = rows.flags[row] ?? 0;
    if (!operation || !selection.rowConditions.every((fits) => fits(flags, operation))) return false;
    if (missing.length === 0 && selection.query.where === undefined) return true;
    return this.hasAttributes(row, missing);
  }

  /**
   * Returns the rows of a chunk that may meet every condition, found without scanning each span.
   */
  private candidateRows(
    conditions: readonly AttributeCondition[],
    chunk: number,
    bytes: Uint8Array,
  ): Uint8Array {
    let chunks = this.candidatesOf.get(conditions);
    if (!chunks) this.candidatesOf.set(conditions, (chunks = []));
    const known = chunks[chunk];
    if (known) return known;
    const { rowsPerChunk, spanCount } = this.rows;
    const firstRow = firstRowOf(this.rows, chunk);
    const found = new Uint8Array(Math.min(rowsPerChunk, spanCount - firstRow)).fill(1);
    const spans = spansOfChunk(this.rows, firstRow, found.length, bytes);
    for (const condition of conditions) {
      const holding = new Uint8Array(found.length);
      condition.mark(spans, holding);
      for (let row = 0; row < found.length; row++) found[row] = (found[row] ?? 0) & (holding[row] ?? 0);
    }
    chunks[chunk] = found;
    return found;
  }

  private durationFits(row: number): boolean {
    const { flags, durationLow, durationHigh } = this.rows;
    const { minDurationNano: min, maxDurationNano: max } = this.selection.query;
    if (min === undefined && max === undefined) return true;
    // A span that ends before it starts is shorter than any other.
    if (((flags[row] ?? 0) & ENDS_BEFORE_START) !== 0) return min === undefined;
    const duration = wideOf(durationLow[row] ?? 0, durationHigh[row] ?? 0);
    return (min === undefined || duration >= min) && (max === undefined || duration <= max);
  }

  private hasAttributes(row: number, conditions: readonly AttributeCondition[]): boolean {
    const { rows } = this;
    const chunk = chunkOf(rows, row);
    if (conditions.length > 0 && (this.chunks & chunkBit(chunk)) === 0) return false;
    if (chunk !== this.knownChunk) {
      this.knownChunk = chunk;
      this.knownBytes = this.read(chunk);
    }
    const bytes = this.knownBytes;
    if (!bytes) return false;
    const firstRow = firstRowOf(rows, chunk);
    if (this.candidateRows(conditions, chunk, bytes)[row - firstRow] === 0) return false;
    const offset = chunkStart(rows, chunk);
    const [start, end] = [bodyStart(rows, row) - offset, (rows.bodyEnd[row] ?? 0) - offset];
    if (conditions.length > 0) {
      const { tags, tagEnd } = scanner.scan(bytes, start, end);
      const tagCount = tagEnd[0] ?? 0;
      for (const { hashes } of conditions) {
        let isThere = false;
        for (let tag = 0; tag < tagCount && !isThere; tag++) isThere = hashes.includes(tags[tag] ?? 0);
        if (!isThere) return false;
      }
    }
    const origin = rows.origins[rows.originOf[row] ?? 0];
    if (!origin) return false;
    const { resourceSpans } = decodeTraceRequest(
      writeRequest([{ origin, spans: [bytes.subarray(start, end)] }]),
    );
    return Array.from(spansOf(resourceSpans)).some(this.selection.matches);
  }
}

const spansOfChunk = (rows: SpanRows, firstRow: number, count: number, bytes: Uint8Array): ChunkSpans => {
  const offset = bodyStart(rows, firstRow);
  const ends = new Uint32Array(count);
  for (let row = 0; row < count; row++) ends[row] = (rows.bodyEnd[firstRow + row] ?? 0) - offset;
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), ends };
};

const isNewer = ({ startLow, startHigh }: SpanRows, row: number, other: number): boolean => {
  const [high, otherHigh] = [startHigh[row] ?? 0, startHigh[other] ?? 0];
  return high === otherHigh ? (startLow[row] ?? 0) > (startLow[other] ?? 0) : high > otherHigh;
};
