import { StatusCode } from '@lantern/telemetry-model';
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { decodeOperations, encodeOperations } from './columns.js';
import { LatencyHistogram, bucketMiddle, bucketStart } from './latency-histogram.js';
import type { ObservedCall } from './call-matcher.js';
import { ENDS_BEFORE_START, statusOf, type BlockOperation, type SpanRows } from './rows.js';
import { doubleOf, periodOf, wideOf } from '../bytes/wide-time.js';

/** Width of a period of the roll-ups. */
export const PERIOD_NANOS = 10e9;

/** Calls of an operation whose spans started in one period. */
export interface PeriodCell {
  readonly period: number;
  calls: number;
  errors: number;
  readonly latency: LatencyHistogram;
}

export interface OperationPeriod extends PeriodCell {
  /** Index into {@link SpanSummary.operations}. */
  readonly operation: number;
}

/** Call that was observed while the block was open. Its called span may be in an earlier block. */
export interface SignedCall extends ObservedCall {
  readonly sign: 1 | -1;
}

/** Index of a block that is read without its columns and its body. */
export interface SpanSummary {
  readonly spanCount: number;
  readonly minStart: bigint;
  readonly maxStart: bigint;
  readonly maxDurationNanos: number;
  readonly operations: readonly BlockOperation[];
  readonly operationPeriods: readonly OperationPeriod[];
  readonly calls: readonly SignedCall[];
  /** Trace IDs, four words for each trace. */
  readonly traceWords: Uint32Array;
}

export const summarizeSpans = (rows: SpanRows, calls: readonly SignedCall[]): SpanSummary => {
  const { spanCount, startLow, startHigh, flags, operationOf } = rows;
  let [minLow, minHigh, maxLow, maxHigh] = [0xffff_ffff, 0xffff_ffff, 0, 0];
  let maxDurationNanos = 0;
  const cells = new Map<number, OperationPeriod>();
  /** Cell of each operation's last span. The next span is most often in the same period. */
  const lastCells: OperationPeriod[] = [];
  for (let row = 0; row < spanCount; row++) {
    const [low, high] = [startLow[row] ?? 0, startHigh[row] ?? 0];
    if (high < minHigh || (high === minHigh && low < minLow)) [minLow, minHigh] = [low, high];
    if (high > maxHigh || (high === maxHigh && low > maxLow)) [maxLow, maxHigh] = [low, high];
    const duration = durationNanosOf(rows, row);
    if (duration > maxDurationNanos) maxDurationNanos = duration;
    const operation = operationOf[row] ?? 0;
    const period = periodOf(low, high, PERIOD_NANOS);
    let cell = lastCells[operation];
    if (cell?.period !== period) {
      const key = period * rows.operations.length + operation;
      cell = cells.get(key);
      if (!cell) {
        cell = { operation, period, calls: 0, errors: 0, latency: new LatencyHistogram() };
        cells.set(key, cell);
      }
      lastCells[operation] = cell;
    }
    cell.calls++;
    if (statusOf(flags[row] ?? 0) === StatusCode.error) cell.errors++;
    cell.latency.add(duration);
  }
  return {
    spanCount,
    minStart: wideOf(minLow, minHigh),
    maxStart: wideOf(maxLow, maxHigh),
    maxDurationNanos,
    operations: rows.operations,
    operationPeriods: [...cells.values()],
    calls,
    traceWords: rows.traceWords.subarray(0, 4 * rows.traceCount),
  };
};

/** Returns the duration, which is 0 for a span that ends before it starts. */
export const durationNanosOf = (rows: SpanRows, row: number): number =>
  ((rows.flags[row] ?? 0) & ENDS_BEFORE_START) === 0
    ? doubleOf(rows.durationLow[row] ?? 0, rows.durationHigh[row] ?? 0)
    : 0;

/** The order of the fields is part of the file format; see docs/file-format.md. */
export const encodeSpanSummary = (summary: SpanSummary): Uint8Array => {
  const writer = new ByteWriter();
  writer.varint(summary.spanCount);
  writer.uint64(summary.minStart);
  writer.uint64(summary.maxStart);
  writer.uint64(BigInt(Math.ceil(summary.maxDurationNanos)) & 0xffff_ffff_ffff_ffffn);
  encodeOperations(writer, summary.operations);
  writer.varint(summary.operationPeriods.length);
  for (const { operation, period, calls, errors, latency } of summary.operationPeriods) {
    writer.varint(operation);
    writer.varint(period);
    writer.varint(calls);
    writer.varint(errors);
    writer.varint(latency.size);
    for (const [bucket, count] of latency.entries()) {
      writer.varint(bucket);
      writer.varint(count);
    }
  }
  encodeCalls(writer, summary.calls);
  writer.varint(summary.traceWords.length / 4);
  for (const word of summary.traceWords) writer.uint32(word);
  for (const { latency } of summary.operationPeriods) {
    for (const [bucket, count, sum] of latency.entries()) {
      writer.varint(
        Math.min(Math.max(0, Math.round(sum - count * firstOf(bucket))), Number.MAX_SAFE_INTEGER),
      );
    }
  }
  return writer.finish();
};

/** Returns the lowest integer latency of a bucket. */
const firstOf = (bucket: number): number => Math.ceil(bucketStart(bucket));

/** @throws DamageError */
export const decodeSpanSummary = (bytes: Uint8Array): SpanSummary => {
  const reader = new ByteReader(bytes);
  const spanCount = reader.varint();
  const [minStart, maxStart] = [reader.uint64(), reader.uint64()];
  const maxDurationNanos = Number(reader.uint64());
  const operations = decodeOperations(reader);
  const periods = Array.from({ length: reader.varint() }, () => {
    const [operation, period] = [reader.varint(), reader.varint()];
    const [calls, errors] = [reader.varint(), reader.varint()];
    const buckets = Array.from(
      { length: reader.varint() },
      () => [reader.varint(), reader.varint()] as const,
    );
    return { operation, period, calls, errors, buckets };
  });
  const calls = decodeCalls(reader);
  const traceCount = reader.varint();
  const raw = reader.raw(16 * traceCount);
  const traceWords = new Uint32Array(4 * traceCount);
  for (let i = 0; i < traceWords.length; i++) traceWords[i] = raw.readUInt32LE(4 * i);
  // Blocks of earlier versions end here. The middle of each bucket then represents its latencies.
  const hasSums = !reader.isAtEnd;
  return {
    spanCount,
    minStart,
    maxStart,
    maxDurationNanos,
    operations,
    operationPeriods: periods.map(({ buckets, ...period }) => {
      const latency = new LatencyHistogram();
      for (const [bucket, count] of buckets) {
        const sum = hasSums ? count * firstOf(bucket) + reader.varint() : count * bucketMiddle(bucket);
        latency.addBucket(bucket, count, sum);
      }
      return { ...period, latency };
    }),
    calls,
    traceWords,
  };
};

const CALL_TAKEN_BACK = 1;
const CALL_FAILED = 2;

const encodeCalls = (writer: ByteWriter, calls: readonly SignedCall[]): void => {
  const names = [...new Set(calls.flatMap(({ parent, child }) => [parent, child]))];
  const index = new Map(names.map((name, at) => [name, at]));
  writer.varint(names.length);
  for (const name of names) writer.text(name);
  writer.varint(calls.length);
  for (const { block, parent, child, startLow, startHigh, durationNanos, isError, sign } of calls) {
    writer.byte((sign < 0 ? CALL_TAKEN_BACK : 0) | (isError ? CALL_FAILED : 0));
    writer.varint(block);
    writer.varint(index.get(parent) ?? 0);
    writer.varint(index.get(child) ?? 0);
    writer.uint32(startLow);
    writer.uint32(startHigh);
    writer.varint(Math.min(durationNanos, Number.MAX_SAFE_INTEGER));
  }
};

const decodeCalls = (reader: ByteReader): SignedCall[] => {
  const names = Array.from({ length: reader.varint() }, () => reader.text());
  return Array.from({ length: reader.varint() }, () => {
    const flags = reader.byte();
    const block = reader.varint();
    const [parent = '', child = ''] = [names[reader.varint()], names[reader.varint()]];
    const [startLow, startHigh] = [reader.uint32(), reader.uint32()];
    return {
      block,
      parent,
      child,
      startLow,
      startHigh,
      durationNanos: reader.varint(),
      isError: (flags & CALL_FAILED) !== 0,
      sign: (flags & CALL_TAKEN_BACK) === 0 ? 1 : -1,
    };
  });
};
