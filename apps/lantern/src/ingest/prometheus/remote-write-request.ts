import { WireCursor, WireReader } from '@lantern/otlp';
import { SeriesLabels } from '@lantern/telemetry-model';
import { SampleBatch } from '@lantern/telemetry-store';
import { readRemoteHistogram } from './remote-histogram.js';

/** Tags of the fields of `WriteRequest`, `TimeSeries` and `Sample` in version 1.0: number and wire type. */
const TIMESERIES_TAG = 0x0a;
const METADATA_TAG = 0x1a;
const LABELS_TAG = 0x0a;
const SAMPLES_TAG = 0x12;
const EXEMPLARS_TAG = 0x1a;
const HISTOGRAMS_TAG = 0x22;
const VALUE_TAG = 0x09;
const TIMESTAMP_TAG = 0x10;

/** Start of the key of a series whose first label is the name of the metric. */
const NAME_FIRST = '\n\b__name__';
const NAME_FIRST_AT = 2;

/** Types of metrics by their number in both versions. */
const METRIC_TYPES = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
];

/** Milliseconds of a signed 64-bit integer. */
const signedMillis = (low: number, high: number): number => (high | 0) * 2 ** 32 + low;

/**
 * Reads a `WriteRequest` of remote write 1.0 in one scan. The bytes of a series' labels are its key in the store, so that
 * the labels of a known series are not decoded. Series without the name of a metric are discarded, as Prometheus does.
 *
 * @throws {Error} when the request is malformed
 * @see https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
export const readWriteRequest = (request: Buffer): SampleBatch => {
  const batch = new SampleBatch();
  const cursor = new WireCursor();
  cursor.moveTo(request, 0);
  while (cursor.at < request.length) {
    const tag = cursor.tag(request.length);
    if (tag === TIMESERIES_TAG) {
      const end = cursor.messageEnd(request.length);
      readTimeSeries(request, cursor, end, batch);
    } else if (tag === METADATA_TAG) {
      const end = cursor.messageEnd(request.length);
      readMetadata(request.subarray(cursor.at, end), batch);
      cursor.at = end;
    } else cursor.skip(tag, request.length);
  }
  return batch;
};

const readTimeSeries = (request: Buffer, cursor: WireCursor, end: number, batch: SampleBatch): void => {
  const { key, at } = readKey(request, cursor, end);
  cursor.at = at;
  const hasName = key.startsWith(NAME_FIRST, NAME_FIRST_AT) || key.includes(NAME_FIRST);
  if (!hasName) {
    cursor.at = end;
    return;
  }
  const series = batch.addKey(key);
  while (cursor.at < end) {
    const tag = cursor.tag(end);
    if (tag === SAMPLES_TAG) {
      const sampleEnd = cursor.messageEnd(end);
      let [high, low, time] = [0, 0, 0];
      while (cursor.at < sampleEnd) {
        const field = cursor.tag(sampleEnd);
        if (field === VALUE_TAG) {
          const valueAt = cursor.at;
          cursor.advance(8, sampleEnd);
          low = cursor.view.getUint32(valueAt, true);
          high = cursor.view.getUint32(valueAt + 4, true);
        } else if (field === TIMESTAMP_TAG) {
          cursor.varint(sampleEnd);
          time = signedMillis(cursor.low, cursor.high);
        } else cursor.skip(field, sampleEnd);
      }
      batch.addBits(series, time, high, low);
    } else if (tag === HISTOGRAMS_TAG) {
      const itemEnd = cursor.messageEnd(end);
      readRemoteHistogram(request.subarray(cursor.at, itemEnd), batch, series);
      cursor.at = itemEnd;
    } else if (tag === EXEMPLARS_TAG) {
      const itemEnd = cursor.messageEnd(end);
      readExemplar(request.subarray(cursor.at, itemEnd), batch, series);
      cursor.at = itemEnd;
    } else cursor.skip(tag, end);
  }
};

/** Returns the labels as the key of a series, and the offset of the first field behind them. */
const readKey = (request: Buffer, cursor: WireCursor, end: number): { key: string; at: number } => {
  const start = cursor.at;
  while (cursor.at < end && request[cursor.at] === LABELS_TAG) {
    cursor.at++;
    cursor.at = cursor.messageEnd(end);
  }
  const at = cursor.at;
  let key = request.toString('latin1', start, at);
  // Encoders write all labels first. Others are found, too.
  while (cursor.at < end) {
    const fieldAt = cursor.at;
    const tag = cursor.tag(end);
    // Samples end the search in the normal case: nothing but samples follows.
    cursor.skip(tag, end);
    if (tag === LABELS_TAG) key += request.toString('latin1', fieldAt, cursor.at);
  }
  return { key, at };
};

const METADATA_FIELDS = { 1: 'type', 2: 'metric_family_name', 4: 'help', 5: 'unit' };

const readMetadata = (bytes: Buffer, batch: SampleBatch): void => {
  const reader = new WireReader(bytes, METADATA_FIELDS);
  let [type, name, help, unit] = [0, '', '', ''];
  while (reader.next()) {
    if (reader.field === 1) type = reader.int32();
    else if (reader.field === 2) name = reader.text();
    else if (reader.field === 4) help = reader.text();
    else if (reader.field === 5) unit = reader.text();
    else reader.skip();
  }
  if (name !== '') batch.metadata.push({ name, type: METRIC_TYPES[type] ?? 'unknown', help, unit });
};

const EXEMPLAR_FIELDS = { 1: 'labels', 2: 'value', 3: 'timestamp' };
const LABEL_FIELDS = { 1: 'name', 2: 'value' };

const readLabel = (reader: WireReader): [name: string, value: string] => {
  const outer = reader.enter(LABEL_FIELDS);
  let [name, value] = ['', ''];
  while (reader.next()) {
    if (reader.field === 1) name = reader.text();
    else if (reader.field === 2) value = reader.text();
    else reader.skip();
  }
  reader.leave(outer);
  return [name, value];
};

const readExemplar = (bytes: Buffer, batch: SampleBatch, series: number): void => {
  const reader = new WireReader(bytes, EXEMPLAR_FIELDS);
  const labels: [string, string][] = [];
  let [value, timestampMillis] = [0, 0];
  while (reader.next()) {
    if (reader.field === 1) {
      labels.push(readLabel(reader));
    } else if (reader.field === 2) value = reader.double();
    else if (reader.field === 3) timestampMillis = Number(reader.int64());
    else reader.skip();
  }
  batch.addExemplar(series, { labels: SeriesLabels.of(labels), value, timestampMillis });
};

const REQUEST_V2_FIELDS = { 4: 'symbols', 5: 'timeseries' };
const SERIES_V2_FIELDS = {
  1: 'labels_refs',
  2: 'samples',
  3: 'histograms',
  4: 'exemplars',
  5: 'metadata',
};
const SAMPLE_FIELDS = { 1: 'value', 2: 'timestamp' };
const EXEMPLAR_V2_FIELDS = { 1: 'labels_refs', 2: 'value', 3: 'timestamp' };
const METADATA_V2_FIELDS = { 1: 'type', 3: 'help_ref', 4: 'unit_ref' };

/**
 * Reads a `Request` of remote write 2.0.
 *
 * @throws {Error} when the request is malformed
 * @see https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
 */
export const readWriteRequestV2 = (request: Buffer): SampleBatch => {
  const symbols = readSymbols(request);
  const batch = new SampleBatch();
  const reader = new WireReader(request, REQUEST_V2_FIELDS);
  while (reader.next()) {
    if (reader.field === 5) readSeriesV2(reader, symbols, batch);
    else reader.skip();
  }
  return batch;
};

/** Reads the symbols first: protobuf does not prescribe the order of fields. */
const readSymbols = (request: Buffer): string[] => {
  const reader = new WireReader(request, REQUEST_V2_FIELDS);
  const symbols: string[] = [];
  while (reader.next()) {
    if (reader.field === 4) symbols.push(reader.text());
    else reader.skip();
  }
  return symbols;
};

const symbolAt = (symbols: readonly string[], ref: number, reader: WireReader): string =>
  symbols[ref] ?? reader.fail(`refers to symbol ${ref} of ${symbols.length}`);

const labelsOfRefs = (
  refs: readonly number[],
  symbols: readonly string[],
  reader: WireReader,
): SeriesLabels => {
  if (refs.length % 2 === 1) reader.fail('has a label name without a value');
  const pairs: [string, string][] = [];
  for (let i = 0; i < refs.length; i += 2)
    pairs.push([symbolAt(symbols, refs[i] ?? 0, reader), symbolAt(symbols, refs[i + 1] ?? 0, reader)]);
  return SeriesLabels.of(pairs);
};

const readSeriesV2 = (reader: WireReader, symbols: readonly string[], batch: SampleBatch): void => {
  const outer = reader.enter(SERIES_V2_FIELDS);
  const refs: number[] = [];
  const samples: [time: number, high: number, low: number][] = [];
  const histograms: Uint8Array[] = [];
  const exemplars: { refs: number[]; value: number; timestampMillis: number }[] = [];
  let metadata = { type: 0, help: 0, unit: 0 };
  while (reader.next()) {
    if (reader.field === 1) reader.numbers('uint64[]', refs);
    else if (reader.field === 2) samples.push(readSample(reader));
    else if (reader.field === 3) histograms.push(reader.bytes());
    else if (reader.field === 4) exemplars.push(readExemplarV2(reader));
    else if (reader.field === 5) metadata = readMetadataV2(reader);
    else reader.skip();
  }
  reader.leave(outer);
  const labels = labelsOfRefs(refs, symbols, reader);
  const { metricName } = labels;
  if (metricName === '') reader.fail('has no metric name');
  const series = batch.addSeries(labels);
  for (const [time, high, low] of samples) batch.addBits(series, time, high, low);
  for (const histogram of histograms) readRemoteHistogram(histogram, batch, series);
  for (const { refs: exemplarRefs, ...exemplar } of exemplars)
    batch.addExemplar(series, { ...exemplar, labels: labelsOfRefs(exemplarRefs, symbols, reader) });
  if (metadata.type !== 0 || metadata.help !== 0) {
    batch.metadata.push({
      name: metricName,
      type: METRIC_TYPES[metadata.type] ?? 'unknown',
      help: symbolAt(symbols, metadata.help, reader),
      unit: symbolAt(symbols, metadata.unit, reader),
    });
  }
};

const readSample = (reader: WireReader): [time: number, high: number, low: number] => {
  const outer = reader.enter(SAMPLE_FIELDS);
  let [time, bits] = [0, 0n];
  while (reader.next()) {
    // The bits, because a staleness marker is a NaN with a payload.
    if (reader.field === 1) bits = reader.fixed64();
    else if (reader.field === 2) time = Number(reader.int64());
    else reader.skip();
  }
  reader.leave(outer);
  return [time, Number(bits >> 32n), Number(bits & 0xffff_ffffn)];
};

const readExemplarV2 = (reader: WireReader) => {
  const outer = reader.enter(EXEMPLAR_V2_FIELDS);
  const exemplar = { refs: [] as number[], value: 0, timestampMillis: 0 };
  while (reader.next()) {
    if (reader.field === 1) reader.numbers('uint64[]', exemplar.refs);
    else if (reader.field === 2) exemplar.value = reader.double();
    else if (reader.field === 3) exemplar.timestampMillis = Number(reader.int64());
    else reader.skip();
  }
  reader.leave(outer);
  return exemplar;
};

const readMetadataV2 = (reader: WireReader) => {
  const outer = reader.enter(METADATA_V2_FIELDS);
  const metadata = { type: 0, help: 0, unit: 0 };
  while (reader.next()) {
    if (reader.field === 1) metadata.type = reader.int32();
    else if (reader.field === 3) metadata.help = reader.uint32();
    else if (reader.field === 4) metadata.unit = reader.uint32();
    else reader.skip();
  }
  reader.leave(outer);
  return metadata;
};
