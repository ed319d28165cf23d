import type { LogFields, LogQuery, LogRow } from '../log-store.js';
import { Turn } from '../turn.js';
import { highOf, lowOf } from '../bytes/wide-time.js';
import { openText } from './block-text.js';
import { EntryReader } from './entry-reader.js';
import type { LogBlockReader } from './block-reader.js';
import { compareTimes, type LogRows } from './rows.js';
import type { LogSelection } from './selection.js';
import type { OpenLogBlock } from './open-block.js';
import type { SealedLogBlock, SealedLogBlocks } from './sealed-blocks.js';

/** Number of rows in the first chunk of an answer. Few, for a client that needs only the newest; later chunks grow. */
const FIRST_CHUNK_ROWS = 128;
const MAX_CHUNK_ROWS = 1024;

const ALL_FIELDS: LogFields = { line: true };

/** Matching rows of one block that are still to be returned. */
interface Head {
  readonly rows: LogRows;
  readonly wanted: Uint32Array;
  readonly entries: EntryReader;
  at: number;
  timeLow: number;
  timeHigh: number;
}

/** Block that may have matching rows, none of them before its bound in the reading direction. */
interface Candidate {
  readonly entry: SealedLogBlock;
  readonly boundLow: number;
  readonly boundHigh: number;
}

export interface LogSearchParts {
  readonly unsealed: readonly OpenLogBlock[];
  readonly sealed: SealedLogBlocks;
  readonly reader: LogBlockReader;
}

/**
 * Reads the matching lines of a selection in the order of time. Each block is opened when the reading reaches its
 * times, and the rows of all open blocks are merged. Lines that are written during the reading are not returned.
 */
export class LogSearch {
  private readonly isForward: boolean;
  private readonly fields: LogFields;
  private readonly sealed: SealedLogBlocks;
  private readonly reader: LogBlockReader;
  /** Candidates in reverse order: the last one is opened next. */
  private readonly candidates: Candidate[];
  /** Heads in reverse order: the last one has the next row. */
  private readonly heads: Head[] = [];

  constructor(
    { direction, fields = ALL_FIELDS }: Pick<LogQuery, 'direction' | 'fields'>,
    private readonly selection: LogSelection,
    { unsealed, sealed, reader }: LogSearchParts,
  ) {
    this.isForward = direction === 'forward';
    this.fields = fields;
    this.sealed = sealed;
    this.reader = reader;
    this.candidates = this.findCandidates();
    // Opened before the first yield: afterwards rows may be added to these blocks, and they may be sealed.
    for (const open of unsealed) this.openUnsealed(open);
  }

  async *chunks(): AsyncGenerator<readonly LogRow[]> {
    const turn = new Turn();
    let size = FIRST_CHUNK_ROWS;
    let chunk: LogRow[] = [];
    for (;;) {
      if (this.openNext()) {
        // Many blocks may be opened before a match is found. An empty chunk lets the caller stop.
        if (await turn.yieldWhenOver()) {
          yield chunk;
          chunk = [];
        }
        continue;
      }
      const head = this.heads.pop();
      if (!head) break;
      do {
        const row = head.entries.entry(head.wanted[head.at] ?? 0);
        if (row) chunk.push(row);
        if (chunk.length >= size) {
          yield chunk;
          chunk = [];
          size = Math.min(2 * size, MAX_CHUNK_ROWS);
        }
      } while (advance(head) && this.isNext(head));
      if (head.at < head.wanted.length) this.insert(head);
    }
    if (chunk.length > 0) yield chunk;
  }

  private findCandidates(): Candidate[] {
    const { selection, sealed } = this;
    const entries =
      selection.traceId === undefined
        ? sealed.values()
        : sealed.blocksOfTrace(selection.traceId).flatMap((block) => sealed.get(block) ?? []);
    const candidates: Candidate[] = [];
    for (const entry of entries) {
      let bound: bigint | undefined;
      for (const { stream, minTime, maxTime } of entry.streams) {
        if (maxTime < selection.from || minTime >= selection.to || !selection.wants(stream)) continue;
        if (bound === undefined) bound = this.isForward ? minTime : maxTime;
        else if (this.isForward) bound = minTime < bound ? minTime : bound;
        else bound = maxTime > bound ? maxTime : bound;
      }
      if (bound !== undefined) candidates.push({ entry, boundLow: lowOf(bound), boundHigh: highOf(bound) });
    }
    return candidates.sort((a, b) => this.order(b.boundLow, b.boundHigh, a.boundLow, a.boundHigh));
  }

  /** Opens the next block if it may have a row before all others. */
  private openNext(): boolean {
    const next = this.candidates.at(-1);
    const head = this.heads.at(-1);
    if (!next) return false;
    if (head && this.order(head.timeLow, head.timeHigh, next.boundLow, next.boundHigh) < 0) return false;
    this.candidates.pop();
    this.openSealed(next.entry);
    return true;
  }

  private openUnsealed(open: OpenLogBlock): void {
    const { search } = this.selection;
    const text = openText(open);
    const found = search.takesAll ? undefined : Uint32Array.from(search.rowsOf(text, 0, open.text));
    this.addHead(
      open,
      this.selection.rowsOf(open, found),
      new EntryReader(open, text, undefined, this.fields),
    );
  }

  private openSealed({ block, streams }: SealedLogBlock): void {
    const { selection, reader } = this;
    const { search } = selection;
    if (selection.needsFilter) {
      const filters = reader.filters(block);
      if (filters && !selection.mayBeIn(filters)) return;
    }
    let text;
    let foundTextRows: number[] | undefined;
    if (!search.takesAll) {
      text = reader.text(block);
      if (!text) return;
      foundTextRows = [];
      for (const chunk of selection.wantedChunks(text, streams)) {
        const content = text.look(chunk);
        const found = content ? search.rowsOf(text, chunk, content) : [];
        if (content && found.length > 0) text.keep(chunk, content);
        foundTextRows.push(...found);
      }
      if (foundTextRows.length === 0) return;
    }
    const rows = reader.rows(block);
    if (!rows) return;
    const found =
      foundTextRows && Uint32Array.from(foundTextRows, (textRow) => rows.inOrderOfText[textRow] ?? 0).sort();
    const wanted = selection.rowsOf(rows, found);
    if (wanted.length === 0) return;
    if (this.fields.line || this.fields.bytes) text ??= reader.text(block);
    this.addHead(rows, wanted, new EntryReader(rows, text, rows.textRowOf, this.fields));
  }

  /** @param wanted in the order of time */
  private addHead(rows: LogRows, wanted: Uint32Array, entries: EntryReader): void {
    if (wanted.length === 0) return;
    if (!this.isForward) wanted.reverse();
    const head = { rows, wanted, entries, at: -1, timeLow: 0, timeHigh: 0 };
    advance(head);
    this.insert(head);
  }

  /** Whether no other row may come before the row of a head that was taken out. */
  private isNext(head: Head): boolean {
    const { timeLow, timeHigh } = head;
    const bound = this.candidates.at(-1);
    if (bound && this.order(timeLow, timeHigh, bound.boundLow, bound.boundHigh) >= 0) return false;
    const other = this.heads.at(-1);
    return !other || this.orderOfHeads(head, other) < 0;
  }

  private insert(head: Head): void {
    const { heads } = this;
    let at = heads.length;
    // A linear search, because few blocks are open at a time.
    while (at > 0) {
      const before = heads[at - 1];
      if (!before || this.orderOfHeads(before, head) > 0) break;
      at--;
    }
    heads.splice(at, 0, head);
  }

  /** Rows of equal time are in the order of their arrival, which is that of the blocks. */
  private orderOfHeads(a: Head, b: Head): number {
    const order = this.order(a.timeLow, a.timeHigh, b.timeLow, b.timeHigh);
    return order || (this.isForward ? a.rows.block - b.rows.block : b.rows.block - a.rows.block);
  }

  private order(aLow: number, aHigh: number, bLow: number, bHigh: number): number {
    const order = compareTimes(aLow, aHigh, bLow, bHigh);
    return this.isForward ? order : -order;
  }
}

/** @returns whether there is another row */
const advance = (head: Head): boolean => {
  head.at++;
  if (head.at >= head.wanted.length) return false;
  const row = head.wanted[head.at] ?? 0;
  head.timeLow = head.rows.timeLow[row] ?? 0;
  head.timeHigh = head.rows.timeHigh[row] ?? 0;
  return true;
};
