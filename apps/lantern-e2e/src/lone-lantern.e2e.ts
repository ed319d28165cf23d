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
    await page.getByText(new RegExp(`OTEL_EXPORTER_OTLP_ENDPOINT=http://.*:${port('otlp')}$`)).waitFor();
    expect(await page.getByRole('main').innerText()).not.toContain('/orders');
    expect(await audit(page)).toEqual([]);
    await darken(page);
    expect(await audit(page)).toEqual([]);
    await screenshot(page, 'first-use-dark');
    await open('/logs');
    await page.getByText(new RegExp(`LOKI_URL=http://.*:${port('loki')}`)).waitFor();
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
