import type { TraceId } from '@lantern/telemetry-model';
import type { EncodedTrace } from '../encoded-trace.js';
import type { HoldBytes, PlacedTrace, TraceQuery } from '../trace-store.js';
import { traceIdOfWords, traceWordsOf, wordsAt, type TraceWords } from '../blocks/trace-words.js';
import { finishInTurns } from '../blocks/steps.js';
import { Turn } from '../turn.js';
import { DOUBLE_SLACK, doubleOf, wideOf } from '../bytes/wide-time.js';
import { readableOpen, type SpanBlockReader } from './block-reader.js';
import { SpanSelection, type ReadBlock, type StartRange } from './selection.js';
import { PERIOD_NANOS } from './summary.js';
import { FirstPlaces } from './first-places.js';
import type { OpenSpans } from './open-rows.js';
import type { SealedSpanBlocks } from './sealed-blocks.js';
import { collectSpans, groupSpans, type SpansByOrigin } from './trace-assembly.js';
import { EVERY_CHUNK, NO_CHUNK } from './tag-chunks.js';
import type { TraceArchive } from './trace-archive.js';
import { TraceCheck, type TraceBlocks } from './trace-check.js';

/**
 * Finds traces in the open block and the sealed ones. A query yields to other tasks from time to time. It sees the data
 * that was there when it began, except for blocks dropped since.
 */
export class TraceSearch {
  private readonly traceBlocks: TraceBlocks = {
    open: () => this.open.blocks,
    sealedOf: (words) => this.sealed.traceIndex.blocksOf(words),
    rows: (block) => this.reader.rows(block),
    all: (words) => this.openAndSealed(words),
  };

  constructor(
    private readonly sealed: SealedSpanBlocks,
    private readonly reader: SpanBlockReader,
    private readonly archive: TraceArchive,
    private readonly open: OpenSpans,
  ) {}

  async trace(traceId: TraceId, hold?: HoldBytes): Promise<EncodedTrace | undefined> {
    const spans = await this.spansOf(traceId, hold);
    return spans.size === 0 ? undefined : finishInTurns(groupSpans(traceId, spans), new Turn());
  }

  /** Returns all spans of a trace. A span that is both archived and in a block appears twice. */
  async spansOf(traceId: TraceId, hold?: HoldBytes): Promise<SpansByOrigin> {
    const turn = new Turn();
    const words = traceWordsOf(traceId);
    // Read before the first yield, because open spans may be sealed during a yield.
    const openSpans: SpansByOrigin = new Map();
    for (const open of this.open.blocks) collectSpans(open, () => open.body, words, openSpans, hold);
    const spans: SpansByOrigin = new Map();
    for (const block of this.sealed.traceIndex.blocksOf(words)) {
      const rows = this.reader.rows(block);
      if (rows) collectSpans(rows, (chunk) => this.reader.chunk(block, chunk), words, spans, hold);
      await turn.yieldWhenOver();
    }
    for (const [origin, own] of openSpans) {
      const known = spans.get(origin);
      if (known) known.push(...own);
      else spans.set(origin, own);
    }
    // Read last: blocks that were dropped during a yield moved their spans of archived traces there.
    this.archive.addSpans(traceId, spans);
    return spans;
  }

  /**
   * Reads matching traces one by one as the caller requests them. A search in the order `recent` ends at the first
   * block that is too old. Any other order reads the columns of all blocks that may have a match, as {@link count}
   * does, and keeps only the places of the page.
   */
  async *find(query: TraceQuery, hold?: HoldBytes): AsyncGenerator<PlacedTrace, void> {
    const { after, orderBy = 'recent' } = query;
    const isByStart = orderBy === 'recent';
    const selection = new SpanSelection(query);
    const { from, to } = selection.starts;
    const last = isByStart && after !== undefined && after.startUnixNano < to ? after.startUnixNano : to;
    const first = new FirstPlaces(query.limit);
    const traces = new TraceCheck(query, this.traceBlocks);
    await this.eachBlock(selection, { from, to: last }, (block, bound) => {
      if (!isByStart) {
        offerAll(selection, block, traces, first);
        return true;
      }
      const threshold = first.last?.startUnixNano ?? from;
      if (bound + DOUBLE_SLACK < Number(threshold)) return false;
      for (const match of selection.newestMatches(block, { from: threshold, to: last })) {
        const place = traces.placeOf(match, selection, (candidate) => first.wants(candidate));
        if (place) first.offer(place);
      }
      return true;
    });
    const turn = new Turn();
    for (const place of first.inOrder()) {
      const trace = await this.trace(place.traceId, hold);
      if (trace) yield { trace, place };
      await turn.yieldWhenOver();
    }
  }

  async count({ after: _, orderBy: __, ...query }: TraceQuery): Promise<number> {
    const selection = new SpanSelection(query);
    const traces = new TraceCheck(query, this.traceBlocks);
    if (selection.takesAll && !traces.needsDuration && this.isAllWithin(selection.starts))
      return this.traceCount;
    const { traceIndex } = this.sealed;
    let count = 0;
    const isCounted = new Uint8Array(traceIndex.numberLimit);
    /** Counted traces that are in no sealed block. */
    const countedNew = new Set<TraceId>();
    await this.eachBlock(selection, selection.starts, (block) => {
      for (const [trace, found] of selection.newestRows(block, selection.starts).entries()) {
        if (found === 0) continue;
        const words = wordsAt(block.rows.traceWords, trace);
        const number = traceIndex.numberOf(words);
        const isKnown =
          number === undefined ? countedNew.has(traceIdOfWords(words)) : isCounted[number] === 1;
        if (isKnown) continue;
        if (!traces.hasWantedDuration(words)) continue;
        if (number === undefined) countedNew.add(traceIdOfWords(words));
        else isCounted[number] = 1;
        count++;
      }
      return true;
    });
    return count;
  }

  get traceCount(): number {
    return this.sealed.traceIndex.size + this.open.newTraceCount;
  }

  private isAllWithin({ from, to }: StartRange): boolean {
    for (const { minStart, maxStart } of this.sealed.values())
      if (minStart < from || maxStart > to) return false;
    for (const { spanCount, startLow, startHigh } of this.open.blocks) {
      for (let row = 0; row < spanCount; row++) {
        const start = wideOf(startLow[row] ?? 0, startHigh[row] ?? 0);
        if (start < from || start > to) return false;
      }
    }
    return true;
  }

  /**
   * Visits the blocks that may have matching spans which start in a range, latest first, until `visit` returns that it
   * has enough.
   */
  private async eachBlock(
    selection: SpanSelection,
    range: StartRange,
    visit: (block: ReadBlock, bound: number) => boolean,
  ): Promise<void> {
    if (range.from > range.to) return;
    const turn = new Turn();
    // Visited before the first yield, because open blocks may be sealed during a yield.
    for (const open of this.open.blocks) visit(readableOpen(open), Number.POSITIVE_INFINITY);
    for (const { block, bound } of this.candidates(selection, range)) {
      const chunks = selection.needsTags ? selection.chunksIn(this.reader.tags(block)) : EVERY_CHUNK;
      const rows = chunks === NO_CHUNK ? undefined : this.reader.rows(block);
      if (rows && !visit({ rows, read: (chunk) => this.reader.chunk(block, chunk), chunks }, bound)) return;
      await turn.yieldWhenOver();
    }
  }

  /** Returns candidate blocks with the latest possible start of a match, latest first. */
  private candidates(selection: SpanSelection, { from, to }: StartRange): { block: number; bound: number }[] {
    const { minDurationNano } = selection.query;
    const candidates: { block: number; bound: number }[] = [];
    for (const { block, minStart, maxStart, maxDurationNanos, operations, periods } of this.sealed.values()) {
      if (maxStart < from || minStart > to) continue;
      if (minDurationNano !== undefined && maxDurationNanos + DOUBLE_SLACK < Number(minDurationNano))
        continue;
      if (!selection.mayHold(operations)) continue;
      let bound = Number(maxStart);
      if (maxStart > to) {
        const period = periods.findLast((start) => start * PERIOD_NANOS <= Number(to) + DOUBLE_SLACK);
        if (period === undefined) continue;
        bound = Math.min(Number(to), (period + 1) * PERIOD_NANOS);
        if (bound + DOUBLE_SLACK < Number(from)) continue;
      }
      candidates.push({ block, bound });
    }
    return candidates.sort((a, b) => b.bound - a.bound);
  }

  /** Yields all readable blocks with spans of a trace. */
  private *openAndSealed(words: TraceWords): Generator<ReadBlock> {
    for (const open of this.open.blocks) yield readableOpen(open);
    for (const block of this.sealed.traceIndex.blocksOf(words)) {
      const readable = this.reader.readable(block);
      if (readable) yield readable;
    }
  }
}

/** Offers all matching traces of a block, for any order. */
const offerAll = (
  selection: SpanSelection,
  block: ReadBlock,
  traces: TraceCheck,
  first: FirstPlaces,
): void => {
  const { traceWords, startLow, startHigh } = block.rows;
  for (const [trace, found] of selection.newestRows(block, selection.starts).entries()) {
    if (found === 0) continue;
    const [low, high] = [startLow[found - 1] ?? 0, startHigh[found - 1] ?? 0];
    const words = wordsAt(traceWords, trace);
    const { last } = first;
    if (last && traces.isBehind(last, words, doubleOf(low, high))) continue;
    const match = { words, start: wideOf(low, high) };
    const place = traces.placeOf(match, selection, (candidate) => first.wants(candidate));
    if (place) first.offer(place);
  }
};
