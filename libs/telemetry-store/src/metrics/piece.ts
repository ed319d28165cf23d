import type { MillisRange, NativeHistogram } from '@lantern/telemetry-model';
import { ByteReader, DamageError } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { decodeHistogram } from './histogram-codec.js';
import { runWithin, type HistogramRun, type Run } from './runs.js';
import { decodeTimes, decodeValues } from './sample-codec.js';

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

interface RunPlace {
  readonly kind: number;
  readonly count: number;
  timesAt: number;
  timesEnd: number;
  valuesAt: number;
  valuesEnd: number;
}

/** Decompressed piece of a block, whose runs are decoded on demand. */
export class Piece {
  readonly byteLength: number;
  private readonly series: RunPlace[][] = [];

  /** @throws DamageError */
  constructor(private readonly bytes: Buffer) {
    const reader = new ByteReader(bytes);
    const places: (RunPlace & { valuesLength: number })[] = [];
    let timesAt = 0;
    const length = reader.varint();
    for (let i = 0; i < length; i++) {
      const runs: RunPlace[] = [];
      for (let left = reader.varint(); left > 0; left--) {
        const kind = reader.byte();
        const count = reader.varint();
        const timesEnd = timesAt + reader.varint();
        const place = {
          kind,
          count,
          timesAt,
          timesEnd,
          valuesLength: reader.varint(),
          valuesAt: 0,
          valuesEnd: 0,
        };
        // An encoded time has at least one byte.
        if (count > timesEnd - timesAt) throw new DamageError('samples end too early');
        timesAt = timesEnd;
        places.push(place);
        runs.push(place);
      }
      this.series.push(runs);
    }
    const start = reader.position;
    let valuesAt = start + timesAt;
    for (const place of places) {
      place.timesAt += start;
      place.timesEnd += start;
      place.valuesAt = valuesAt;
      valuesAt += place.valuesLength;
      place.valuesEnd = valuesAt;
    }
    if (valuesAt !== bytes.length) throw new DamageError('samples end too early');
    this.byteLength = bytes.length + places.length * 100;
  }

  /** @throws DamageError */
  runs(series: number, range: MillisRange): Run[] {
    const runs: Run[] = [];
    for (const { kind, count, ...place } of this.series[series] ?? []) {
      if (kind !== FLOATS) continue;
      const times = this.times(place, count);
      const within = runWithin(times, times, range);
      if (!within) continue;
      const values = new Float64Array(count);
      decodeValues({ bytes: this.bytes, start: place.valuesAt, end: place.valuesEnd }, count, values);
      runs.push({ ...within, values });
    }
    return runs;
  }

  /** @throws DamageError */
  histogramRun(series: number, { startMillis, endMillis }: MillisRange): HistogramRun | undefined {
    const place = this.series[series]?.find(({ kind }) => kind === HISTOGRAMS);
    if (!place) return undefined;
    const reader = new ByteReader(this.bytes.subarray(place.valuesAt, place.valuesEnd));
    const times: number[] = [];
    const histograms: NativeHistogram[] = [];
    for (const time of this.times(place, place.count)) {
      const encoded = reader.raw(reader.uint32());
      if (time < startMillis || time > endMillis) continue;
      times.push(time);
      histograms.push(decodeHistogram(encoded));
    }
    return { times, histograms };
  }

  private times(place: Pick<RunPlace, 'timesAt' | 'timesEnd'>, count: number): Float64Array {
    const times = new Float64Array(count);
    decodeTimes({ bytes: this.bytes, start: place.timesAt, end: place.timesEnd }, count, times);
    return times;
  }
}
