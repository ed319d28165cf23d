import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, darken, openPage } from './rig/browser.js';
import { screenshot } from './rig/screenshot.js';
import { uiUrl } from './rig/shop.js';
import { sendTrace, type SpanToSend } from './rig/spans.js';

/** Name of a length that only occurs by mistake. */
const LONG = `deps-${'very-long-service-name-'.repeat(12)}`;
const HOSTILE = 'deps-<b>bold</b> \u202eשירות';

let browser: Browser;
let page: Page;
let faults: readonly string[];

/** Start of a time range of this suite, two days ago: other suites use the same Lantern. */
const start = Date.now() - 48 * 3_600_000;
const range = { lookback: 'custom', start: `${start}000`, end: `${start + 3_600_000}000` };

const span = (service: string, durationMillis: number, ...children: SpanToSend[]): SpanToSend => ({
  service,
  name: 'call',
  durationMillis: durationMillis,
  children,
});

beforeAll(async () => {
  browser = await connectBrowser();
  const gateway = (...children: SpanToSend[]) => span('deps-gateway', 100, ...children);
  // In the previous hour the gateway calls orders. In the hour itself it makes more calls, orders is in a cycle, and
  // one call fails.
  await sendTrace(gateway(span('deps-orders', 50)), start - 1_800_000);
  await sendTrace(
    gateway(span('deps-orders', 80, span('deps-stock', 30, span('deps-orders', 5)))),
    start + 60_000,
  );
  await sendTrace(span(LONG, 50, span(`${LONG}2`, 20)), start + 5 * 3_600_000);
  await sendTrace(gateway({ ...span(HOSTILE, 20), failed: true }), start + 120_000);
});

beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
});

afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
});

afterAll(() => browser.close());

const open = (params: Record<string, string> = {}) =>
  page.goto(`${uiUrl()}/dependencies?${new URLSearchParams({ ...range, ...params }).toString()}`);
const graph = () => page.getByRole('group', { name: 'Dependency graph' });
const row = (caller: string, callee: string) =>
  page.getByRole('row').filter({ hasText: caller }).filter({ hasText: callee });

describe('the dependency page', () => {
  it('graph and table mark new, cyclic and failing calls', async () => {
    await open();
    await graph()
      .getByRole('link', { name: /deps-gateway to deps-orders, 1 call, 0 % failed/ })
      .waitFor();
    await graph()
      .getByRole('link', { name: /deps-orders to deps-stock.*not seen in the previous period.*cycle/ })
      .waitFor();
    await graph()
      .getByRole('link', { name: /100 %: deps-gateway to deps-<b>.*100 % failed/ })
      .waitFor();
    expect(await row('deps-orders', 'deps-stock').first().innerText()).toMatch(/new\s*cycle/);
    expect(await row('deps-gateway', 'deps-orders').innerText()).not.toMatch(/new|cycle/);
    expect(await page.locator('main b').count()).toBe(0);
    await graph().getByText('deps-<b>bold</b> ⟨U+202E⟩שירות', { exact: true }).waitFor();
    expect(await graph().innerHTML()).not.toContain('\u202e');
    expect(await audit(page)).toEqual([]);
    await darken(page);
    expect(await audit(page)).toEqual([]);
    await screenshot(page, 'dependencies-dark');
  });

  it('a service can be focused by keyboard, and the URL keeps it', async () => {
    await open();
    await graph().getByRole('link', { name: 'deps-stock', exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('deps-stock');
    await page.getByRole('option', { name: 'deps-stock' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/service=deps-stock/);
    await page.getByText('3 services, 3 connections').waitFor();
    await page.getByRole('combobox', { name: 'Depth' }).click();
    await page.getByRole('option', { name: '1 call away' }).click();
    await page.getByText('2 services, 2 connections').waitFor();
    await page.waitForURL(/depth=1/);
    await graph().getByRole('link', { name: 'deps-orders', exact: true }).click();
    await page.waitForURL(/service=deps-orders/);
  });

  it('a call links to its traces', async () => {
    await open();
    await page.getByRole('link', { name: 'Traces of deps-orders calling deps-stock' }).click();
    await page.getByRole('heading', { name: /^1 trace$/ }).waitFor();
    await page.waitForURL(
      ({ searchParams }) =>
        searchParams.get('service') === 'deps-stock' &&
        searchParams.get('with') === 'deps-orders' &&
        searchParams.get('start') === range.start,
    );
  });

  it('figures stay visible beside a very long service name', async () => {
    await open({ start: `${start + 4 * 3_600_000}000`, end: `${start + 6 * 3_600_000}000` });
    const link = page.getByRole('link', { name: /^Traces of deps-very-long/ });
    await link.waitFor();
    const box = await link.boundingBox();
    expect((box?.x ?? Infinity) + (box?.width ?? 0)).toBeLessThanOrEqual(1280);
    expect(await audit(page)).toEqual([]);
  });

  it('a graph without calls names the next step', async () => {
    await open({ start: '1000', end: '2000' });
    await page.getByRole('heading', { name: 'No calls between services' }).waitFor();
    expect(await audit(page)).toEqual([]);
  });
});
