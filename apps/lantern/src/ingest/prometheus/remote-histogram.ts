import { WireReader } from '@lantern/otlp';
import {
  CUSTOM_BUCKETS_SCHEMA,
  NO_CUSTOM_VALUES,
  StaleMarkers,
  type CounterResetHint,
  type HistogramBuckets,
} from '@lantern/telemetry-model';
import type { SampleBatch } from '@lantern/telemetry-store';

const FIELDS = {
  1: 'count_int',
  2: 'count_float',
  3: 'sum',
  4: 'schema',
  5: 'zero_threshold',
  6: 'zero_count_int',
  7: 'zero_count_float',
  8: 'negative_spans',
  9: 'negative_deltas',
  10: 'negative_counts',
  11: 'positive_spans',
  12: 'positive_deltas',
  13: 'positive_counts',
  14: 'reset_hint',
  15: 'timestamp',
  16: 'custom_values',
};
const SPAN_FIELDS = { 1: 'offset', 2: 'length' };

/** Values of the enum `ResetHint`. */
const HINTS: readonly CounterResetHint[] = ['unknown', 'reset', 'no-reset', 'gauge'];

/** Maximum number of buckets of one sign, so that a small message cannot claim large memory. */
const MAX_BUCKETS = 10_000;

/** Buckets as remote write sends them: spans of neighbors, and their counts or the differences of their counts. */
class RemoteBuckets {
  private readonly spans: { offset: number; length: number }[] = [];
  readonly deltas: number[] = [];
  readonly counts: number[] = [];

  readSpan(reader: WireReader): void {
    const outer = reader.enter(SPAN_FIELDS);
    const span = { offset: 0, length: 0 };
    while (reader.next()) {
      if (reader.field === 1) span.offset = reader.sint32();
      else if (reader.field === 2) span.length = reader.uint32();
      else reader.skip();
    }
    reader.leave(outer);
    this.spans.push(span);
  }

  build(reader: WireReader): HistogramBuckets {
    const length = this.spans.reduce((sum, span) => sum + span.length, 0);
    if (length > MAX_BUCKETS) reader.fail(`has ${length} buckets, more than the maximum of ${MAX_BUCKETS}`);
    const given = this.counts.length > 0 ? this.counts : this.deltas;
    if (given.length !== length) reader.fail(`has ${given.length} counts for ${length} buckets`);
    const indexes = new Int32Array(length);
    const counts = new Float64Array(length);
    let index = 0;
    let i = 0;
    let last = 0;
    for (const span of this.spans) {
      index += span.offset;
      for (let left = span.length; left > 0; left--, i++) {
        indexes[i] = index++;
        last = this.counts.length > 0 ? (this.counts[i] ?? 0) : last + (this.deltas[i] ?? 0);
        counts[i] = last;
      }
    }
    return { indexes, counts };
  }
}

/**
 * Reads a message `Histogram`, which both versions of remote write share, and adds it to a series. A histogram whose sum
 * is a staleness marker ends the series.
 *
 * @throws {Error} when the message is malformed
 */
export const readRemoteHistogram = (bytes: Uint8Array, batch: SampleBatch, series: number): void => {
  const reader = new WireReader(bytes, FIELDS);
  const [positive, negative] = [new RemoteBuckets(), new RemoteBuckets()];
  const customValues: number[] = [];
  const sum = new BigUint64Array(1);
  let [count, schema, zeroThreshold, zeroCount, hint, time] = [0, 0, 0, 0, 0, 0];
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        count = Number(BigInt.asUintN(64, reader.int64()));
        break;
      case 2:
        count = reader.double();
        break;
      case 3:
        sum[0] = reader.fixed64();
        break;
      case 4:
        schema = reader.sint32();
        break;
      case 5:
        zeroThreshold = reader.double();
        break;
      case 6:
        zeroCount = Number(BigInt.asUintN(64, reader.int64()));
        break;
      case 7:
        zeroCount = reader.double();
        break;
      case 8:
        negative.readSpan(reader);
        break;
      case 9:
        reader.numbers('sint64[]', negative.deltas);
        break;
      case 10:
        reader.numbers('double[]', negative.counts);
        break;
      case 11:
        positive.readSpan(reader);
        break;
      case 12:
        reader.numbers('sint64[]', positive.deltas);
        break;
      case 13:
        reader.numbers('double[]', positive.counts);
        break;
      case 14:
        hint = reader.int32();
        break;
      case 15:
        time = Number(reader.int64());
        break;
      case 16:
        reader.numbers('double[]', customValues);
        break;
      default:
        reader.skip();
    }
  }
  const sums = new Float64Array(sum.buffer);
  if (new StaleMarkers(sums).isAt(0)) {
    batch.addStale(series, time);
    return;
  }
  if (schema !== CUSTOM_BUCKETS_SCHEMA && (schema < -4 || schema > 8))
    reader.fail(`has schema ${schema}, which is neither from -4 to 8 nor ${CUSTOM_BUCKETS_SCHEMA}`);
  batch.addHistogram(series, time, {
    counterResetHint: HINTS[hint] ?? 'unknown',
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum: sums[0] ?? 0,
    positive: positive.build(reader),
    negative: negative.build(reader),
    customValues: customValues.length > 0 ? Float64Array.from(customValues) : NO_CUSTOM_VALUES,
  });
};
