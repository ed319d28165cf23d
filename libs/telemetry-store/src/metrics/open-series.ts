import { Buffer } from 'node:buffer';
import type { MillisRange, NativeHistogram } from '@lantern/telemetry-model';
import { HIGH_WORD, LOW_WORD, wordsOf } from './double-words.js';
import { decodeHistogram, encodeHistogram } from './histogram-codec.js';
import type { EncodedRun, EncodedSeries } from './piece.js';
import type { HistogramRun } from './histogram-run.js';
import type { SampleBuffer } from './sample-buffer.js';
import { ByteSink, encodeSamples, newRun, type EncodedColumn } from './sample-codec.js';
import type { KnownSeries } from './series-table.js';
import { TAIL_SAMPLES, type TailSlab, type TailSlot } from './tail-slab.js';

/**
 * Number of samples that are compressed when the tail is full. The others stay uncompressed for the next queries: five
 * minutes of samples each 15 seconds.
 */
const COMPRESSED_AT_ONCE = 10;

/** Result of adding a sample. */
export type Addition = 'added' | 'duplicate' | 'conflict';

const sinks = { times: new ByteSink(), values: new ByteSink() };

/**
 * Samples of a series that are in no sealed block: older ones compressed, the newest ones as they came. Compressed bytes
 * are texts of one byte a character, because a small typed array costs the engine 200 bytes, and a text 16.
 */
export class OpenSeries {
  private slot: TailSlot | undefined;
  private tailLength = 0;
  private readonly run = newRun();
  private times = '';
  private values = '';
  /** Samples that arrived after a newer one: words of the value by time. */
  private late: Map<number, readonly [high: number, low: number]> | undefined;
  /** Encoded histograms by time. */
  private histograms: Map<number, string> | undefined;
  /** Newest time in the run. */
  private newest = -Infinity;
  private oldestTime = Infinity;
  private newestTime = -Infinity;

  constructor(
    readonly series: KnownSeries,
    private readonly slab: TailSlab,
  ) {}

  /** Number of samples. */
  get length(): number {
    return this.run.count + this.tailLength + (this.late?.size ?? 0) + (this.histograms?.size ?? 0);
  }

  /** Whether the range between the oldest and the newest sample overlaps the given one. */
  overlaps({ startMillis, endMillis }: MillisRange): boolean {
    return this.oldestTime <= endMillis && this.newestTime >= startMillis;
  }

  add(time: number, high: number, low: number): Addition {
    const { series } = this;
    if (time < this.oldestTime) this.oldestTime = time;
    if (time > this.newestTime) this.newestTime = time;
    if (time > series.lastTime) {
      series.lastTime = time;
      series.lastHigh = high;
      series.lastLow = low;
      this.append(time, high, low);
      return 'added';
    }
    if (time === series.lastTime)
      return series.lastHigh === high && series.lastLow === low ? 'duplicate' : 'conflict';
    if (time > this.newest && this.late === undefined) {
      this.append(time, high, low);
      return 'added';
    }
    return this.addLate(time, high, low);
  }

  addHistogram(time: number, histogram: NativeHistogram): Addition {
    const text = encodeHistogram(histogram).toString('latin1');
    this.histograms ??= new Map();
    const existing = this.histograms.get(time);
    if (existing !== undefined) return existing === text ? 'duplicate' : 'conflict';
    if (time < this.oldestTime) this.oldestTime = time;
    if (time > this.newestTime) this.newestTime = time;
    this.histograms.set(time, text);
    return 'added';
  }

  private append(time: number, high: number, low: number): void {
    if (this.tailLength === TAIL_SAMPLES) this.compress(COMPRESSED_AT_ONCE);
    this.slot ??= this.slab.take();
    const at = this.slot.start + this.tailLength++;
    const { times, words } = this.slot.page;
    times[at] = time;
    words[2 * at + HIGH_WORD] = high;
    words[2 * at + LOW_WORD] = low;
    this.newest = time;
  }

  private addLate(time: number, high: number, low: number): Addition {
    const existing = this.late?.get(time) ?? this.inTail(time);
    if (existing) return existing[0] === high && existing[1] === low ? 'duplicate' : 'conflict';
    this.late ??= new Map();
    this.late.set(time, [high, low]);
    return 'added';
  }

  private inTail(time: number): readonly [high: number, low: number] | undefined {
    const { slot } = this;
    if (!slot) return undefined;
    const { words } = slot.page;
    for (let i = slot.start; i < slot.start + this.tailLength; i++) {
      if (slot.page.times[i] === time) return [words[2 * i + HIGH_WORD] ?? 0, words[2 * i + LOW_WORD] ?? 0];
    }
    return undefined;
  }

  /** Compresses the oldest samples of the tail. */
  private compress(count: number): void {
    const { slot } = this;
    if (!slot || count === 0) return;
    const { start, page } = slot;
    encodeSamples(this.run, page.times, page.values, { from: start, to: start + count }, sinks);
    this.times += sinks.times.takeText();
    this.values += sinks.values.takeText();
    page.times.copyWithin(start, start + count, start + this.tailLength);
    page.words.copyWithin(2 * start, 2 * (start + count), 2 * (start + this.tailLength));
    this.tailLength -= count;
  }

  get minTime(): number {
    return this.oldestTime;
  }

  get maxTime(): number {
    return this.newestTime;
  }

  /** Adds the floats within the range of the buffer, in the order of their arrival. */
  addTo(buffer: SampleBuffer, { startMillis }: MillisRange): void {
    const { slot, tailLength } = this;
    const tailStart = slot && tailLength > 0 ? (slot.page.times[slot.start] ?? 0) : Infinity;
    if (this.run.count > 0 && startMillis < tailStart) {
      buffer.addEncoded({
        count: this.run.count,
        times: columnOf(this.times),
        values: columnOf(this.values),
      });
    }
    if (slot && tailLength > 0)
      buffer.add(slot.page.times, slot.page.values, slot.start, slot.start + tailLength);
    if (this.late) {
      const { times, values } = this.sortedLate();
      buffer.add(times, values, 0, times.length);
    }
  }

  histogramRun({ startMillis, endMillis }: MillisRange): HistogramRun | undefined {
    if (!this.histograms) return undefined;
    const times: number[] = [];
    const histograms: NativeHistogram[] = [];
    for (const [time, text] of this.histograms) {
      if (time < startMillis || time > endMillis) continue;
      times.push(time);
      histograms.push(decodeHistogram(Buffer.from(text, 'latin1')));
    }
    return { times, histograms };
  }

  /** Compresses all samples and returns them. The series can take more samples afterwards. */
  encode(): EncodedSeries {
    const runs: EncodedRun[] = [];
    this.compress(this.tailLength);
    if (this.run.count > 0) {
      const { count } = this.run;
      runs.push({
        count,
        times: Buffer.from(this.times, 'latin1'),
        values: Buffer.from(this.values, 'latin1'),
      });
    }
    if (this.late) {
      const { times, values } = this.sortedLate();
      encodeSamples(newRun(), times, values, { from: 0, to: times.length }, sinks);
      runs.push({ count: times.length, times: takeBytes(sinks.times), values: takeBytes(sinks.values) });
    }
    return { runs, histograms: this.encodeHistograms() };
  }

  /** Returns the memory of the uncompressed samples. The series must not be used afterwards. */
  release(): void {
    if (this.slot) this.slab.release(this.slot);
    this.slot = undefined;
  }

  private encodeHistograms(): EncodedRun | undefined {
    if (!this.histograms) return undefined;
    const sorted = [...this.histograms].sort(([a], [b]) => a - b);
    const times = Float64Array.from(sorted, ([time]) => time);
    encodeSamples(newRun(), times, new Float64Array(times.length), { from: 0, to: times.length }, sinks);
    sinks.values.length = 0;
    const texts = sorted.map(([, text]) => text);
    const values = Buffer.concat(
      texts.flatMap((text) => [lengthPrefix(text.length), Buffer.from(text, 'latin1')]),
    );
    return { count: times.length, times: takeBytes(sinks.times), values };
  }

  private sortedLate(): { times: Float64Array; values: Float64Array } {
    const times = Float64Array.from(this.late?.keys() ?? []).sort();
    const values = new Float64Array(times.length);
    const words = wordsOf(values);
    for (const [i, time] of times.entries()) {
      const [high, low] = this.late?.get(time) ?? [0, 0];
      words[2 * i + HIGH_WORD] = high;
      words[2 * i + LOW_WORD] = low;
    }
    return { times, values };
  }
}

const columnOf = (text: string): EncodedColumn => ({
  bytes: Buffer.from(text, 'latin1'),
  start: 0,
  end: text.length,
});

const takeBytes = (sink: ByteSink): Buffer => {
  const bytes = Buffer.from(sink.bytes.subarray(0, sink.length));
  sink.length = 0;
  return bytes;
};

/** Length of an encoded histogram, as four bytes. */
const lengthPrefix = (length: number): Buffer => {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(length);
  return prefix;
};
