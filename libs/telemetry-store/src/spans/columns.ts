import { SpanKind, boundedName } from '@lantern/telemetry-model';
import { ByteReader, DamageError } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import type { Column } from '../bytes/column.js';
import type { OriginTable } from './origin.js';
import type { BlockOperation, SpanRows } from './rows.js';

const WORD_BYTES = 4;
/** Approximate memory of an operation without its name, and of a block without its columns, in bytes. */
const BYTES_PER_OPERATION = 64;
const BYTES_PER_BLOCK = 2048;
/** Number of rows of a chunk: few enough to decompress for a few spans, many enough to compress well. */
export const ROWS_PER_CHUNK = 128;

/** The order of the fields is part of the file format; see docs/file-format.md. */
export const encodeSpanColumns = (rows: SpanRows): Uint8Array => {
  const writer = new ByteWriter();
  const { spanCount, traceCount } = rows;
  writer.varint(spanCount);
  writer.varint(traceCount);
  writer.varint(ROWS_PER_CHUNK);
  for (const word of rows.traceWords.subarray(0, 4 * traceCount)) writer.uint32(word);
  encodeOperations(writer, rows.operations);
  writer.varint(rows.origins.length);
  for (const { resource, resourceSchemaUrl, scope, scopeSchemaUrl } of rows.origins) {
    for (const bytes of [resource, resourceSchemaUrl, scope, scopeSchemaUrl]) writer.bytes(bytes);
  }
  for (const column of [
    rows.traceOf,
    rows.operationOf,
    rows.originOf,
    rows.flags,
    rows.startLow,
    rows.startHigh,
    rows.durationLow,
    rows.durationHigh,
  ]) {
    writer.column(column.subarray(0, spanCount));
  }
  const lengths = new Uint32Array(spanCount);
  for (let row = 0, start = 0; row < spanCount; row++) {
    const end = rows.bodyEnd[row] ?? 0;
    lengths[row] = end - start;
    start = end;
  }
  writer.column(lengths);
  return writer.finish();
};

/** Rows with their size in memory, for the cache. */
export interface DecodedRows extends SpanRows {
  readonly byteLength: number;
}

/** @throws DamageError */
export const decodeSpanColumns = (
  block: number,
  bytes: Uint8Array,
  originTable: OriginTable,
): DecodedRows => {
  const reader = new ByteReader(bytes);
  const spanCount = reader.varint();
  const traceCount = reader.varint();
  const rowsPerChunk = reader.varint();
  if (rowsPerChunk === 0) throw new DamageError('a chunk has no rows');
  const words = reader.raw(4 * WORD_BYTES * traceCount);
  const traceWords = new Uint32Array(4 * traceCount);
  for (let i = 0; i < traceWords.length; i++) traceWords[i] = words.readUInt32LE(WORD_BYTES * i);
  const operations = decodeOperations(reader);
  const origins = Array.from({ length: reader.varint() }, () => {
    const [resource, resourceSchemaUrl] = [reader.bytes(), reader.bytes()];
    const [scope, scopeSchemaUrl] = [reader.bytes(), reader.bytes()];
    return originTable.intern({ resource, resourceSchemaUrl, scope, scopeSchemaUrl });
  });
  const columns = {
    traceOf: indexes(reader, spanCount, traceCount),
    operationOf: indexes(reader, spanCount, operations.length),
    originOf: indexes(reader, spanCount, origins.length),
    flags: reader.column(spanCount),
    startLow: reader.column(spanCount),
    startHigh: reader.column(spanCount),
    durationLow: reader.column(spanCount),
    durationHigh: reader.column(spanCount),
    bodyEnd: Uint32Array.from(reader.column(spanCount)),
  };
  const { bodyEnd } = columns;
  for (let row = 1; row < spanCount; row++) bodyEnd[row] = (bodyEnd[row] ?? 0) + (bodyEnd[row - 1] ?? 0);
  const columnBytes = Object.values(columns).reduce((sum, { byteLength }) => sum + byteLength, 0);
  return {
    block,
    spanCount,
    traceCount,
    rowsPerChunk,
    traceWords,
    operations,
    origins,
    ...columns,
    byteLength:
      columnBytes +
      traceWords.byteLength +
      operations.reduce((sum, { name }) => sum + BYTES_PER_OPERATION + name.length, 0) +
      origins.reduce((sum, { byteLength }) => sum + byteLength, 0) +
      BYTES_PER_BLOCK,
  };
};

export const encodeOperations = (writer: ByteWriter, operations: readonly BlockOperation[]): void => {
  const services = [...new Set(operations.map(({ service }) => service))];
  writer.varint(services.length);
  for (const service of services) writer.text(service);
  const serviceIndex = new Map(services.map((service, index) => [service, index]));
  writer.varint(operations.length);
  for (const { service, name, kind } of operations) {
    writer.varint(serviceIndex.get(service) ?? 0);
    writer.text(name);
    writer.byte(kind);
  }
};

export const decodeOperations = (reader: ByteReader): BlockOperation[] => {
  // Blocks written before names had a limit may have longer ones.
  const services = Array.from({ length: reader.varint() }, () => boundedName(reader.text()));
  return Array.from({ length: reader.varint() }, () => {
    const service = services[reader.varint()];
    const name = boundedName(reader.text());
    const kind = reader.byte();
    if (service === undefined || kind > SpanKind.consumer)
      throw new DamageError('an operation is out of range');
    return { service, name, kind: kind as SpanKind };
  });
};

const indexes = (reader: ByteReader, count: number, limit: number): Column => {
  const column = reader.column(count);
  for (const index of column) if (index >= limit) throw new DamageError('an index is out of range');
  return column;
};
