import { type Attributes, diag } from '@opentelemetry/api';
import {
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { type MetricFamily, type Sample, type SampleExemplar, labelText } from './exposition.js';

/** Histogram data that OpenTelemetry's SDK does not keep: exemplars, and series without recordings. */
export interface HistogramExtras {
  /** OpenTelemetry's name of the histogram. */
  name: string;
  /** Exemplars by bucket, for the series with these attributes. */
  exemplars: (attributes: Attributes) => readonly (SampleExemplar | undefined)[];
  /** Attributes of the series to be shown at zero. */
  untouched: readonly Attributes[];
}

/**
 * OpenTelemetry's metrics as Prometheus knows them: `http.server.request.duration` in `s` becomes
 * `http_server_request_duration_seconds`, attributes become labels.
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#otlp-metric-points-to-prometheus
 */
export const metricFamilies = (
  { scopeMetrics }: ResourceMetrics,
  service: string,
  extras: HistogramExtras,
): MetricFamily[] => {
  const families = new Map<string, MetricFamily>();
  for (const { metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const family = familyOf(metric);
      if (!family) continue;
      const earlier = families.get(family.name);
      if (earlier && earlier.type !== family.type) {
        diag.warn(
          `Metric ${metric.descriptor.name} is not shown: ${family.name} is a ${earlier.type} already`,
        );
        continue;
      }
      addSamples(earlier ?? family, metric, service, extras);
      if (!earlier) families.set(family.name, family);
    }
  }
  const name = familyName(extras.name, 's', false);
  if (!families.has(name)) {
    const family: MetricFamily = { name, type: 'histogram', unit: 'seconds', help: extras.name, samples: [] };
    addUntouched(family, service, extras);
    if (family.samples.length > 0) families.set(name, family);
  }
  return [...families.values()];
};

const familyOf = (metric: MetricData): MetricFamily | undefined => {
  const { name, unit, description } = metric.descriptor;
  const type =
    metric.dataPointType === DataPointType.HISTOGRAM
      ? 'histogram'
      : metric.dataPointType === DataPointType.SUM && metric.isMonotonic
        ? 'counter'
        : metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM
          ? undefined
          : 'gauge';
  // Neither text format supports exponential buckets.
  if (type === undefined) return undefined;
  const full = familyName(name, unit, type === 'gauge');
  const word = unitWord(unit, type === 'gauge');
  return {
    name: type === 'counter' ? full.replace(/_total$/, '') : full,
    type,
    help: description || name,
    unit: word !== undefined && full.endsWith(`_${word}`) ? word : undefined,
    samples: [],
  };
};

const addSamples = (
  family: MetricFamily,
  metric: MetricData,
  service: string,
  extras: HistogramExtras,
): void => {
  const shown = new Set(family.samples.map(({ labels }) => labels));
  const isNew = (labels: string): boolean => {
    if (!shown.has(labels)) {
      shown.add(labels);
      return true;
    }
    diag.warn(
      `Metric ${metric.descriptor.name} is measured twice with the same attributes; the first is shown`,
    );
    return false;
  };
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    const hasExtras = metric.descriptor.name === extras.name;
    for (const point of metric.dataPoints) {
      const labels = labelsOf(point.attributes, service);
      if (!isNew(labels)) continue;
      addHistogram(family, labels, point, hasExtras ? extras.exemplars(point.attributes) : []);
    }
    if (hasExtras) addUntouched(family, service, extras);
  } else if (metric.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) {
    const suffix = family.type === 'counter' ? '_total' : '';
    for (const { attributes, value } of metric.dataPoints) {
      const labels = labelsOf(attributes, service);
      if (isNew(labels)) family.samples.push({ suffix, labels, value });
    }
  }
};

/**
 * By their count alone: a line for each bucket of each route made megabytes of zeros in an application of 300 routes.
 * OpenMetrics requires the bucket without a bound.
 *
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/#histogram
 */
const addUntouched = ({ samples }: MetricFamily, service: string, { untouched }: HistogramExtras): void => {
  for (const attributes of untouched) {
    const labels = labelsOf(attributes, service);
    samples.push({ suffix: '_bucket', labels, le: Infinity, value: 0, isOpenMetricsOnly: true });
    samples.push({ suffix: '_count', labels, value: 0 });
  }
};

const addHistogram = (
  { samples }: MetricFamily,
  labels: string,
  { value }: Pick<DataPoint<Histogram>, 'value'>,
  exemplars: readonly (SampleExemplar | undefined)[],
): void => {
  const { boundaries, counts } = value.buckets;
  let below = 0;
  for (const [at, le] of [...boundaries, Infinity].entries()) {
    below += counts[at] ?? 0;
    const bucket: Sample = { suffix: '_bucket', labels, le, value: below };
    if (exemplars[at]) bucket.exemplar = exemplars[at];
    samples.push(bucket);
  }
  samples.push({ suffix: '_sum', labels, value: value.sum ?? 0 });
  samples.push({ suffix: '_count', labels, value: value.count });
};

/** Attributes as labels; a name of theirs that is `service` gives way as in Prometheus' own scrapes. */
const labelsOf = (attributes: Attributes, service: string): string => {
  const labels = new Map<string, string>();
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null) continue;
    const name = labelName(key);
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    // Two attributes whose names become the same label: the values are joined.
    const earlier = labels.get(name);
    labels.set(name, earlier === undefined ? text : `${earlier};${text}`);
  }
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return labelText([['service', service], ...sorted]);
};

const labelName = (key: string): string => {
  const name = key.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d|$)/, 'key_');
  return name === 'service' || name === 'le' ? `exported_${name}` : name;
};

const familyName = (name: string, unit: string, isGauge: boolean): string => {
  const base = name.replace(/[^a-zA-Z0-9_:]+/g, '_').replace(/^(?=\d|$)/, '_');
  const word = unitWord(unit, isGauge);
  const isTotal = base.endsWith('_total');
  const stem = isTotal ? base.slice(0, -'_total'.length) : base;
  const named = word === undefined || stem.endsWith(`_${word}`) ? stem : `${stem}_${word}`;
  return isTotal ? `${named}_total` : named;
};

/** Words for UCUM's units; `per` joins the two of a rate. */
const unitWord = (unit: string, isGauge: boolean): string | undefined => {
  if (unit === '1') return isGauge ? 'ratio' : undefined;
  const [over, under] = unit.replace(/\{[^}]*\}/g, '').split('/', 2);
  const word = wordOf(over);
  const per = wordOf(under);
  if (per === undefined) return word;
  const single = per.replace(/s$/, '');
  return word === undefined ? `per_${single}` : `${word}_per_${single}`;
};

const wordOf = (unit: string | undefined): string | undefined => {
  if (!unit) return undefined;
  const word = words[unit] ?? unit.replace(/[^a-zA-Z0-9]+/g, '_').replace(/^_|_$/g, '');
  return word === '' ? undefined : word;
};

const words: Readonly<Partial<Record<string, string>>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  kBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  bit: 'bits',
  m: 'meters',
  g: 'grams',
  V: 'volts',
  A: 'amperes',
  W: 'watts',
  J: 'joules',
  Hz: 'hertz',
  Cel: 'celsius',
  '%': 'percent',
};
