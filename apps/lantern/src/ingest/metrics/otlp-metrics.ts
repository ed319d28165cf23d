import { formatGoFloat } from '@lantern/go-syntax';
import {
  NO_RECORDED_VALUE,
  Temporality,
  type DataPoint,
  type ExponentialHistogramDataPoint,
  type HistogramDataPoint,
  type MetricsRequest,
  type NumberDataPoint,
  type OtlpExemplar,
  type OtlpMetric,
  type ResourceMetrics,
  type SummaryDataPoint,
} from '@lantern/otlp';
import {
  METRIC_NAME,
  SeriesLabels,
  attributeText,
  stringAttribute,
  type Attributes,
} from '@lantern/telemetry-model';
import { SampleBatch } from '@lantern/telemetry-store';
import { nativeHistogramOf } from './exponential-histogram.js';
import type { DeltaTotals } from './delta-totals.js';
import { prometheusLabel, prometheusName, type NamedKind } from './prometheus-names.js';

/** Distance of the samples of `target_info` between the earliest and the latest point of a request: half the lookback. */
const INFO_STEP_MILLIS = 150_000;
/** Maximum number of samples of `target_info` for one resource of a request. */
const MAX_INFO_SAMPLES = 1_000;

/** Resource attributes that become `job` and `instance`. */
const IDENTITY = ['service.name', 'service.namespace', 'service.instance.id'];

type Pair = readonly [name: string, value: string];

/** Content of a request as series, and reasons for the points that have none. */
export interface TranslatedMetrics {
  readonly batch: SampleBatch;
  readonly rejectedPoints: number;
  readonly reasons: readonly string[];
}

/**
 * Translates OTLP metrics to series as Prometheus does.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */
export const translateMetrics = (request: MetricsRequest, totals: DeltaTotals): TranslatedMetrics => {
  const translation = new Translation(totals);
  for (const resource of request.resourceMetrics ?? []) translation.addResource(resource);
  return translation;
};

const millisOf = (nanos = 0n): number => Number(nanos / 1_000_000n);

const isStale = ({ flags = 0 }: DataPoint): boolean => (flags & NO_RECORDED_VALUE) !== 0;

/** Metric whose points are being translated. */
interface Metric {
  readonly name: string;
  readonly isDelta: boolean;
}

class Translation implements TranslatedMetrics {
  readonly batch = new SampleBatch();
  rejectedPoints = 0;
  private readonly distinctReasons = new Set<string>();
  /** Labels of the resource that all of its series have. */
  private identity: readonly Pair[] = [];
  private earliest = Infinity;
  private latest = -Infinity;

  constructor(private readonly totals: DeltaTotals) {}

  get reasons(): readonly string[] {
    return [...this.distinctReasons];
  }

  addResource({ resource, scopeMetrics = [] }: ResourceMetrics): void {
    const attributes = resource?.attributes ?? [];
    this.identity = identityOf(attributes);
    this.earliest = Infinity;
    this.latest = -Infinity;
    for (const { metrics = [] } of scopeMetrics) for (const metric of metrics) this.addMetric(metric);
    this.addTargetInfo(attributes);
  }

  private addMetric(metric: OtlpMetric): void {
    const { gauge, sum, histogram, exponentialHistogram, summary } = metric;
    if (gauge) {
      const about = this.describe(metric, 'gauge', 'gauge');
      for (const point of gauge.dataPoints ?? []) this.addNumber(about, point);
    }
    if (sum) {
      const isCounter = sum.isMonotonic ?? false;
      const about = isCounter
        ? this.describe(metric, 'counter', 'counter', sum.aggregationTemporality)
        : this.describe(metric, 'other', 'gauge', sum.aggregationTemporality);
      this.addPoints(metric, sum, about, (point) => this.addNumber(about, point));
    }
    if (histogram) {
      const about = this.describe(metric, 'other', 'histogram', histogram.aggregationTemporality);
      this.addPoints(metric, histogram, about, (point) => this.addHistogram(about, point));
    }
    if (exponentialHistogram) {
      const about = this.describe(metric, 'other', 'histogram', exponentialHistogram.aggregationTemporality);
      this.addPoints(metric, exponentialHistogram, about, (point) => this.addExponential(about, point));
    }
    if (summary) {
      const about = this.describe(metric, 'other', 'summary');
      for (const point of summary.dataPoints ?? []) this.addSummary(about, point);
    }
  }

  private describe(metric: OtlpMetric, kind: NamedKind, type: string, temporality?: number): Metric {
    const { unit = '', description = '' } = metric;
    const name = prometheusName(metric.name ?? '', unit, kind);
    if (name !== '') this.batch.metadata.push({ name, type, unit, help: description });
    return { name, isDelta: temporality === Temporality.delta };
  }

  private addPoints<Point extends DataPoint>(
    { name = '' }: OtlpMetric,
    {
      dataPoints = [],
      aggregationTemporality = 0,
    }: { dataPoints?: readonly Point[]; aggregationTemporality?: number },
    about: Metric,
    add: (point: Point) => void,
  ): void {
    const isKnown =
      aggregationTemporality === Temporality.cumulative || aggregationTemporality === Temporality.delta;
    if (isKnown && about.name !== '') for (const point of dataPoints) add(point);
    else this.reject(dataPoints.length, `invalid temporality and type combination for metric "${name}"`);
  }

  private reject(points: number, reason: string): void {
    this.rejectedPoints += points;
    if (points > 0 && this.distinctReasons.size < 10) this.distinctReasons.add(reason);
  }

  private addNumber(metric: Metric, point: NumberDataPoint): void {
    const labels = this.labelsOf(metric.name, point.attributes);
    const series = this.addValue(metric, point, labels, point.asDouble ?? Number(point.asInt ?? 0n));
    for (const exemplar of point.exemplars ?? []) this.batch.addExemplar(series, exemplarOf(exemplar));
  }

  /** @returns the index of the series */
  private addValue(metric: Metric, point: DataPoint, labels: SeriesLabels, value: number): number {
    const time = this.timeOf(point);
    const series = this.batch.addSeries(labels);
    if (isStale(point)) this.batch.addStale(series, time);
    else this.batch.add(series, time, metric.isDelta ? this.totals.add(labels, time, value) : value);
    return series;
  }

  private addHistogram(metric: Metric, point: HistogramDataPoint): void {
    const { bucketCounts = [], explicitBounds = [], sum, attributes } = point;
    const count = Number(point.count ?? 0n);
    const bucket = this.labelsOf(`${metric.name}_bucket`, attributes);
    let cumulative = 0;
    const series = explicitBounds.map((bound, i) => {
      cumulative += bucketCounts[i] ?? 0;
      return this.addValue(metric, point, bucket.with('le', formatGoFloat(bound)), cumulative);
    });
    series.push(this.addValue(metric, point, bucket.with('le', '+Inf'), count));
    for (const exemplar of point.exemplars ?? []) {
      const converted = exemplarOf(exemplar);
      const found = explicitBounds.findIndex((bound) => converted.value <= bound);
      const index = series[found < 0 ? explicitBounds.length : found];
      if (index !== undefined) this.batch.addExemplar(index, converted);
    }
    if (sum !== undefined || isStale(point))
      this.addValue(metric, point, this.labelsOf(`${metric.name}_sum`, attributes), sum ?? 0);
    this.addValue(metric, point, this.labelsOf(`${metric.name}_count`, attributes), count);
  }

  private addExponential(metric: Metric, point: ExponentialHistogramDataPoint): void {
    const labels = this.labelsOf(metric.name, point.attributes);
    const time = this.timeOf(point);
    const histogram = nativeHistogramOf(point);
    if (!histogram) {
      this.reject(1, `the scale ${point.scale} of the exponential histogram "${metric.name}" is below -4`);
      return;
    }
    const series = this.batch.addSeries(labels);
    if (isStale(point)) this.batch.addStale(series, time);
    else {
      const total = metric.isDelta ? this.totals.addHistogram(labels, time, histogram) : histogram;
      this.batch.addHistogram(series, time, total);
    }
    for (const exemplar of point.exemplars ?? []) this.batch.addExemplar(series, exemplarOf(exemplar));
  }

  private addSummary(metric: Metric, point: SummaryDataPoint): void {
    const labels = this.labelsOf(metric.name, point.attributes);
    for (const { quantile = 0, value = 0 } of point.quantileValues ?? []) {
      this.addValue(metric, point, labels.with('quantile', formatGoFloat(quantile)), value);
    }
    this.addValue(metric, point, labels.with(METRIC_NAME, `${metric.name}_sum`), point.sum ?? 0);
    const count = Number(point.count ?? 0n);
    this.addValue(metric, point, labels.with(METRIC_NAME, `${metric.name}_count`), count);
  }

  private timeOf({ timeUnixNano }: DataPoint): number {
    const time = millisOf(timeUnixNano);
    this.earliest = Math.min(this.earliest, time);
    this.latest = Math.max(this.latest, time);
    return time;
  }

  private labelsOf(name: string, attributes: Attributes = []): SeriesLabels {
    return SeriesLabels.of([...labelPairs(attributes), ...this.identity, [METRIC_NAME, name]]);
  }

  /** Adds the resource's other attributes as a series, which queries join with those of the metrics. */
  private addTargetInfo(attributes: Attributes): void {
    const others = attributes.filter(({ key }) => !IDENTITY.includes(key));
    if (this.identity.length === 0 || others.length === 0 || this.latest < this.earliest) return;
    const pairs: Pair[] = [...labelPairs(others), ...this.identity, [METRIC_NAME, 'target_info']];
    const series = this.batch.addSeries(SeriesLabels.of(pairs));
    const step = Math.max(INFO_STEP_MILLIS, (this.latest - this.earliest) / MAX_INFO_SAMPLES);
    for (let time = this.earliest; time < this.latest; time += step)
      this.batch.add(series, Math.floor(time), 1);
    this.batch.add(series, this.latest, 1);
  }
}

const identityOf = (attributes: Attributes): Pair[] => {
  const name = stringAttribute(attributes, 'service.name');
  const namespace = stringAttribute(attributes, 'service.namespace');
  const instance = stringAttribute(attributes, 'service.instance.id');
  const pairs: Pair[] = [];
  if (name !== undefined) pairs.push(['job', namespace === undefined ? name : `${namespace}/${name}`]);
  if (instance !== undefined) pairs.push(['instance', instance]);
  return pairs;
};

/** Attributes as labels. Values of keys that become the same label are joined in the order of the keys. */
const labelPairs = (attributes: Attributes): Pair[] => {
  const values = new Map<string, string>();
  const sorted = attributes.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  let last: string | undefined;
  for (const { key, value } of sorted) {
    // The first value of a repeated key counts.
    if (key === last) continue;
    last = key;
    const label = prometheusLabel(key);
    const before = values.get(label);
    const text = attributeText(value);
    values.set(label, before === undefined ? text : `${before};${text}`);
  }
  return [...values];
};

const exemplarOf = (exemplar: OtlpExemplar) => ({
  labels: SeriesLabels.of([
    ...labelPairs(exemplar.filteredAttributes ?? []),
    ['trace_id', exemplar.traceId ?? ''],
    ['span_id', exemplar.spanId ?? ''],
  ]),
  value: exemplar.asDouble ?? Number(exemplar.asInt ?? 0n),
  timestampMillis: millisOf(exemplar.timeUnixNano),
});
