import {
  NO_CUSTOM_VALUES,
  type CounterResetHint,
  type HistogramBuckets,
  type NativeHistogram,
} from '@lantern/telemetry-model';
import { ByteReader, DamageError } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';

/** Hints by their number. The numbers are part of the file format. */
const HINTS: readonly CounterResetHint[] = ['unknown', 'reset', 'no-reset', 'gauge'];

/** Mark of a list of counts that are not all integers. */
const FLOATS = 1;
const INTEGERS = 0;

/** Encodes a histogram without reference to others: compression finds what neighbors have in common. */
export const encodeHistogram = (histogram: NativeHistogram): Buffer => {
  const writer = new ByteWriter();
  const { counterResetHint, schema, zeroThreshold, customValues, zeroCount, count, sum } = histogram;
  writer.byte(HINTS.indexOf(counterResetHint));
  writer.varint(schema + 64);
  writeDouble(writer, zeroThreshold);
  writeDoubles(writer, customValues);
  writeCounts(writer, Float64Array.of(zeroCount, count));
  writeDouble(writer, sum);
  for (const { indexes, counts } of [histogram.positive, histogram.negative]) {
    writer.varint(indexes.length);
    let last = 0;
    for (const index of indexes) {
      const step = index - last;
      writer.varint(step < 0 ? -2 * step - 1 : 2 * step);
      last = index;
    }
    writeCounts(writer, counts);
  }
  return writer.finish();
};

/** @throws DamageError */
export const decodeHistogram = (bytes: Uint8Array): NativeHistogram => {
  const reader = new ByteReader(bytes);
  const counterResetHint = HINTS[reader.byte()];
  if (counterResetHint === undefined) throw new DamageError('a histogram has an unknown hint');
  const schema = reader.varint() - 64;
  const zeroThreshold = readDouble(reader);
  const customValues = readDoubles(reader);
  const [zeroCount = 0, count = 0] = readCounts(reader, 2);
  const sum = readDouble(reader);
  const buckets = (): HistogramBuckets => {
    const length = reader.varint();
    if (length > bytes.length) throw new DamageError('a histogram ends too early');
    const indexes = new Int32Array(length);
    let last = 0;
    for (let i = 0; i < length; i++) {
      const step = reader.varint();
      last += step % 2 === 0 ? step / 2 : -(step + 1) / 2;
      indexes[i] = last;
    }
    return { indexes, counts: readCounts(reader, length) };
  };
  const positive = buckets();
  const negative = buckets();
  return { counterResetHint, schema, zeroThreshold, zeroCount, count, sum, positive, negative, customValues };
};

const scratch = Buffer.alloc(8);

const writeDouble = (writer: ByteWriter, value: number): void => {
  scratch.writeDoubleLE(value);
  writer.raw(scratch);
};

const readDouble = (reader: ByteReader): number => reader.raw(8).readDoubleLE();

const writeDoubles = (writer: ByteWriter, values: Float64Array): void => {
  writer.varint(values.length);
  for (const value of values) writeDouble(writer, value);
};

const readDoubles = (reader: ByteReader): Float64Array => {
  const length = reader.varint();
  if (length === 0) return NO_CUSTOM_VALUES;
  const bytes = reader.raw(8 * length);
  return Float64Array.from({ length }, (_, i) => bytes.readDoubleLE(8 * i));
};

const writeCounts = (writer: ByteWriter, counts: Float64Array): void => {
  const areIntegers = counts.every((count) => Number.isSafeInteger(count) && count >= 0);
  writer.byte(areIntegers ? INTEGERS : FLOATS);
  for (const count of counts) {
    if (areIntegers) writer.varint(count);
    else writeDouble(writer, count);
  }
};

const readCounts = (reader: ByteReader, length: number): Float64Array => {
  const areIntegers = reader.byte() === INTEGERS;
  const counts = new Float64Array(length);
  for (let i = 0; i < length; i++) counts[i] = areIntegers ? reader.varint() : readDouble(reader);
  return counts;
};
