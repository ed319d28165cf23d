import { bytesField, fixed64, integer, snappyLiterals, text } from './protobuf.js';

/** Samples of one series: labels, and pairs of milliseconds and value. */
export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [millis: number, value: number])[];
}

const bitsOf = (value: number): bigint => new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n;

/** Returns the body of a request of remote write 1.0. */
export const writeRequest = (...series: readonly WrittenSeries[]): Buffer =>
  snappyLiterals(
    Buffer.concat(
      series.map(({ labels, points }) =>
        bytesField(
          1,
          ...Object.entries(labels).map(([name, value]) => bytesField(1, text(1, name), text(2, value))),
          ...points.map(([millis, value]) =>
            bytesField(2, fixed64(1, bitsOf(value)), integer(2, BigInt(millis))),
          ),
        ),
      ),
    ),
  );

export const REMOTE_WRITE_HEADERS = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
};
