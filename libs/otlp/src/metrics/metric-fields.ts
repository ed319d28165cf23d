/** Type of a scalar field. A type with `[]` is repeated, and packed in protobuf. */
export type ScalarType =
  | 'text'
  | 'id'
  | 'bool'
  | 'temporality'
  | 'uint32'
  | 'sint32'
  | 'fixed64'
  | 'sfixed64'
  | 'double'
  | NumberList;
export type NumberList = 'uint64[]' | 'fixed64[]' | 'double[]';

/** Messages that all signals share. */
export type SharedType = 'Resource' | 'InstrumentationScope' | 'KeyValue[]';

export type FieldType = ScalarType | SharedType | MetricMessage | `${MetricMessage}[]`;

/** Fields of a message by number: JSON name and type. */
export type MetricFields = Readonly<Record<number, readonly [name: string, type: FieldType]>>;

export type MetricMessage =
  | 'ExportMetricsServiceRequest'
  | 'ResourceMetrics'
  | 'ScopeMetrics'
  | 'Metric'
  | 'Gauge'
  | 'Sum'
  | 'Histogram'
  | 'ExponentialHistogram'
  | 'Summary'
  | 'NumberDataPoint'
  | 'HistogramDataPoint'
  | 'ExponentialHistogramDataPoint'
  | 'Buckets'
  | 'SummaryDataPoint'
  | 'ValueAtQuantile'
  | 'Exemplar';

/**
 * Messages of OTLP's metrics.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto
 */
export const METRIC_MESSAGES: Readonly<Record<MetricMessage, MetricFields>> = {
  ExportMetricsServiceRequest: { 1: ['resourceMetrics', 'ResourceMetrics[]'] },
  ResourceMetrics: {
    1: ['resource', 'Resource'],
    2: ['scopeMetrics', 'ScopeMetrics[]'],
    3: ['schemaUrl', 'text'],
  },
  ScopeMetrics: {
    1: ['scope', 'InstrumentationScope'],
    2: ['metrics', 'Metric[]'],
    3: ['schemaUrl', 'text'],
  },
  Metric: {
    1: ['name', 'text'],
    2: ['description', 'text'],
    3: ['unit', 'text'],
    5: ['gauge', 'Gauge'],
    7: ['sum', 'Sum'],
    9: ['histogram', 'Histogram'],
    10: ['exponentialHistogram', 'ExponentialHistogram'],
    11: ['summary', 'Summary'],
    12: ['metadata', 'KeyValue[]'],
  },
  Gauge: { 1: ['dataPoints', 'NumberDataPoint[]'] },
  Sum: {
    1: ['dataPoints', 'NumberDataPoint[]'],
    2: ['aggregationTemporality', 'temporality'],
    3: ['isMonotonic', 'bool'],
  },
  Histogram: {
    1: ['dataPoints', 'HistogramDataPoint[]'],
    2: ['aggregationTemporality', 'temporality'],
  },
  ExponentialHistogram: {
    1: ['dataPoints', 'ExponentialHistogramDataPoint[]'],
    2: ['aggregationTemporality', 'temporality'],
  },
  Summary: { 1: ['dataPoints', 'SummaryDataPoint[]'] },
  NumberDataPoint: {
    2: ['startTimeUnixNano', 'fixed64'],
    3: ['timeUnixNano', 'fixed64'],
    4: ['asDouble', 'double'],
    5: ['exemplars', 'Exemplar[]'],
    6: ['asInt', 'sfixed64'],
    7: ['attributes', 'KeyValue[]'],
    8: ['flags', 'uint32'],
  },
  HistogramDataPoint: {
    2: ['startTimeUnixNano', 'fixed64'],
    3: ['timeUnixNano', 'fixed64'],
    4: ['count', 'fixed64'],
    5: ['sum', 'double'],
    6: ['bucketCounts', 'fixed64[]'],
    7: ['explicitBounds', 'double[]'],
    8: ['exemplars', 'Exemplar[]'],
    9: ['attributes', 'KeyValue[]'],
    10: ['flags', 'uint32'],
    11: ['min', 'double'],
    12: ['max', 'double'],
  },
  ExponentialHistogramDataPoint: {
    1: ['attributes', 'KeyValue[]'],
    2: ['startTimeUnixNano', 'fixed64'],
    3: ['timeUnixNano', 'fixed64'],
    4: ['count', 'fixed64'],
    5: ['sum', 'double'],
    6: ['scale', 'sint32'],
    7: ['zeroCount', 'fixed64'],
    8: ['positive', 'Buckets'],
    9: ['negative', 'Buckets'],
    10: ['flags', 'uint32'],
    11: ['exemplars', 'Exemplar[]'],
    12: ['min', 'double'],
    13: ['max', 'double'],
    14: ['zeroThreshold', 'double'],
  },
  Buckets: { 1: ['offset', 'sint32'], 2: ['bucketCounts', 'uint64[]'] },
  SummaryDataPoint: {
    2: ['startTimeUnixNano', 'fixed64'],
    3: ['timeUnixNano', 'fixed64'],
    4: ['count', 'fixed64'],
    5: ['sum', 'double'],
    6: ['quantileValues', 'ValueAtQuantile[]'],
    7: ['attributes', 'KeyValue[]'],
    8: ['flags', 'uint32'],
  },
  ValueAtQuantile: { 1: ['quantile', 'double'], 2: ['value', 'double'] },
  Exemplar: {
    2: ['timeUnixNano', 'fixed64'],
    3: ['asDouble', 'double'],
    4: ['spanId', 'id'],
    5: ['traceId', 'id'],
    6: ['asInt', 'sfixed64'],
    7: ['filteredAttributes', 'KeyValue[]'],
  },
};

export const messageOf = (type: MetricMessage | `${MetricMessage}[]`): MetricMessage =>
  type.replace('[]', '') as MetricMessage;
