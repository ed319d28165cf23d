import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, darken, openPage } from './rig/browser.js';
import { screenshot } from './rig/screenshot.js';
import { uiUrl } from './rig/shop.js';
import { sendTraces } from './rig/spans.js';

const SERVICE = 'monitor-e2e';
/** Service with operations of the same names. */
const TWIN = 'monitor-twin';
const HOSTILE = 'monitor-<i>x</i> \u202eשירות';

/** Start of a time range of this suite, three days ago: other suites use the same Lantern. */
const start = Date.now() - 72 * 3_600_000;
const HOUR = 3_600_000;
const range = { lookback: 'custom', start: `${start}000`, end: `${start + HOUR}000` };

let browser: Browser;
let page: Page;
let faults: readonly string[];

beforeAll(async () => {
  browser = await connectBrowser();
  const minutes = Array.from({ length: 20 }, (_, minute) => (minute + 1) * 60_000);
  await sendTraces([
    // Previous hour: fast, without errors.
    ...minutes.map((at) => ({
      at: start - HOUR + at,
      root: { service: SERVICE, name: 'POST /pay', durationMillis: 100 },
    })),
    ...minutes.map((at) => ({
      at: start - HOUR + at,
      root: { service: SERVICE, name: 'GET /old', durationMillis: 5 },
    })),
    // Hour itself: twice as slow, every fourth call fails.
    ...minutes.map((at, n) => ({
      at: start + at,
      root: { service: SERVICE, name: 'POST /pay', durationMillis: 200, failed: n % 4 === 0 },
    })),
    ...minutes.map((at) => ({
      at: start + at,
      root: { service: SERVICE, name: 'GET /new', durationMillis: 10 },
    })),
    ...['POST /pay', 'GET /new'].map((name) => ({
      at: start + 60_000,
      root: { service: TWIN, name, durationMillis: 20 },
    })),
    { at: start + 60_000, root: { service: HOSTILE, name: '<script>alert(1)</script>', durationMillis: 1 } },
  ]);
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
  page.goto(`${uiUrl()}/monitor?${new URLSearchParams({ ...range, ...params }).toString()}`);
const row = (text: string) => page.getByRole('row').filter({ hasText: text });

describe('the services page', () => {
  it('the services page marks failing and slower services, and links to each', async () => {
    await open();
    await row(SERVICE).waitFor();
    expect(await row(SERVICE).innerText()).toMatch(/13 %/);
    expect(await row(SERVICE).locator('[data-alarming=true]').count()).toBe(1);
    expect(await row(SERVICE).innerText()).toMatch(/p\d\d slower ×2/);
    // Characters that reorder text are shown as code points.
    expect(await row(HOSTILE.replace('\u202e', '⟨U+202E⟩')).count()).toBe(1);
    expect(await page.locator('main i').count()).toBe(0);
    expect(await audit(page)).toEqual([]);
    await row(SERVICE).getByRole('link').click();
    await page.getByRole('img', { name: /^Latency over time/ }).waitFor();
    await page.waitForURL(({ searchParams }) => searchParams.get('service') === SERVICE);
  });

  it('a service shows the figures of its operations, and their changes', async () => {
    await open({ service: SERVICE });
    await row('POST /pay').waitFor();
    expect(await row('POST /pay').innerText()).toMatch(/25 %[^]*slower ×2[^]*\+25 % errors/);
    expect(await row('GET /new').innerText()).toContain('new');
    expect(await row('GET /old').innerText()).toContain('Not called in this period');
    await page.getByRole('img', { name: /^Failed over time/ }).waitFor();
    expect(await audit(page)).toEqual([]);
    await darken(page);
    expect(await audit(page)).toEqual([]);
    await screenshot(page, 'services-dark');
  });

  it('a service shows its own operations only, after the list of all services and after another service', async () => {
    const operations = page.getByRole('table', { name: 'Operations' }).locator('tbody tr');
    await open();
    await row(TWIN).getByRole('link').click();
    await page.getByText('2 operations').waitFor();
    expect(await operations.count()).toBe(2);
    await page.getByRole('combobox', { name: 'Service' }).click();
    await page.getByRole('option', { name: SERVICE }).click();
    await page.getByText('3 operations').waitFor();
    expect(await operations.count()).toBe(3);
    await page.goBack();
    await page.getByText('2 operations').waitFor();
    expect(await operations.count()).toBe(2);
  });

  it('the figures of an operation link to its traces', async () => {
    await open({ service: SERVICE });
    await row('POST /pay').getByRole('link', { name: '25 %' }).click();
    await page.getByRole('heading', { name: /^5 traces$/ }).waitFor();
    await page.goBack();
    await row('GET /new')
      .getByRole('link', { name: /GET \/new/ })
      .click();
    await page.getByRole('heading', { name: '20 traces' }).waitFor();
  });

  it('a link of Jaeger’s Monitor opens, and a service can be selected by keyboard', async () => {
    await page.goto(`${uiUrl()}/monitor?service=nobody&spanKind=server&timeframe=3600000`);
    await page.getByRole('heading', { name: 'No requests to nobody' }).waitFor();
    expect(await page.getByRole('combobox', { name: 'Time' }).inputValue()).toBe('Last hour');
    expect(await audit(page)).toEqual([]);
    await page.keyboard.press('/');
    await page.keyboard.type(SERVICE);
    await page.getByRole('option', { name: SERVICE }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`service=${SERVICE}`));
  });
});
