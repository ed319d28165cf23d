import { at } from './column.js';
import type { SpanId } from './ids.js';
import { spanKindOf } from './span.js';
import type { UnixNano } from './units.js';

/** What a table keeps of a span; all else stays with whoever holds the span. */
export interface SpanRow {
  readonly spanId: SpanId;
  readonly parentSpanId: SpanId | undefined;
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  /** Status ERROR, and nothing else: a status code in an attribute is the sender's matter. */
  readonly isError: boolean;
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}

/**
 * The spans of one trace as a forest in reading order (parents before their children, siblings by start), column by
 * column. A row is a span:
 *
 *     parent ids      row  spanIds  parent  depth  subtreeSize  isOrphan
 *     a               0    a        -1      0      4            0
 *     b → a           1    b         0      1      2            0
 *     c → b           2    c         1      2      1            0
 *     d → a           3    d         0      1      1            0
 *     e → (missing)   4    e        -1      0      1            1
 *
 * The first child of `row` is `row + 1`; the row behind all that is below it is `row + subtreeSize[row]`. Times are
 * nanoseconds since `startUnixNano`, which a number holds exactly for a hundred days.
 */
export interface SpanTable {
  readonly length: number;
  /** The earliest start. A start of 0 means "not set" on the wire and counts only when no span has another. */
  readonly startUnixNano: UnixNano;
  /** Until the latest end; 0 when all spans end before they start. */
  readonly duration: number;
  readonly spanIds: readonly SpanId[];
  /** By name. */
  readonly services: readonly string[];
  /** Operations, each once. */
  readonly names: readonly string[];
  /** A place in {@link services}. */
  readonly service: Uint32Array;
  /** A place in {@link names}. */
  readonly name: Uint32Array;
  readonly kind: Uint8Array;
  readonly isError: Uint8Array;
  readonly start: Float64Array;
  /** Before the start where a sender says so. */
  readonly end: Float64Array;
  /** -1 for a root. */
  readonly parent: Int32Array;
  readonly depth: Uint32Array;
  /** Itself and all its descendants. */
  readonly subtreeSize: Uint32Array;
  /** Descendants with status ERROR, itself not counted. */
  readonly errorsBelow: Uint32Array;
  /** 1 where a parent is named that is not among the spans: the span stands as a root, behind the true ones. */
  readonly isOrphan: Uint8Array;
  /** Which of the spans that the table was built from this is. */
  readonly source: Uint32Array;
  /** Number of levels: 0 without spans, 1 when all spans are roots. */
  readonly levels: number;
  readonly errorCount: number;
  /** Parents that are named by some span and have not arrived, in the order of first mention. */
  readonly missingParents: readonly SpanId[];
  /** Parent references that were left out because they closed a circle. */
  readonly brokenCycles: number;
}

const NONE = -1;

/**
 * Arranges spans into a table, whatever they claim about each other: a missing parent makes a root, a circle of
 * parents is opened at its earliest span, and of spans that share an id the first is the parent of their children.
 * Nothing is left out. Linear but for one sort by start, and without recursion, so depth is not limited.
 */
export const buildSpanTable = (rows: readonly SpanRow[]): SpanTable => {
  const { length } = rows;
  const { startUnixNano, duration } = extentOf(rows);
  const start = Float64Array.from(rows, (row) => offsetOf(row.startUnixNano, startUnixNano) ?? 0);
  const end = Float64Array.from(rows, (row, i) => offsetOf(row.endUnixNano, startUnixNano) ?? at(start, i));

  const { parent, isOrphan, missingParents } = linkParents(rows);
  const brokenCycles = breakCycles(parent, start);
  const order = inReadingOrder(parent, isOrphan, byColumn(start));

  // From here on by row instead of by arrival.
  const rowOf = new Uint32Array(length);
  for (let row = 0; row < length; row++) rowOf[at(order, row)] = row;
  const services = new Dictionary(rows.map(({ service }) => service).toSorted());
  const names = new Dictionary();
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
};

/** The rows directly below one, by start. */
export function* childrenOf(table: Pick<SpanTable, 'subtreeSize'>, row: number): Generator<number> {
  const behind = row + at(table.subtreeSize, row);
  for (let child = row + 1; child < behind; child += at(table.subtreeSize, child)) yield child;
}

export const serviceOf = (table: SpanTable, row: number): string =>
  table.services[at(table.service, row)] ?? '';

export const operationOf = (table: SpanTable, row: number): string => table.names[at(table.name, row)] ?? '';

/** The numbers 0 to length - 1 by ascending value, equal ones in their order. */
export const byColumn = (column: Float64Array): Uint32Array =>
  Uint32Array.from(column, (_, i) => i).sort((a, b) => at(column, a) - at(column, b) || a - b);

/** Words with numbers in the order in which they were first met. */
export class Dictionary {
  readonly words: string[] = [];
  readonly #places = new Map<string, number>();

  constructor(words: Iterable<string> = []) {
    for (const word of words) this.placeOf(word);
  }

  placeOf(word: string): number {
    let place = this.#places.get(word);
    if (place === undefined) {
      place = this.words.push(word) - 1;
      this.#places.set(word, place);
    }
    return place;
  }
}

/** Undefined for a time that is not set. */
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

/** Opens every circle of parents at its earliest span; answers how many there were. */
const breakCycles = (parent: Int32Array, start: Float64Array): number => {
  let broken = 0;
  /** On which walk towards the root a span was first met, counted from 1. */
  const metOn = new Uint32Array(parent.length);
  for (let walk = 1; walk <= parent.length; walk++) {
    let here = walk - 1;
    while (here !== NONE && at(metOn, here) === 0) {
      metOn[here] = walk;
      here = at(parent, here);
    }
    if (here === NONE || at(metOn, here) !== walk) continue;
    // Back at a span of this very walk: what lies between is the circle.
    let earliest = here;
    for (let member = at(parent, here); member !== here; member = at(parent, member)) {
      if (at(start, member) < at(start, earliest)) earliest = member;
    }
    parent[earliest] = NONE;
    broken++;
  }
  return broken;
};

/** Spans depth first: true roots before orphans, siblings in the order that `byStart` gives. */
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
      // Up to the nearest ancestor that has a sibling left.
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
