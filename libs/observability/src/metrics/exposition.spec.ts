import { describe, expect, it } from '@jest/globals';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { parseExposition } from '../../test/exposition.js';
import { openMetricsText, prometheusText } from './exposition.js';
import { metricFamilies } from './metric-families.js';
import { ScrapeReader } from './scrape-reader.js';

const none = { name: 'none', exemplars: () => [], untouched: [] };

const setUp = () => {
  const reader = new ScrapeReader();
  const provider = new MeterProvider({ readers: [reader] });
  const families = async () => metricFamilies(await reader.read(), 'shop', none);
  return { meter: provider.getMeter('test'), other: provider.getMeter('other'), families };
};

describe('The names of metrics', () => {
  it.each([
    ['cache.size', 'By', 'gauge', 'cache_size_bytes'],
    ['cache.size.bytes', 'By', 'gauge', 'cache_size_bytes'],
    ['cache.hit-rate', '1', 'gauge', 'cache_hit_rate_ratio'],
    ['jobs', '{job}', 'gauge', 'jobs'],
    ['disk.speed', 'By/s', 'gauge', 'disk_speed_bytes_per_second'],
    ['jobs.done', '{job}', 'counter', 'jobs_done_total'],
    ['jobs_total', '', 'counter', 'jobs_total'],
    ['retries', '1', 'counter', 'retries_total'],
    ['job.duration', 'ms', 'histogram', 'job_duration_milliseconds'],
    ['fuel', 'gal_us', 'gauge', 'fuel_gal_us'],
  ])('%s in "%s" as a %s is %s', async (name, unit, kind, shown) => {
    const { meter, families } = setUp();
    if (kind === 'counter') meter.createCounter(name, { unit }).add(1);
    else if (kind === 'gauge') meter.createGauge(name, { unit }).record(1);
    else meter.createHistogram(name, { unit }).record(1);
    const text = prometheusText(await families());
    expect([...parseExposition(text, 'prometheus').keys()]).toEqual([shown]);
    const openMetrics = parseExposition(openMetricsText(await families()), 'openmetrics');
    expect([...openMetrics.keys()]).toEqual([kind === 'counter' ? shown.replace(/_total$/, '') : shown]);
  });
});

describe('The labels of metrics', () => {
  it('Label values may have any text, and the service label replaces a label of its name', async () => {
    const { meter, families } = setUp();
    const text = 'a\\b"c\nd{e="f"} # 😀';
    meter
      .createGauge('g', { description: 'with "quotes"\nand \\' })
      .record(-1.5e-9, { service: text, 'x.y': 1, x_y: true });
    for (const [format, write] of [
      ['prometheus', prometheusText],
      ['openmetrics', openMetricsText],
    ] as const) {
      const [sample] = parseExposition(write(await families()), format).get('g')?.samples ?? [];
      expect(sample).toEqual({
        name: 'g',
        value: -1.5e-9,
        labels: { service: 'shop', exported_service: text, x_y: '1;true' },
      });
    }
  });
});

describe('A histogram without observations', () => {
  it('A histogram without observations has its count, and in OpenMetrics the bucket without a bound', async () => {
    const reader = new ScrapeReader();
    new MeterProvider({ readers: [reader] })
      .getMeter('test')
      .createHistogram('wait', { unit: 's' })
      .record(1, { at: 'a' });
    const untouched = [{ at: 'b' }];
    const shown = metricFamilies(await reader.read(), 'shop', { ...none, name: 'wait', untouched });
    const zeros = (text: string) => text.match(/^wait.*at="b".*$/gm);
    expect(zeros(prometheusText(shown))).toEqual(['wait_seconds_count{service="shop",at="b"} 0']);
    expect(zeros(openMetricsText(shown))).toEqual([
      'wait_seconds_bucket{service="shop",at="b",le="+Inf"} 0',
      'wait_seconds_count{service="shop",at="b"} 0',
    ]);
  });
});

describe('Metrics that clash', () => {
  it('Metrics with the same name are exposed once: the first of two types, the first of two meters', async () => {
    const { meter, other, families } = setUp();
    meter.createCounter('jobs').add(1);
    other.createGauge('jobs').record(2);
    meter.createGauge('size').record(3);
    other.createGauge('size').record(4);
    const shown = parseExposition(prometheusText(await families()), 'prometheus');
    expect(
      [...shown].map(([name, { type, samples }]) => [name, type, samples.map(({ value }) => value)]),
    ).toEqual([
      ['jobs_total', 'counter', [1]],
      ['size', 'gauge', [3]],
    ]);
  });

  it('Values that are not finite are exposed', async () => {
    const { meter, families } = setUp();
    meter.createObservableGauge('edge').addCallback((result) => {
      result.observe(Infinity, { at: 'top' });
      result.observe(-Infinity, { at: 'bottom' });
      result.observe(NaN, { at: 'nowhere' });
    });
    const shown = parseExposition(openMetricsText(await families()), 'openmetrics');
    expect(shown.get('edge')?.samples.map(({ value }) => value)).toEqual([Infinity, -Infinity, NaN]);
  });
});
