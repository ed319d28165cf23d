import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, openPage } from './rig/browser.js';
import { screenshot } from './rig/screenshot.js';
import { uiUrl } from './rig/shop.js';
import { sendTrace, type SpanToSend } from './rig/spans.js';

/** Returns an order with the given durations; with `isNew` it has one more call, to a new operation. */
const order = (chargeMillis: number, isNew = false): SpanToSend => ({
  service: 'checkout',
  name: 'POST /checkout',
  durationMillis: 60 + chargeMillis,
  children: [
    { service: 'stock', name: 'reserve', startMillis: 10, durationMillis: 40 },
    isNew
      ? {
          service: 'payments',
          name: 'charge v2',
          startMillis: 55,
          durationMillis: chargeMillis,
          failed: true,
        }
      : { service: 'payments', name: 'charge', startMillis: 55, durationMillis: chargeMillis },
  ],
});

describe('the page that compares traces', () => {
  let browser: Browser;
  let page: Page;
  let faults: readonly string[];
  let usual: string[];
  let slow: string;
  let changed: string;

  const row = (operation: string) => page.getByRole('row').filter({ hasText: operation });

  beforeAll(async () => {
    browser = await connectBrowser();
    usual = [await sendTrace(order(20)), await sendTrace(order(30))];
    slow = await sendTrace(order(400));
    changed = await sendTrace(order(400, true));
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    ({ page, faults } = await openPage(browser));
  });

  afterEach(async () => {
    await page.close();
    expect(faults).toEqual([]);
  });

  it('the comparison names in one line the slower trace, the difference and its cause', async () => {
    await page.goto(`${uiUrl()}/trace/${usual[0]}...${slow}`);
    await page
      .getByText('B took 380 ms longer (+475 %), mostly in payments charge: 380 ms more self time.')
      .waitFor();
    expect(await row('charge').innerText()).toContain('+380 ms');
    expect(await row('reserve').innerText()).toMatch(/40 ms\s+40 ms\s+0/);
    await screenshot(page, 'compare');
  });

  it('the comparison marks calls that only one trace has', async () => {
    await page.goto(`${uiUrl()}/trace/${slow}...${changed}?only=different`);
    await row('charge v2').getByRole('img', { name: 'only in B' }).waitFor();
    await row('charge').getByRole('img', { name: 'only in A' }).waitFor();
    expect(await row('reserve').count()).toBe(0);
  });

  it('a trace can be compared with the mean of several traces', async () => {
    await page.goto(`${uiUrl()}/trace/${usual[0]}...${slow}?cohort=${[...usual, slow].join(',')}`);
    await page.getByText(/^B took/).waitFor();
    await page.getByRole('button', { name: 'Compare with the mean of 2 traces' }).click();
    await page.waitForURL(`**/trace/${usual.join(',')}...${slow}**`);
    await page.getByRole('region', { name: 'Trace A' }).getByText('the mean of 2 traces').waitFor();
    await row('charge').getByText('25 ms').waitFor();
  });

  it('the comparison offers traces with the same root operation if one side is missing', async () => {
    await page.goto(`${uiUrl()}/trace/${slow}...`);
    const offers = page.getByRole('list', { name: 'Traces to compare with' });
    await offers.getByRole('button', { name: new RegExp(usual[0]?.slice(0, 8) ?? '') }).click();
    await page.waitForURL(`**/trace/${slow}...${usual[0]}`);
    await page.getByText(/^B took 380 ms less/).waitFor();
  });

  it('the sides of the comparison can be swapped', async () => {
    await page.goto(`${uiUrl()}/trace/${usual[0]}...${slow}`);
    await page.getByText(/^B took/).waitFor();
    await page.getByRole('button', { name: 'Swap A and B' }).click();
    await page.waitForURL(`**/trace/${slow}...${usual[0]}`);
  });

  it('the comparison reports a trace that does not exist', async () => {
    await page.goto(`${uiUrl()}/trace/${slow}...${'0'.repeat(31)}1`);
    await page.getByRole('alert').getByText('The traces could not be loaded').waitFor();
    await page.close();
    ({ page, faults } = await openPage(browser));
  });

  it.each(['light', 'dark'] as const)(
    'the comparison passes the accessibility audit, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${uiUrl()}/trace/${usual[0]}...${changed}`);
      await row('charge v2').waitFor();
      expect(await audit(page)).toEqual([]);
      await page.goto(`${uiUrl()}/trace/${slow}...`);
      await page.getByRole('list', { name: 'Traces to compare with' }).getByRole('button').first().waitFor();
      expect(await audit(page)).toEqual([]);
    },
  );
});
