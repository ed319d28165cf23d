import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, darken, openPage } from './rig/browser.js';
import { LoneLantern } from './rig/lone-lantern.js';
import { screenshot } from './rig/screenshot.js';

let browser: Browser;
let page: Page;
let lantern: LoneLantern;

beforeAll(async () => {
  browser = await connectBrowser();
  lantern = await LoneLantern.start();
});

beforeEach(async () => {
  ({ page } = await openPage(browser));
});

afterEach(() => page.close());

afterAll(async () => {
  await lantern.stop();
  await browser.close();
});

const open = (path: string) => page.goto(`${lantern.url('jaeger')}${path}`);

describe('a Lantern that has received nothing', () => {
  it('a Lantern without data shows its own endpoints, and no service', async () => {
    const port = (name: 'otlp' | 'loki') => new URL(lantern.url(name)).port;
    await open('/search');
    await page.getByRole('heading', { name: 'Waiting for the first trace' }).waitFor();
    await page.getByText(new RegExp(`OTEL_EXPORTER_OTLP_ENDPOINT=http://.*:${port('otlp')}\\s`)).waitFor();
    expect(await page.getByRole('main').innerText()).not.toContain('/orders');
    expect(await audit(page)).toEqual([]);
    await darken(page);
    expect(await audit(page)).toEqual([]);
    await screenshot(page, 'first-use-dark');
    await open('/logs');
    await page.getByText(new RegExp(`LOKI_URL=http://.*:${port('loki')}`)).waitFor();
  });

  it('the pages of metrics and alerts say how to begin', async () => {
    await open('/metrics');
    await page.getByRole('heading', { name: 'No metrics yet' }).waitFor();
    expect(await audit(page)).toEqual([]);
    await open('/alerts');
    await page.getByRole('heading', { name: 'No alerting rules' }).waitFor();
    expect(await audit(page)).toEqual([]);
  });

  it('the logs page proposes a line filter for a plain word', async () => {
    await open('/logs?query=timeout');
    await page.getByRole('heading', { name: 'A query needs a stream selector' }).waitFor();
    expect(await audit(page)).toEqual([]);
    await page.getByRole('button', { name: 'Run this query' }).click();
    await page.waitForURL(
      ({ searchParams }) => searchParams.get('query') === '{service_name=~".+"} |= "timeout"',
    );
  });

  it('the logs page names the stage that a query misspells', async () => {
    await open(`/logs?query=${encodeURIComponent('{service_name=~".+"} | jsn')}`);
    await page.getByRole('heading', { name: '"jsn" is not a stage' }).waitFor();
    await page.getByRole('button', { name: 'Run this query' }).click();
    await page.waitForURL(({ searchParams }) => searchParams.get('query') === '{service_name=~".+"} | json');
  });
});

describe('a Lantern that crashes', () => {
  it.each([
    ['Dependencies', '/dependencies', 'No calls between services'],
    ['Logs', '/logs', 'No logs yet'],
  ])('the page %s recovers from a crash of Lantern without a reload', async (link, path, heading) => {
    await open('/search');
    await page.getByRole('heading', { name: 'Waiting for the first trace' }).waitFor();
    // The code of the page loads, its data does not.
    await page.getByRole('link', { name: link, exact: true }).click();
    await page.getByRole('heading', { name: heading }).waitFor();
    await page.getByRole('link', { name: 'Search', exact: true }).click();
    await lantern.crash();
    await page.evaluate(
      `history.pushState(null, '', '${path}?lookback=2d'); dispatchEvent(new PopStateEvent('popstate'))`,
    );
    await page.getByText('Lantern does not answer').first().waitFor();
    await lantern.restart();
    await page.getByRole('heading', { name: heading }).waitFor();
  });

  it('a page whose code cannot be loaded names the reason, and loads when Lantern is back', async () => {
    await open('/search');
    await page.getByRole('heading', { name: 'Waiting for the first trace' }).waitFor();
    await lantern.crash();
    await page.getByRole('link', { name: 'Dependencies', exact: true }).click();
    await page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
    await page.getByText('Lantern does not answer at').waitFor();
    expect(await audit(page)).toEqual([]);
    await lantern.restart();
    await page.getByRole('heading', { name: 'No calls between services' }).waitFor();
  });
});

describe('a Lantern that receives a native histogram', () => {
  /** Sends an exponential histogram of scale 0: buckets of (1, 2], (2, 4] and (4, 8] seconds. */
  const send = async (counts: readonly number[], millis: number): Promise<void> => {
    const count = counts.reduce((sum, one) => sum + one, 0);
    const point = {
      startTimeUnixNano: '1',
      timeUnixNano: `${millis}000000`,
      count: String(count),
      sum: 3 * count,
      scale: 0,
      zeroCount: '0',
      positive: { offset: 0, bucketCounts: counts.map(String) },
    };
    const exponentialHistogram = { aggregationTemporality: 2, dataPoints: [point] };
    const metrics = [{ name: 'job.duration', unit: 's', description: 'Time of a job', exponentialHistogram }];
    const response = await fetch(`${lantern.url('otlp')}/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }),
    });
    expect(response.status).toBe(200);
  };

  it('the metric browser shows its percentiles and its heat map', async () => {
    const now = Date.now();
    for (const [counts, minutes] of [
      [[1, 1, 0], 3],
      [[2, 4, 1], 2],
      [[3, 8, 1], 1],
      [[4, 9, 4], 0],
    ] as const)
      await send(counts, now - minutes * 60_000);
    await open('/metrics');
    await page.getByRole('combobox', { name: 'Metric' }).fill('job');
    await page.getByRole('option', { name: 'job_duration_seconds', exact: true }).click();
    await page.getByRole('img', { name: /3 series over time/ }).waitFor();
    await page.getByText('Time of a job').waitFor();
    const median = page
      .getByRole('table', { name: 'Series' })
      .getByRole('row')
      .filter({ hasText: 'histogram_quantile(0.5,' });
    expect(await median.innerText()).toMatch(/\t(?:2|3)\.\d+\t/);

    await page.getByRole('combobox', { name: 'Show' }).click();
    await page.getByRole('option', { name: 'Heat map' }).click();
    await page.getByRole('img', { name: /^Heat map with 3 buckets/ }).waitFor();
    expect(await audit(page)).toEqual([]);
  });
});
