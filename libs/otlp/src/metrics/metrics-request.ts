import type { Attribute, InstrumentationScope, Resource, UnixNano } from '@lantern/telemetry-model';

/**
 * Messages of OTLP's metrics as decoded from protobuf or JSON. A field that the exporter did not set is undefined.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto
 */
export interface MetricsRequest {
  readonly resourceMetrics?: readonly ResourceMetrics[];
}

export interface ResourceMetrics {
  readonly resource?: Resource;
  readonly scopeMetrics?: readonly ScopeMetrics[];
}

export interface ScopeMetrics {
  readonly scope?: InstrumentationScope;
  readonly metrics?: readonly OtlpMetric[];
}

export interface OtlpMetric {
  readonly name?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly gauge?: { readonly dataPoints?: readonly NumberDataPoint[] };
  readonly sum?: OtlpSum;
  readonly histogram?: Temporal<HistogramDataPoint>;
  readonly exponentialHistogram?: Temporal<ExponentialHistogramDataPoint>;
  readonly summary?: { readonly dataPoints?: readonly SummaryDataPoint[] };
}

export interface Temporal<Point> {
  readonly dataPoints?: readonly Point[];
  readonly aggregationTemporality?: number;
}

export interface OtlpSum extends Temporal<NumberDataPoint> {
  readonly isMonotonic?: boolean;
}

/** Values of the enum `AggregationTemporality`. */
export const Temporality = { unspecified: 0, delta: 1, cumulative: 2 } as const;

/** Flag of a data point that marks the end of its series: the instrument did not record a value. */
export const NO_RECORDED_VALUE = 1;

export interface DataPoint {
  readonly startTimeUnixNano?: UnixNano;
  readonly timeUnixNano?: UnixNano;
  readonly attributes?: readonly Attribute[];
  readonly flags?: number;
}

export interface NumberDataPoint extends DataPoint {
  readonly asDouble?: number;
  readonly asInt?: bigint;
  readonly exemplars?: readonly OtlpExemplar[];
}

export interface HistogramDataPoint extends DataPoint {
  readonly count?: bigint;
  readonly sum?: number;
  readonly bucketCounts?: readonly number[];
  readonly explicitBounds?: readonly number[];
  readonly exemplars?: readonly OtlpExemplar[];
}

export interface ExponentialBuckets {
  readonly offset?: number;
  readonly bucketCounts?: readonly number[];
}

export interface ExponentialHistogramDataPoint extends DataPoint {
  readonly count?: bigint;
  readonly sum?: number;
  readonly scale?: number;
  readonly zeroCount?: bigint;
  readonly zeroThreshold?: number;
  readonly positive?: ExponentialBuckets;
  readonly negative?: ExponentialBuckets;
  readonly exemplars?: readonly OtlpExemplar[];
}

export interface SummaryDataPoint extends DataPoint {
  readonly count?: bigint;
  readonly sum?: number;
  readonly quantileValues?: readonly { readonly quantile?: number; readonly value?: number }[];
}

export interface OtlpExemplar {
  readonly timeUnixNano?: UnixNano;
  readonly asDouble?: number;
  readonly asInt?: bigint;
  /** Lower-case hex; empty when the exemplar has no trace. */
  readonly traceId?: string;
  readonly spanId?: string;
  readonly filteredAttributes?: readonly Attribute[];
}
