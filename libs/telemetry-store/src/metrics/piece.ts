import type { MillisRange, NativeHistogram } from '@lantern/telemetry-model';
import { ByteReader, DamageError } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { decodeHistogram } from './histogram-codec.js';
import type { HistogramRun } from './histogram-run.js';
import type { SampleBuffer } from './sample-buffer.js';
import { decodeTimes, type EncodedColumn } from './sample-codec.js';

/** Kinds of runs. The numbers are part of the file format. */
const FLOATS = 0;
const HISTOGRAMS = 1;

/** Encoded samples of a series, ascending by time. */
export interface EncodedRun {
  readonly count: number;
  readonly times: Uint8Array;
  readonly values: Uint8Array;
}

/** Samples of one series in a block. */
export interface EncodedSeries {
  readonly runs: readonly EncodedRun[];
  readonly histograms: EncodedRun | undefined;
}

/**
 * Encodes a piece of a block, which is compressed as a whole: the layout of all runs, then all times, then all values.
 */
export const encodePiece = (series: readonly EncodedSeries[]): Uint8Array => {
  const writer = new ByteWriter();
  writer.varint(series.length);
  const all = series.flatMap(({ runs, histograms }) => {
    const kinds = runs.map((run) => ({ kind: FLOATS, run }));
    if (histograms) kinds.push({ kind: HISTOGRAMS, run: histograms });
    writer.varint(kinds.length);
    for (const { kind, run } of kinds) {
      writer.byte(kind);
      writer.varint(run.count);
      writer.varint(run.times.length);
      writer.varint(run.values.length);
    }
    return kinds;
  });
  for (const { run } of all) writer.raw(run.times);
  for (const { run } of all) writer.raw(run.values);
  return writer.finish();
};

/** Maximum number of runs of a series: samples in order, late samples, histograms. */
const MAX_RUNS = 3;

/** Decompressed piece of a block, whose runs are decoded on demand. */
export class Piece {
  readonly byteLength: number;
  /** Index of the first run of each series, and the number of all runs. */
  private readonly firstRuns: Uint32Array;
  private readonly kinds: Uint8Array;
  private readonly counts: Uint32Array;
  /** Offsets of the encoded times and values of each run, and of the end of the last one. */
  private readonly timeOffsets: Uint32Array;
  private readonly valueOffsets: Uint32Array;

  /** @throws DamageError */
  constructor(private readonly bytes: Buffer) {
    const reader = new ByteReader(bytes);
    const length = reader.varint();
    if (length > bytes.length) throw new DamageError('samples end too early');
    const firstRuns = new Uint32Array(length + 1);
    const kinds: number[] = [];
    const counts: number[] = [];
    const timeLengths: number[] = [];
    const valueLengths: number[] = [];
    for (let i = 0; i < length; i++) {
      firstRuns[i] = kinds.length;
      const runs = reader.varint();
      if (runs > MAX_RUNS) throw new DamageError('a series has too many runs');
      for (let run = 0; run < runs; run++) {
        kinds.push(reader.byte());
        const count = reader.varint();
        const timeLength = reader.varint();
        // An encoded time has at least one byte.
        if (count > timeLength) throw new DamageError('samples end too early');
        counts.push(count);
        timeLengths.push(timeLength);
        valueLengths.push(reader.varint());
      }
    }
    firstRuns[length] = kinds.length;
    this.firstRuns = firstRuns;
    this.kinds = Uint8Array.from(kinds);
    this.counts = Uint32Array.from(counts);
    this.timeOffsets = offsets(timeLengths, reader.position);
    this.valueOffsets = offsets(valueLengths, this.timeOffsets[kinds.length] ?? 0);
    if (this.valueOffsets[kinds.length] !== bytes.length) throw new DamageError('samples end too early');
    this.byteLength = bytes.length + 4 * length + 13 * kinds.length;
  }

  /** Adds the floats of a series within the range of the buffer. @throws DamageError */
  addSamples(series: number, buffer: SampleBuffer): void {
    const end = this.firstRuns[series + 1] ?? 0;
    for (let run = this.firstRuns[series] ?? 0; run < end; run++) {
      if (this.kinds[run] !== FLOATS) continue;
      buffer.addEncoded({ count: this.counts[run] ?? 0, times: this.times(run), values: this.values(run) });
    }
  }

  /** @throws DamageError */
  histogramRun(series: number, { startMillis, endMillis }: MillisRange): HistogramRun | undefined {
    // Histograms are the last run of a series.
    const run = (this.firstRuns[series + 1] ?? 0) - 1;
    if (run < (this.firstRuns[series] ?? 0) || this.kinds[run] !== HISTOGRAMS) return undefined;
    const count = this.counts[run] ?? 0;
    const decoded = new Float64Array(count);
    decodeTimes(this.times(run), count, decoded);
    const values = this.values(run);
    const reader = new ByteReader(this.bytes.subarray(values.start, values.end));
    const times: number[] = [];
    const histograms: NativeHistogram[] = [];
    for (const time of decoded) {
      const encoded = reader.raw(reader.uint32());
      if (time < startMillis || time > endMillis) continue;
      times.push(time);
      histograms.push(decodeHistogram(encoded));
    }
    return { times, histograms };
  }

  private times(run: number): EncodedColumn {
    const { bytes, timeOffsets } = this;
    return { bytes, start: timeOffsets[run] ?? 0, end: timeOffsets[run + 1] ?? 0 };
  }

  private values(run: number): EncodedColumn {
    const { bytes, valueOffsets } = this;
    return { bytes, start: valueOffsets[run] ?? 0, end: valueOffsets[run + 1] ?? 0 };
  }
}

/** Returns the offsets of parts that follow each other, and of the end of the last one. */
const offsets = (lengths: readonly number[], start: number): Uint32Array => {
  const starts = new Uint32Array(lengths.length + 1);
  let at = start;
  for (const [i, length] of lengths.entries()) {
    starts[i] = at;
    at += length;
  }
  starts[lengths.length] = at;
  return starts;
};
