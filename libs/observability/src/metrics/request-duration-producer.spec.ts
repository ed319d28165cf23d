import { describe, expect, it } from '@jest/globals';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import {
  type DurationSeries,
  RequestDurationProducer,
  boundaries,
  offerRequestDurations,
} from './request-duration-producer.js';

const series = {
  attributes: { 'http.route': '/users/:id' },
  counts: boundaries.map(() => 0).concat(0),
  count: 0,
  sum: 0,
  min: Infinity,
  max: -Infinity,
};

const serve = (seconds: number, bucket: number): void => {
  series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
  series.count++;
  series.sum += seconds;
  series.min = Math.min(series.min, seconds);
  series.max = Math.max(series.max, seconds);
};

const pointsOf = async (producer: RequestDurationProducer) => {
  const { resourceMetrics, errors } = await producer.collect();
  expect(errors).toEqual([]);
  return resourceMetrics.scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .flatMap((metric) => (metric.dataPointType === DataPointType.HISTOGRAM ? metric.dataPoints : []));
};

describe('The durations of requests', () => {
  it('Request durations are absent until an application registers them', async () => {
    expect(await pointsOf(new RequestDurationProducer())).toEqual([]);
  });

  it('Request durations are cumulative, or deltas for a reader that asks for deltas', async () => {
    offerRequestDurations({ recorded: (): DurationSeries[] => (series.count > 0 ? [series] : []) });
    const cumulative = new RequestDurationProducer();
    const delta = new RequestDurationProducer(AggregationTemporality.DELTA);
    serve(0.004, 0);
    serve(20, boundaries.length);
    const [first] = await pointsOf(delta);
    expect(first).toMatchObject({
      attributes: { 'http.route': '/users/:id' },
      value: { count: 2, sum: 20.004 },
    });
    expect(first?.value).not.toHaveProperty('min');

    serve(0.004, 0);
    const [second] = await pointsOf(delta);
    expect(second?.value.count).toBe(1);
    expect(second?.value.buckets.counts.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(second?.startTime).toEqual(first?.endTime);
    expect(await pointsOf(delta)).toEqual([]);

    const [all] = await pointsOf(cumulative);
    expect(all).toMatchObject({ startTime: first?.startTime, value: { count: 3, min: 0.004, max: 20 } });
    expect(all?.value.buckets.counts.at(0)).toBe(2);
    expect(all?.value.buckets.counts.at(-1)).toBe(1);
  });
});
