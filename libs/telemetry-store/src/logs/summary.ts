import { mapKey } from '@lantern/telemetry-model';
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { compareTimes, timeOfWords } from './rows.js';
import type { OpenLogBlock } from './open-block.js';
import { labelOf, type KnownStream, type StreamTable } from './stream-table.js';
import { traceHashOf } from '../bytes/text-hash.js';

export const TRACE_ID = 'trace_id';

/** Lines of a stream in a block. */
export interface StreamSpan {
  readonly stream: KnownStream;
  readonly rowCount: number;
  readonly minTime: bigint;
  readonly maxTime: bigint;
}

/** Index of a block that is read without its other parts. */
export interface LogSummary {
  readonly rowCount: number;
  /** Streams in the order in which the columns number them. */
  readonly streams: readonly StreamSpan[];
  /** Two words for each trace with lines in the block. */
  readonly traceWords: Uint32Array;
}

export const summarizeLogs = (open: OpenLogBlock): LogSummary => {
  const { rowCount, streamOf, timeLow, timeHigh } = open;
  const first = new Int32Array(open.streams.length).fill(-1);
  const last = new Int32Array(open.streams.length);
  const counts = new Uint32Array(open.streams.length);
  for (let row = 0; row < rowCount; row++) {
    const stream = streamOf[row] ?? 0;
    const [low, high] = [timeLow[row] ?? 0, timeHigh[row] ?? 0];
    const [earliest = -1, latest = 0] = [first[stream], last[stream]];
    counts[stream] = (counts[stream] ?? 0) + 1;
    if (earliest < 0) {
      first[stream] = last[stream] = row;
      continue;
    }
    if (compareTimes(low, high, timeLow[earliest] ?? 0, timeHigh[earliest] ?? 0) < 0) first[stream] = row;
    if (compareTimes(low, high, timeLow[latest] ?? 0, timeHigh[latest] ?? 0) > 0) last[stream] = row;
  }
  const timeOf = (row = 0): bigint => timeOfWords(timeLow[row] ?? 0, timeHigh[row] ?? 0);
  return {
    rowCount,
    streams: open.streams.map((stream, index) => ({
      stream,
      rowCount: counts[index] ?? 0,
      minTime: timeOf(first[index]),
      maxTime: timeOf(last[index]),
    })),
    traceWords: traceWordsOf(open),
  };
};

/** Returns the words of all traces. A `trace_id` label takes precedence over structured metadata. */
const traceWordsOf = (open: OpenLogBlock): Uint32Array => {
  /** Distinct trace IDs by `mapKey`. Exporters of logs write trace IDs in any format. */
  const traceIds = new Map<string, string>();
  const add = (traceId: string): void => void traceIds.set(mapKey(traceId), traceId);
  const values = new Set<number>();
  const labels = open.streams.map((stream) => labelOf(stream, TRACE_ID));
  for (const traceId of labels) if (traceId !== undefined) add(traceId);
  const positions = open.shapes.map((names) => names.indexOf(TRACE_ID));
  for (let row = 0; row < open.rowCount; row++) {
    const position = positions[open.shapeOf[row] ?? 0] ?? -1;
    if (position < 0 || labels[open.streamOf[row] ?? 0] !== undefined) continue;
    values.add(open.pairs[(open.pairStart[row] ?? 0) + position] ?? 0);
  }
  for (const value of values) add(open.values.textAt(value));
  const words = new Uint32Array(2 * traceIds.size);
  let at = 0;
  for (const traceId of traceIds.values()) {
    const [low, high] = traceHashOf(traceId);
    words[at++] = low;
    words[at++] = high;
  }
  return words;
};

/** The order of the fields is part of the file format; see docs/file-format.md. */
export const encodeLogSummary = ({ rowCount, streams, traceWords }: LogSummary): Uint8Array => {
  const writer = new ByteWriter();
  writer.varint(rowCount);
  writer.varint(streams.length);
  for (const { stream, rowCount: rows, minTime, maxTime } of streams) {
    const labels = Object.entries(stream.labels);
    writer.varint(labels.length);
    for (const [name, value] of labels) {
      writer.text(name);
      writer.text(value);
    }
    writer.varint(rows);
    writer.uint64(minTime);
    writer.uint64(maxTime);
  }
  writer.varint(traceWords.length / 2);
  for (const word of traceWords) writer.uint32(word);
  return writer.finish();
};

/** @throws DamageError */
export const decodeLogSummary = (bytes: Uint8Array, table: StreamTable): LogSummary => {
  const reader = new ByteReader(bytes);
  const rowCount = reader.varint();
  const streams = Array.from({ length: reader.varint() }, () => {
    const labels = Array.from({ length: reader.varint() }, () => [reader.text(), reader.text()] as const);
    const rows = reader.varint();
    return { labels, rows, minTime: reader.uint64(), maxTime: reader.uint64() };
  });
  const traceCount = reader.varint();
  const raw = reader.raw(8 * traceCount);
  const traceWords = new Uint32Array(2 * traceCount);
  for (let at = 0; at < traceWords.length; at++) traceWords[at] = raw.readUInt32LE(4 * at);
  return {
    rowCount,
    // Streams are registered only after everything was read, because a registered stream is kept as long as a block has
    // it.
    streams: streams.map(({ labels, rows, ...times }) => ({
      stream: table.intern(Object.fromEntries(labels)),
      rowCount: rows,
      ...times,
    })),
    traceWords,
  };
};
