import type { MillisRange } from '@lantern/telemetry-model';
import { wordsOf } from './double-words.js';
import { decodeTimes, decodeValues, type EncodedColumn } from './sample-codec.js';
import { lowerBound } from './series-table.js';

/** Samples of a series that are encoded together, ascending by time. */
export interface SampleRun {
  readonly count: number;
  readonly times: EncodedColumn;
  readonly values: EncodedColumn;
}

/** Samples of one series in the order of time. */
export interface SampleColumns {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** Size of the columns that the samples of many series share. Columns of their own would cost each series several times more. */
const SHARED_SAMPLES = 8_192;

/** Gathers the samples of one series after the other within a range, each from all of its runs. */
export class SampleBuffer {
  private times = new Float64Array(SHARED_SAMPLES);
  private values = new Float64Array(SHARED_SAMPLES);
  private words = wordsOf(this.values);
  /** Index of the first sample of the current series, and of the first free place. */
  private start = 0;
  private end = 0;
  private isAscending = true;

  constructor(private readonly range: MillisRange) {}

  get isEmpty(): boolean {
    return this.end === this.start;
  }

  /** Decodes a run up to the end of the range. @throws DamageError */
  addEncoded({ count, times, values }: SampleRun): void {
    this.reserve(count);
    const at = this.end;
    const to = at + decodeTimes(times, count, this.times, at, this.range.endMillis);
    const from = lowerBound(this.times, this.range.startMillis, to, at);
    if (from === to) return;
    decodeValues(values, this.values, this.words, at, to);
    if (from > at) {
      this.times.copyWithin(at, from, to);
      this.values.copyWithin(at, from, to);
    }
    this.extend(to - from);
  }

  /** Adds the samples from the index `from` up to `to` of ascending columns. */
  add(times: Float64Array, values: Float64Array, from: number, to: number): void {
    const first = lowerBound(times, this.range.startMillis, to, from);
    let last = to;
    while (last > first && (times[last - 1] ?? 0) > this.range.endMillis) last--;
    if (first === last) return;
    this.reserve(last - first);
    this.times.set(times.subarray(first, last), this.end);
    this.values.set(values.subarray(first, last), this.end);
    this.extend(last - first);
  }

  /**
   * Returns the samples of the current series, and begins with the next one. Of several samples for one time, the first
   * added one counts.
   */
  take(): SampleColumns {
    const { start, end, isAscending } = this;
    const timestamps = this.times.subarray(start, end);
    const values = this.values.subarray(start, end);
    this.start = end;
    this.isAscending = true;
    return isAscending ? { timestamps, values } : sortSamples(timestamps, values);
  }

  private extend(count: number): void {
    const { end } = this;
    if (end > this.start && (this.times[end - 1] ?? 0) >= (this.times[end] ?? 0)) this.isAscending = false;
    this.end = end + count;
  }

  /** Grows the columns after the samples of the current series. Earlier series keep their columns. */
  private reserve(count: number): void {
    if (this.end + count <= this.times.length) return;
    const length = this.end - this.start;
    const capacity = Math.max(SHARED_SAMPLES, 2 * length, length + count);
    const times = new Float64Array(capacity);
    const values = new Float64Array(capacity);
    times.set(this.times.subarray(this.start, this.end));
    values.set(this.values.subarray(this.start, this.end));
    this.times = times;
    this.values = values;
    this.words = wordsOf(values);
    this.start = 0;
    this.end = length;
  }
}

/** Sorts by time; the first of several samples for one time is kept. */
const sortSamples = (times: Float64Array, values: Float64Array): SampleColumns => {
  const order = Uint32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  const timestamps = new Float64Array(times.length);
  const sorted = new Float64Array(times.length);
  const [from, to] = [wordsOf(values), wordsOf(sorted)];
  let count = 0;
  for (const i of order) {
    const time = times[i] ?? 0;
    if (count > 0 && timestamps[count - 1] === time) continue;
    timestamps[count] = time;
    to[2 * count] = from[2 * i] ?? 0;
    to[2 * count + 1] = from[2 * i + 1] ?? 0;
    count++;
  }
  return { timestamps: timestamps.slice(0, count), values: sorted.slice(0, count) };
};
