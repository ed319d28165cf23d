import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { hrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { METRIC_HTTP_SERVER_REQUEST_DURATION } from '@opentelemetry/semantic-conventions';
import { METER_NAME } from './meter-name.js';

export const UNIT = 's';
export const DESCRIPTION = 'Duration of HTTP server requests.';

/** Upper bounds in seconds, as https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ advises. */
export const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Requests that have their attributes in common; durations in seconds. */
export interface DurationSeries {
  readonly attributes: Attributes;
  /** Number of requests in each bucket; the last bucket has no upper bound. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

interface Durations {
  /** The series that requests were recorded in, each time the same objects. */
  recorded(): DurationSeries[];
}

let offered: { durations: Durations; since: HrTime } | undefined;

/** Lets the readers of this process read these durations from now on. */
export const offerRequestDurations = (durations: Durations): void => {
  offered = { durations, since: hrTime() };
};

const nothing = { counts: [] as readonly number[], count: 0, sum: 0 };

/**
 * Adds the durations of requests to the metrics that a reader collects, since the start of the process or, where its
 * exporter uses delta temporality, since the last collection. One for each reader.
 * https://opentelemetry.io/docs/specs/otel/metrics/sdk/#metricproducer
 */
export class RequestDurationProducer implements MetricProducer {
  private readonly reported = new Map<DurationSeries, DurationSeries>();
  private reportedAt: HrTime | undefined;

  constructor(private readonly temporality = AggregationTemporality.CUMULATIVE) {}

  async collect(): Promise<CollectionResult> {
    const dataPoints = offered ? this.dataPoints(offered.durations, offered.since) : [];
    const scopeMetrics = [
      {
        scope: { name: METER_NAME },
        metrics: [
          {
            descriptor: {
              name: METRIC_HTTP_SERVER_REQUEST_DURATION,
              unit: UNIT,
              description: DESCRIPTION,
              valueType: ValueType.DOUBLE,
            },
            aggregationTemporality: this.temporality,
            dataPointType: DataPointType.HISTOGRAM as const,
            dataPoints,
          },
        ],
      },
    ];
    return {
      // The reader replaces it with the resource of its own provider.
      resourceMetrics: { resource: emptyResource(), scopeMetrics: dataPoints.length > 0 ? scopeMetrics : [] },
      errors: [],
    };
  }

  private dataPoints(durations: Durations, since: HrTime): DataPoint<Histogram>[] {
    const isDelta = this.temporality === AggregationTemporality.DELTA;
    const startTime = (isDelta ? this.reportedAt : undefined) ?? since;
    const endTime = hrTime();
    const points: DataPoint<Histogram>[] = [];
    for (const series of durations.recorded()) {
      const before = (isDelta ? this.reported.get(series) : undefined) ?? nothing;
      if (series.count === before.count) continue;
      points.push({
        attributes: series.attributes,
        startTime,
        endTime,
        value: {
          buckets: {
            boundaries: [...boundaries],
            counts: series.counts.map((count, bucket) => count - (before.counts[bucket] ?? 0)),
          },
          count: series.count - before.count,
          sum: series.sum - before.sum,
          // Minimum and maximum since the last collection are not known.
          ...(isDelta ? {} : { min: series.min, max: series.max }),
        },
      });
      if (isDelta) this.reported.set(series, { ...series, counts: [...series.counts] });
    }
    this.reportedAt = endTime;
    return points;
  }
}
