import { TraceRequestWalker, decodeTraceRequest, hashesOfAttributeText } from '@lantern/otlp';
import {
  StatusCode,
  attributeText,
  attributeValue,
  spansOf,
  type Attributes,
} from '@lantern/telemetry-model';
import { spanMatcher } from '../span-matcher.js';
import type { TraceQuery } from '../trace-store.js';
import type { Origin } from './origin.js';
import { writeRequest } from './request-bytes.js';
import { ENDS_BEFORE_START, bodyStart, statusOf, type BlockOperation, type SpanRows } from './span-rows.js';
import { mayHoldTag } from './tag-filter.js';
import type { TraceWords } from './trace-words.js';
import { highOf, lowOf, wideOf } from './wide-time.js';

/** An attribute that a span, an event, a link, its scope or its resource has to have. */
interface AttributeCondition {
  readonly name: string;
  readonly text: string;
  /** Whether only the resource counts. */
  readonly isOfResource: boolean;
  readonly hashes: readonly number[];
}

/** Both ends included. */
export interface StartRange {
  readonly from: bigint;
  readonly to: bigint;
}

export interface BlockMatch {
  readonly words: TraceWords;
  readonly start: bigint;
}

type RowCondition = (flags: number, operation: BlockOperation) => boolean;

const KIND_WORDS: readonly string[] = ['', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUS_WORDS: readonly string[] = ['UNSET', 'OK', 'ERROR'];
const RESOURCE_PREFIX = 'resource.';

const MAX_TIME = 0xffff_ffff_ffff_ffffn;
/** Spans of one search share it: what a walk found is used before the next one. */
const walker = new TraceRequestWalker();

/**
 * One search, made ready for going through blocks. Conditions that the columns can answer are answered there; for
 * attributes a span's bytes are walked through, and only a span that has their hashes is decoded.
 */
export class BlockSearch {
  readonly rowConditions: RowCondition[] = [];
  private readonly originConditions: ((origin: Origin) => boolean)[] = [];
  private readonly attributeConditions: AttributeCondition[] = [];
  readonly matches: ReturnType<typeof spanMatcher>;
  /** The range, as far as 64 bits can say it. */
  readonly starts: StartRange;

  constructor(readonly query: TraceQuery) {
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

  /** Whether a block with this filter may have a span that matches. */
  mayMatch(filter: Uint8Array): boolean {
    return this.attributeConditions.every(({ hashes }) => hashes.some((hash) => mayHoldTag(filter, hash)));
  }

  get needsFilter(): boolean {
    return this.attributeConditions.length > 0;
  }

  mayMatchOperation(operation: BlockOperation): boolean {
    const { service, operation: name } = this.query;
    return (
      (service === undefined || service === operation.service) &&
      (name === undefined || name === operation.name)
    );
  }

  /** The newest matching span of each trace that has one that starts within the range. */
  newestMatches(rows: SpanRows, body: () => Uint8Array | undefined, { from, to }: StartRange): BlockMatch[] {
    const matcher = new RowMatcher(this, rows, body);
    if (!matcher.mayMatch) return [];
    const { spanCount, traceOf, startLow, startHigh, traceWords: words } = rows;
    const [fromLow, fromHigh, toLow, toHigh] = [lowOf(from), highOf(from), lowOf(to), highOf(to)];
    /** The row of each trace's newest match, + 1. */
    const best = new Uint32Array(rows.traceCount);
    for (let row = 0; row < spanCount; row++) {
      const [low, high] = [startLow[row] ?? 0, startHigh[row] ?? 0];
      if (high < fromHigh || (high === fromHigh && low < fromLow)) continue;
      if (high > toHigh || (high === toHigh && low > toLow)) continue;
      const trace = traceOf[row] ?? 0;
      const newer = (best[trace] ?? 0) - 1;
      if (newer >= 0 && !isNewer(rows, row, newer)) continue;
      if (matcher.matches(row)) best[trace] = row + 1;
    }
    const matches: BlockMatch[] = [];
    for (let trace = 0, at = 0; trace < best.length; trace++, at += 4) {
      const row = (best[trace] ?? 0) - 1;
      if (row < 0) continue;
      matches.push({
        words: [words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0],
        start: wideOf(startLow[row] ?? 0, startHigh[row] ?? 0),
      });
    }
    return matches;
  }

  rowMatcher(rows: SpanRows, body: () => Uint8Array | undefined): RowMatcher {
    return new RowMatcher(this, rows, body);
  }

  private addCondition(name: string, text: string): void {
    switch (name) {
      case 'error':
        this.rowConditions.push((flags) => String(statusOf(flags) === StatusCode.error) === text);
        return;
      case 'span.status':
        this.rowConditions.push((flags) => STATUS_WORDS[statusOf(flags)] === text);
        return;
      case 'span.kind':
        this.rowConditions.push((_, { kind }) => KIND_WORDS[kind] === text);
        return;
      case 'scope.name':
        this.originConditions.push(({ decodedScope }) => decodedScope.name === text);
        return;
      case 'scope.version':
        this.originConditions.push(({ decodedScope }) => decodedScope.version === text);
        return;
      default:
        break;
    }
    const isOfResource = name.startsWith(RESOURCE_PREFIX);
    const key = isOfResource ? name.slice(RESOURCE_PREFIX.length) : name;
    this.attributeConditions.push({
      name: key,
      text,
      isOfResource,
      hashes: hashesOfAttributeText(key, text),
    });
  }

  /** The conditions that an origin leaves to its spans, or undefined when none of its spans can match. */
  missingConditions(origin: Origin): readonly AttributeCondition[] | undefined {
    if (!this.originConditions.every((fits) => fits(origin))) return undefined;
    const missing: AttributeCondition[] = [];
    for (const condition of this.attributeConditions) {
      if (holds(origin.decodedResource.attributes, condition)) continue;
      if (condition.isOfResource) return undefined;
      if (!holds(origin.decodedScope.attributes, condition)) missing.push(condition);
    }
    return missing;
  }
}

/** Whether the spans of one block match, one by one. */
export class RowMatcher {
  private readonly operationFits: readonly boolean[];
  private readonly missing: readonly (readonly AttributeCondition[] | undefined)[];

  constructor(
    private readonly search: BlockSearch,
    private readonly rows: SpanRows,
    private readonly body: () => Uint8Array | undefined,
  ) {
    this.operationFits = rows.operations.map((operation) => search.mayMatchOperation(operation));
    this.missing = rows.origins.map((origin) => search.missingConditions(origin));
  }

  get mayMatch(): boolean {
    return this.operationFits.includes(true) && this.missing.some((conditions) => conditions !== undefined);
  }

  /** All but the range. */
  matches(row: number): boolean {
    const { rows, search } = this;
    const operationIndex = rows.operationOf[row] ?? 0;
    if (this.operationFits[operationIndex] !== true) return false;
    const missing = this.missing[rows.originOf[row] ?? 0];
    if (!missing || !this.durationFits(row)) return false;
    const operation = rows.operations[operationIndex];
    const flags = rows.flags[row] ?? 0;
    if (!operation || !search.rowConditions.every((fits) => fits(flags, operation))) return false;
    if (missing.length === 0 && search.query.where === undefined) return true;
    return this.hasAttributes(row, missing);
  }

  private durationFits(row: number): boolean {
    const { flags, durationLow, durationHigh } = this.rows;
    const { minDurationNano: min, maxDurationNano: max } = this.search.query;
    if (min === undefined && max === undefined) return true;
    // A span that ends before it starts is shorter than any.
    if (((flags[row] ?? 0) & ENDS_BEFORE_START) !== 0) return min === undefined;
    const duration = wideOf(durationLow[row] ?? 0, durationHigh[row] ?? 0);
    return (min === undefined || duration >= min) && (max === undefined || duration <= max);
  }

  private hasAttributes(row: number, conditions: readonly AttributeCondition[]): boolean {
    const { rows } = this;
    const body = this.body();
    if (!body) return false;
    const [start, end] = [bodyStart(rows, row), rows.bodyEnd[row] ?? 0];
    if (conditions.length > 0) {
      walker.walkSpan(body, start, end);
      const { tags } = walker;
      const tagCount = walker.tagEnd[0] ?? 0;
      for (const { hashes } of conditions) {
        let isThere = false;
        for (let tag = 0; tag < tagCount && !isThere; tag++) isThere = hashes.includes(tags[tag] ?? 0);
        if (!isThere) return false;
      }
    }
    const origin = rows.origins[rows.originOf[row] ?? 0];
    if (!origin) return false;
    const { resourceSpans } = decodeTraceRequest(
      writeRequest([{ origin, spans: [body.subarray(start, end)] }]),
    );
    return Array.from(spansOf(resourceSpans)).some(this.search.matches);
  }
}

const holds = (attributes: Attributes, { name, text }: AttributeCondition): boolean => {
  const value = attributeValue(attributes, name);
  return value !== undefined && attributeText(value) === text;
};

const isNewer = ({ startLow, startHigh }: SpanRows, row: number, other: number): boolean => {
  const [high, otherHigh] = [startHigh[row] ?? 0, startHigh[other] ?? 0];
  return high === otherHigh ? (startLow[row] ?? 0) > (startLow[other] ?? 0) : high > otherHigh;
};
