import type { LogQuery } from '../log-store.js';
import { highOf, lowOf } from '../bytes/wide-time.js';
import type { BlockText } from './block-text.js';
import { gramsOf, mayHoldGrams } from './gram-filter.js';
import { mayHoldHash } from './hash-filter.js';
import { LineSearch } from './line-search.js';
import type { LogFilters } from './block-reader.js';
import { compareTimes, sortByTime, type LogRows } from './rows.js';
import { TRACE_ID } from './summary.js';
import { isSelected, labelOf, type KnownStream } from './stream-table.js';
import { textHash } from '../bytes/text-hash.js';

type Condition = readonly [name: string, value: string];

const LAST = 2n ** 64n - 1n;

/** Conditions of a query on the lines that it selects. */
export class LogSelection {
  readonly from: bigint;
  /** End of the range, exclusive. */
  readonly to: bigint;
  /** Trace whose lines are selected; undefined for all. */
  readonly traceId: string | undefined;
  readonly search: LineSearch;
  /** Selected streams, each with its conditions on structured metadata. */
  private readonly conditions = new Map<KnownStream, readonly Condition[]>();
  private readonly grams: readonly Uint32Array[];
  private readonly valueHashes: readonly number[];
  private readonly fromWords: readonly [low: number, high: number];
  private readonly toWords: readonly [low: number, high: number];

  constructor(
    { matchers, range, lineContains = [], values = {} }: Omit<LogQuery, 'direction' | 'fields'>,
    streams: Iterable<KnownStream>,
  ) {
    this.from = range.startUnixNano < 0n ? 0n : range.startUnixNano;
    this.to = range.endUnixNano > LAST ? LAST : range.endUnixNano;
    this.fromWords = [lowOf(this.from), highOf(this.from)];
    this.toWords = [lowOf(this.to), highOf(this.to)];
    this.search = new LineSearch(lineContains);
    this.grams = this.search.needles.map(gramsOf);
    const wanted = Object.entries(values);
    this.traceId = wanted.find(([name]) => name === TRACE_ID)?.[1];
    for (const stream of streams) {
      if (!isSelected(stream, matchers)) continue;
      // A label hides structured metadata of the same name.
      const isHidden = ([name]: Condition): boolean => labelOf(stream, name) !== undefined;
      if (
        !wanted.every((condition) => !isHidden(condition) || labelOf(stream, condition[0]) === condition[1])
      )
        continue;
      this.conditions.set(
        stream,
        wanted.filter((condition) => !isHidden(condition)),
      );
    }
    const [first = []] = this.conditions.values();
    // Values that a block must have, because every selected stream requires them.
    this.valueHashes = first
      .filter((condition) =>
        [...this.conditions.values()].every((others) => others.some(([name]) => name === condition[0])),
      )
      .map(([, value]) => textHash(value));
  }

  get isEmpty(): boolean {
    return this.conditions.size === 0 || this.from >= this.to;
  }

  get streams(): Iterable<KnownStream> {
    return this.conditions.keys();
  }

  wants(stream: KnownStream): boolean {
    return this.conditions.has(stream);
  }

  get needsFilter(): boolean {
    return this.grams.some(({ length }) => length > 0) || this.valueHashes.length > 0;
  }

  mayBeIn({ grams, values }: LogFilters): boolean {
    return (
      this.grams.every((own) => mayHoldGrams(grams, own)) &&
      this.valueHashes.every((hash) => mayHoldHash(values, hash))
    );
  }

  /** Returns the chunks of a block with lines of a selected stream, given the number of rows of each of its streams. */
  wantedChunks(
    { chunkStart }: BlockText,
    streams: readonly { readonly stream: KnownStream; readonly rowCount: number }[],
  ): number[] {
    const chunks: number[] = [];
    let chunk = 0;
    let row = 0;
    for (const { stream, rowCount } of streams) {
      const behind = row + rowCount;
      if (rowCount > 0 && this.wants(stream)) {
        while ((chunkStart[chunk + 1] ?? behind) <= row) chunk++;
        for (; (chunkStart[chunk] ?? behind) < behind; chunk++) chunks.push(chunk);
        // The last chunk may also have lines of the next stream.
        chunk--;
      }
      row = behind;
    }
    return [...new Set(chunks)];
  }

  /**
   * Returns the selected rows of a block, in the order of time.
   *
   * @param found rows whose lines contain the searched texts; undefined when the query has no texts
   */
  rowsOf(rows: LogRows, found: Uint32Array | undefined): Uint32Array {
    const { streamOf, shapeOf, pairStart, pairs, timeLow, timeHigh } = rows;
    const tests = this.testsOf(rows);
    if (!tests.some((test) => test)) return new Uint32Array();
    const [fromLow, fromHigh] = this.fromWords;
    const [toLow, toHigh] = this.toWords;
    const wanted = found ? found.slice() : new Uint32Array(rows.rowCount);
    const candidates = wanted.length;
    let count = 0;
    for (let at = 0; at < candidates; at++) {
      const row = found?.[at] ?? at;
      const test = tests[streamOf[row] ?? 0];
      if (!test) continue;
      const [low, high] = [timeLow[row] ?? 0, timeHigh[row] ?? 0];
      if (compareTimes(low, high, fromLow, fromHigh) < 0 || compareTimes(low, high, toLow, toHigh) >= 0)
        continue;
      if (test.length > 0) {
        const shape = shapeOf[row] ?? 0;
        const start = pairStart[row] ?? 0;
        if (
          !test.every(({ positions, value }) => {
            const position = positions[shape] ?? -1;
            return position >= 0 && pairs[start + position] === value;
          })
        )
          continue;
      }
      wanted[count++] = row;
    }
    return sortByTime(rows, wanted.subarray(0, count));
  }

  /** Returns, for each stream of the block, the tests of its rows; undefined when the stream is not selected. */
  private testsOf({ streams, shapes, values }: LogRows): (readonly ValueTest[] | undefined)[] {
    const known = new Map<string, ValueTest>();
    const testOf = ([name, text]: Condition): ValueTest => {
      let test = known.get(name);
      if (!test) {
        test = {
          value: values.indexOf(text),
          positions: Int32Array.from(shapes, (names) => names.indexOf(name)),
        };
        known.set(name, test);
      }
      return test;
    };
    return streams.map((stream) => {
      const tests = this.conditions.get(stream)?.map(testOf);
      return tests?.some(({ value }) => value < 0) ? undefined : tests;
    });
  }
}

/** Test whether a row has a value. */
interface ValueTest {
  /** Index of the value in the block. */
  readonly value: number;
  /** Position of the name in each shape; -1 where it is absent. */
  readonly positions: Int32Array;
}
