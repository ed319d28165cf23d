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
import type { NewestMatches } from './newest-matches.js';
import type { Origin } from './origin.js';
import { writeRequest } from './request-bytes.js';
import { ENDS_BEFORE_START, bodyStart, statusOf, type BlockOperation, type SpanRows } from './span-rows.js';
import { mayHoldTag } from './tag-filter.js';
import { traceIdOfWords } from './trace-words.js';
import { highOf, lowOf, wideOf } from './wide-time.js';

/** An attribute that a span, an event, a link, its scope or its resource has to have. */
interface AttributeCondition {
  readonly name: string;
  readonly text: string;
  /** Whether only the resource counts. */
  readonly isOfResource: boolean;
  readonly hashes: readonly number[];
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
  private readonly rowConditions: RowCondition[] = [];
  private readonly originConditions: ((origin: Origin) => boolean)[] = [];
  private readonly attributeConditions: AttributeCondition[] = [];
  private readonly matches: ReturnType<typeof spanMatcher>;
  private readonly from: bigint;
  private readonly to: bigint;

  constructor(readonly query: TraceQuery) {
    this.matches = spanMatcher(query);
    const { startUnixNano, endUnixNano } = query.range;
    this.from = startUnixNano < 0n ? 0n : startUnixNano;
    this.to = endUnixNano > MAX_TIME ? MAX_TIME : endUnixNano;
    for (const [name, text] of Object.entries(query.attributes ?? {})) this.addCondition(name, text);
  }

  get isImpossible(): boolean {
    return this.from > this.to;
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

  /** Offers every trace that has a matching span among the rows. */
  search(rows: SpanRows, body: () => Uint8Array | undefined, newest: NewestMatches): void {
    const { spanCount, traceOf, operationOf, originOf, flags, startLow, startHigh } = rows;
    const operationFits = rows.operations.map((operation) => this.mayMatchOperation(operation));
    if (!operationFits.includes(true)) return;
    const missing = rows.origins.map((origin) => this.missingConditions(origin));
    const threshold = newest.threshold ?? 0n;
    const from = threshold > this.from ? threshold : this.from;
    const [fromLow, fromHigh] = [lowOf(from), highOf(from)];
    const [toLow, toHigh] = [lowOf(this.to), highOf(this.to)];
    /** The row of each trace's newest match in this block, + 1. */
    const best = new Uint32Array(rows.traceCount);
    for (let row = 0; row < spanCount; row++) {
      const operation = operationOf[row] ?? 0;
      if (operationFits[operation] !== true) continue;
      const [low, high] = [startLow[row] ?? 0, startHigh[row] ?? 0];
      if (high < fromHigh || (high === fromHigh && low < fromLow)) continue;
      if (high > toHigh || (high === toHigh && low > toLow)) continue;
      const trace = traceOf[row] ?? 0;
      const newer = (best[trace] ?? 0) - 1;
      if (newer >= 0 && !isNewer(rows, row, newer)) continue;
      const absent = missing[originOf[row] ?? 0];
      if (!absent || !this.durationFits(rows, row)) continue;
      const known = rows.operations[operation];
      if (!known || !this.rowConditions.every((fits) => fits(flags[row] ?? 0, known))) continue;
      if (absent.length > 0 && !this.hasAttributes(rows, row, body(), absent)) continue;
      best[trace] = row + 1;
    }
    for (let trace = 0; trace < best.length; trace++) {
      const row = (best[trace] ?? 0) - 1;
      if (row < 0) continue;
      const { traceWords: words } = rows;
      const at = 4 * trace;
      newest.offer(
        traceIdOfWords(words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0),
        wideOf(startLow[row] ?? 0, startHigh[row] ?? 0),
      );
    }
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
  private missingConditions(origin: Origin): readonly AttributeCondition[] | undefined {
    if (!this.originConditions.every((fits) => fits(origin))) return undefined;
    const missing: AttributeCondition[] = [];
    for (const condition of this.attributeConditions) {
      if (holds(origin.decodedResource.attributes, condition)) continue;
      if (condition.isOfResource) return undefined;
      if (!holds(origin.decodedScope.attributes, condition)) missing.push(condition);
    }
    return missing;
  }

  private durationFits({ flags, durationLow, durationHigh }: SpanRows, row: number): boolean {
    const { minDurationNano: min, maxDurationNano: max } = this.query;
    if (min === undefined && max === undefined) return true;
    // A span that ends before it starts is shorter than any.
    if (((flags[row] ?? 0) & ENDS_BEFORE_START) !== 0) return min === undefined;
    const duration = wideOf(durationLow[row] ?? 0, durationHigh[row] ?? 0);
    return (min === undefined || duration >= min) && (max === undefined || duration <= max);
  }

  private hasAttributes(
    rows: SpanRows,
    row: number,
    body: Uint8Array | undefined,
    conditions: readonly AttributeCondition[],
  ): boolean {
    if (!body) return false;
    const [start, end] = [bodyStart(rows, row), rows.bodyEnd[row] ?? 0];
    walker.walkSpan(body, start, end);
    const { tags } = walker;
    const tagCount = walker.tagEnd[0] ?? 0;
    for (const { hashes } of conditions) {
      let isThere = false;
      for (let tag = 0; tag < tagCount && !isThere; tag++) isThere = hashes.includes(tags[tag] ?? 0);
      if (!isThere) return false;
    }
    const origin = rows.origins[rows.originOf[row] ?? 0];
    if (!origin) return false;
    const { resourceSpans } = decodeTraceRequest(
      writeRequest([{ origin, spans: [body.subarray(start, end)] }]),
    );
    return Array.from(spansOf(resourceSpans)).some(this.matches);
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
