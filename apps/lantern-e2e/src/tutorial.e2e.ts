import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { connectBrowser, openPage } from './rig/browser.js';
import { screenshot } from './rig/screenshot.js';
import { tracedOrder, uiUrl } from './rig/shop.js';

/** The pages that docs/tutorial.md shows, as a reader of it opens them. */
describe('a reader of the tutorial', () => {
  let browser: Browser;
  let page: Page;
  let faults: readonly string[];
  let order: string;
  let slowOrder: string;
  let failedOrder: string;

  const span = (name: RegExp) => page.getByRole('treeitem', { name });
  const openTrace = async (traceId: string) => {
    await page.goto(`${uiUrl()}/trace/${traceId}`);
    await page.getByRole('tree', { name: 'Spans' }).waitFor();
  };

  beforeAll(async () => {
    browser = await connectBrowser();
    order = await tracedOrder('laptop', 10);
    slowOrder = await tracedOrder('slow_product', 10);
    failedOrder = await tracedOrder('fail_product', 9);
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    ({ page, faults } = await openPage(browser, {
      viewport: { width: 1280, height: 660 },
      deviceScaleFactor: 2,
    }));
  });

  afterEach(async () => {
    await page.close();
    expect(faults).toEqual([]);
  });

  it('a reader of the tutorial sees the ten spans of an order below each other', async () => {
    await openTrace(order);
    await span(/user-service SELECT users/).waitFor();
    await span(/order-service INSERT orders/).waitFor();
    await screenshot(page, 'tutorial-order');
  });

  it('a reader of the tutorial sees that a slow order spends its time in calculate_total', async () => {
    await openTrace(slowOrder);
    await span(/order-service calculate_total/).waitFor();
    await screenshot(page, 'tutorial-slow-order');
  });

  it('a reader of the tutorial sees that orders fail in order-service', async () => {
    await page.goto(`${uiUrl()}/monitor?service=order-service&lookback=5m`);
    const operation = page.getByRole('row').filter({ hasText: 'POST /orders' });
    await operation.waitFor();
    expect(await operation.innerText()).toMatch(/\d %/);
    await screenshot(page, 'tutorial-service');
  });

  it('a reader of the tutorial finds product and exception in the span that failed first', async () => {
    await openTrace(failedOrder);
    await span(/order-service calculate_total error/).click();
    const details = page.getByRole('region', { name: 'order-service calculate_total' });
    await details.getByText('fail_product').first().waitFor();
    await screenshot(page, 'tutorial-span');
  });

  it('a reader of the tutorial finds the log line of the failed payment, with its trace', async () => {
    const query = '{service="order-service"} |= "Payment gateway timeout"';
    await page.goto(`${uiUrl()}/logs?query=${encodeURIComponent(query)}`);
    await page
      .getByRole('list', { name: 'Log lines' })
      .getByText('Payment processing failed')
      .first()
      .click();
    await page.getByRole('table', { name: 'Fields' }).getByText('fail_product').waitFor();
    await page.getByRole('link', { name: 'Open trace' }).waitFor();
    await screenshot(page, 'tutorial-log-line');
  });
});
