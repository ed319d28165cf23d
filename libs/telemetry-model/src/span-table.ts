import { at } from './column.js';
import type { SpanId } from './ids.js';
import { spanKindOf } from './span.js';
import { finish, type Steps } from './steps.js';
import type { UnixNano } from './units.js';

/** Fields of a span that a table needs. */
export interface SpanRow {
  readonly spanId: SpanId;
  readonly parentSpanId: SpanId | undefined;
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  /** Whether the status is ERROR. Status codes in attributes do not count. */
  readonly isError: boolean;
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}

/**
 * Spans of one trace as a forest, in columns. Parents are before their children, and siblings are sorted by start. One row
 * per span:
 *
 *     parent ids      row  spanIds  parent  depth  subtreeSize  isOrphan
 *     a               0    a        -1      0      4            0
 *     b → a           1    b         0      1      2            0
 *     c → b           2    c         1      2      1            0
 *     d → a           3    d         0      1      1            0
 *     e → (missing)   4    e        -1      0      1            1
 *
 * The first child of `row` is `row + 1`. Its descendants end before `row + subtreeSize[row]`. Times are nanoseconds since
 * `startUnixNano`, which a number holds exactly for a hundred days.
 */
export interface SpanTable {
  readonly length: number;
  /** Earliest start. A start of 0 means "unset" in OTLP, and counts only if all spans have it. */
  readonly startUnixNano: UnixNano;
  /** Time until the latest end; 0 when all spans end before they start. */
  readonly duration: number;
  readonly spanIds: readonly SpanId[];
  /** Services, sorted by name. */
  readonly services: readonly string[];
  /** Distinct operations. */
  readonly names: readonly string[];
  /** Index into {@link services}. */
  readonly service: Uint32Array;
  /** Index into {@link names}. */
  readonly name: Uint32Array;
  readonly kind: Uint8Array;
  readonly isError: Uint8Array;
  readonly start: Float64Array;
  /** End of the span, which may be before its start. */
  readonly end: Float64Array;
  /** Row of the parent; -1 for a root. */
  readonly parent: Int32Array;
  readonly depth: Uint32Array;
  /** Number of spans in the subtree, including the span. */
  readonly subtreeSize: Uint32Array;
  /** Number of descendants with status ERROR. */
  readonly errorsBelow: Uint32Array;
  /** 1 for a span whose parent is not in the trace. It is a root, after the true roots. */
  readonly isOrphan: Uint8Array;
  /** Index of the span in the input. */
  readonly source: Uint32Array;
  /** Number of levels: 0 without spans, 1 when all spans are roots. */
  readonly levels: number;
  readonly errorCount: number;
  /** IDs of parents that are not in the trace, in the order of first reference. */
  readonly missingParents: readonly SpanId[];
  /** Number of parent references that were ignored because they closed a cycle. */
  readonly brokenCycles: number;
}

const NONE = -1;

/**
 * Arranges spans into a table. A span without its parent is a root, a cycle of parents is broken at its earliest span, and
 * of spans with the same ID the first is the parent of their children. The table contains every span. Linear except for one
 * sort by start, and without recursion, so the depth is not limited.
 */
export const buildSpanTable = (rows: readonly SpanRow[]): SpanTable => finish(spanTableSteps(rows));

/** As {@link buildSpanTable}, in steps of one pass over the spans each. */
export function* spanTableSteps(rows: readonly SpanRow[]): Steps<SpanTable> {
  const { length } = rows;
  const { startUnixNano, duration } = extentOf(rows);
  const start = Float64Array.from(rows, (row) => offsetOf(row.startUnixNano, startUnixNano) ?? 0);
  const end = Float64Array.from(rows, (row, i) => offsetOf(row.endUnixNano, startUnixNano) ?? at(start, i));
  yield;

  const { parent, isOrphan, missingParents } = linkParents(rows);
  yield;
  const brokenCycles = breakCycles(parent, start);
  const byStart = byColumn(start);
  yield;
  const order = inReadingOrder(parent, isOrphan, byStart);

  // From here on, indexes are rows instead of input indexes.
  const rowOf = new Uint32Array(length);
  for (let row = 0; row < length; row++) rowOf[at(order, row)] = row;
  const services = new Dictionary(rows.map(({ service }) => service).toSorted());
  const names = new Dictionary();
  yield;
  const table = {
    service: new Uint32Array(length),
    name: new Uint32Array(length),
    kind: new Uint8Array(length),
    isError: new Uint8Array(length),
    start: new Float64Array(length),
    end: new Float64Array(length),
    parent: new Int32Array(length),
    depth: new Uint32Array(length),
    subtreeSize: new Uint32Array(length).fill(1),
    errorsBelow: new Uint32Array(length),
    isOrphan: new Uint8Array(length),
  };
  const spanIds: SpanId[] = [];
  let levels = 0;
  let errorCount = 0;
  for (let row = 0; row < length; row++) {
    const from = at(order, row);
    const span = rows[from];
    if (span === undefined) continue;
    const above = at(parent, from);
    spanIds.push(span.spanId);
    table.service[row] = services.placeOf(span.service);
    table.name[row] = names.placeOf(span.name);
    table.kind[row] = spanKindOf(span.kind);
    table.isError[row] = Number(span.isError);
    table.start[row] = at(start, from);
    table.end[row] = at(end, from);
    table.parent[row] = above === NONE ? NONE : at(rowOf, above);
    table.depth[row] = above === NONE ? 0 : at(table.depth, at(rowOf, above)) + 1;
    table.isOrphan[row] = at(isOrphan, from);
    levels = Math.max(levels, at(table.depth, row) + 1);
    errorCount += Number(span.isError);
  }
  yield;
  for (let row = length - 1; row >= 0; row--) {
    const above = at(table.parent, row);
    if (above === NONE) continue;
    table.subtreeSize[above] = at(table.subtreeSize, above) + at(table.subtreeSize, row);
    table.errorsBelow[above] =
      at(table.errorsBelow, above) + at(table.errorsBelow, row) + at(table.isError, row);
  }
  return {
    ...table,
    length,
    startUnixNano,
    duration,
    spanIds,
    services: services.words,
    names: names.words,
    source: order,
    levels,
    errorCount,
    missingParents,
    brokenCycles,
  };
}

/** Yields the rows of a row's children, sorted by start. */
export function* childrenOf(table: Pick<SpanTable, 'subtreeSize'>, row: number): Generator<number> {
  const behind = row + at(table.subtreeSize, row);
  for (let child = row + 1; child < behind; child += at(table.subtreeSize, child)) yield child;
}

export const serviceOf = (table: SpanTable, row: number): string =>
  table.services[at(table.service, row)] ?? '';

export const operationOf = (table: SpanTable, row: number): string => table.names[at(table.name, row)] ?? '';

/** Returns the indexes 0 to length - 1, stably sorted by ascending value. */
export const byColumn = (column: Float64Array): Uint32Array =>
  Uint32Array.from(column, (_, i) => i).sort((a, b) => at(column, a) - at(column, b) || a - b);

/** Strings, numbered by first occurrence. */
export class Dictionary {
  readonly words: string[] = [];
  private readonly places = new Map<string, number>();

  constructor(words: Iterable<string> = []) {
    for (const word of words) this.placeOf(word);
  }

  placeOf(word: string): number {
    let place = this.places.get(word);
    if (place === undefined) {
      place = this.words.push(word) - 1;
      this.places.set(word, place);
    }
    return place;
  }
}

/** Returns undefined for an unset time. */
const offsetOf = (time: UnixNano, base: UnixNano): number | undefined =>
  time === 0n ? undefined : Number(time - base);

const extentOf = (rows: readonly SpanRow[]): { startUnixNano: UnixNano; duration: number } => {
  let earliest: UnixNano | undefined;
  let latest: UnixNano = 0n;
  for (const { startUnixNano, endUnixNano } of rows) {
    if (startUnixNano > 0n && (earliest === undefined || startUnixNano < earliest)) earliest = startUnixNano;
    if (startUnixNano > latest) latest = startUnixNano;
    if (endUnixNano > latest) latest = endUnixNano;
  }
  return { startUnixNano: earliest ?? 0n, duration: Number(latest - (earliest ?? 0n)) };
};

const linkParents = (rows: readonly SpanRow[]) => {
  const byId = new Map<SpanId, number>();
  for (const [i, { spanId }] of rows.entries()) if (!byId.has(spanId)) byId.set(spanId, i);
  const parent = new Int32Array(rows.length).fill(NONE);
  const isOrphan = new Uint8Array(rows.length);
  const missing = new Set<SpanId>();
  for (const [i, { parentSpanId }] of rows.entries()) {
    if (parentSpanId === undefined) continue;
    const place = byId.get(parentSpanId);
    if (place === undefined) {
      isOrphan[i] = 1;
      missing.add(parentSpanId);
    } else parent[i] = place;
  }
  return { parent, isOrphan, missingParents: [...missing] };
};

/** Breaks every cycle of parents at its earliest span. Returns the number of cycles. */
const breakCycles = (parent: Int32Array, start: Float64Array): number => {
  let broken = 0;
  /** Number of the walk towards the root that first reached a span, counted from 1. */
  const metOn = new Uint32Array(parent.length);
  for (let walk = 1; walk <= parent.length; walk++) {
    let here = walk - 1;
    while (here !== NONE && at(metOn, here) === 0) {
      metOn[here] = walk;
      here = at(parent, here);
    }
    if (here === NONE || at(metOn, here) !== walk) continue;
    // The walk has reached one of its own spans: the spans in between are the cycle.
    let earliest = here;
    for (let member = at(parent, here); member !== here; member = at(parent, member)) {
      if (at(start, member) < at(start, earliest)) earliest = member;
    }
    parent[earliest] = NONE;
    broken++;
  }
  return broken;
};

/** Returns spans depth first: true roots before orphans, siblings in the order of `byStart`. */
const inReadingOrder = (parent: Int32Array, isOrphan: Uint8Array, byStart: Uint32Array): Uint32Array => {
  const { length } = parent;
  // Linked lists of siblings.
  const firstChild = new Int32Array(length).fill(NONE);
  const nextSibling = new Int32Array(length).fill(NONE);
  const roots: number[] = [];
  const orphans: number[] = [];
  for (let i = length - 1; i >= 0; i--) {
    const span = at(byStart, i);
    const above = at(parent, span);
    if (above === NONE) {
      (at(isOrphan, span) === 1 ? orphans : roots).push(span);
    } else {
      nextSibling[span] = at(firstChild, above);
      firstChild[above] = span;
    }
  }
  const order = new Uint32Array(length);
  let row = 0;
  for (const root of [...roots.reverse(), ...orphans.reverse()]) {
    let here = root;
    for (;;) {
      order[row++] = here;
      let next = at(firstChild, here);
      // Continues at the nearest ancestor with a next sibling.
      while (next === NONE && here !== root) {
        next = at(nextSibling, here);
        here = at(parent, here);
      }
      if (next === NONE) break;
      here = next;
    }
  }
  return order;
};
