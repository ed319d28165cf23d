import { ByteReader, DamageError } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';

/** Index of a sealed block, kept in memory. */
export interface MetricSummary {
  readonly minTime: number;
  readonly maxTime: number;
  readonly sampleCount: number;
  readonly hasExemplars: boolean;
  /** IDs of the series with samples in the block, ascending. */
  readonly ids: Uint32Array;
  /** Index in {@link ids} of the first series of each piece. */
  readonly pieceStarts: Uint32Array;
}

export const encodeMetricSummary = (summary: MetricSummary): Uint8Array => {
  const writer = new ByteWriter();
  const { minTime, maxTime, sampleCount, hasExemplars, ids, pieceStarts } = summary;
  writer.varint(minTime);
  writer.varint(maxTime - minTime);
  writer.varint(sampleCount);
  writer.byte(hasExemplars ? 1 : 0);
  writeAscending(writer, ids);
  writeAscending(writer, pieceStarts);
  return writer.finish();
};

/** @throws DamageError */
export const decodeMetricSummary = (bytes: Uint8Array): MetricSummary => {
  const reader = new ByteReader(bytes);
  const minTime = reader.varint();
  const maxTime = minTime + reader.varint();
  const sampleCount = reader.varint();
  const hasExemplars = reader.byte() === 1;
  const ids = readAscending(reader, bytes.length);
  return {
    minTime,
    maxTime,
    sampleCount,
    hasExemplars,
    ids,
    pieceStarts: readAscending(reader, bytes.length),
  };
};

const writeAscending = (writer: ByteWriter, numbers: Uint32Array): void => {
  writer.varint(numbers.length);
  let last = 0;
  for (const number of numbers) {
    writer.varint(number - last);
    last = number;
  }
};

const readAscending = (reader: ByteReader, maxLength: number): Uint32Array => {
  const length = reader.varint();
  if (length > maxLength) throw new DamageError('it ends too early');
  const numbers = new Uint32Array(length);
  let last = 0;
  for (let i = 0; i < length; i++) {
    last += reader.varint();
    numbers[i] = last;
  }
  return numbers;
};
