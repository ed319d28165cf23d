import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@lantern/launcher';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, darken, openPage } from './rig/browser.js';
import { eventually } from './rig/eventually.js';
import { tracedOrder, uiUrl } from './rig/shop.js';

const REASON = 'Payment gateway timeout: Unable to reach provider';
const REQUESTS = 'http_server_request_duration_seconds';

/** Waits until a scrape has counted this many orders: each is a sample of its own, as a rate needs it. */
const countedOrders = (count: number) =>
  waitFor(`${count} scraped orders`, async () => {
    const query = `sum(${REQUESTS}_count{service="order-service",http_route="/orders"})`;
    const answer = await fetch(`${uiUrl()}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await answer.json()) as {
      readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
    };
    return Number(data.result[0]?.value[1] ?? 0) >= count ? true : undefined;
  });

describe('a developer who is alarmed', () => {
  let browser: Browser;
  let page: Page;
  let faults: readonly string[];

  const query = (name = 'A') => page.getByRole('textbox', { name: `PromQL query ${name}` });
  const series = () => page.getByRole('table', { name: 'Series' }).getByRole('row');

  beforeAll(async () => {
    browser = await connectBrowser();
    await tracedOrder('laptop', 10);
    await countedOrders(1);
    for (let failures = 1; failures <= 5; failures++) {
      await tracedOrder('fail_product', 9);
      await countedOrders(1 + failures);
    }
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    ({ page, faults } = await openPage(browser));
  });

  afterEach(async () => {
    await page.close();
    expect(faults).toEqual([]);
  });

  it('a developer walks from the alert to the stack of the error in four clicks', async () => {
    await page.goto(`${uiUrl()}/alerts`);
    const alert = page
      .getByRole('list', { name: 'Alerts' })
      .getByRole('listitem')
      .filter({ hasText: 'HighErrorRate' })
      .filter({ hasText: 'order-service' });
    await alert.getByText('firing').waitFor();
    expect(await alert.innerText()).toMatch(/order-service: [\d.]+% of requests fail/);
    await page.getByRole('link', { name: /^Alerts \d+ firing$/ }).waitFor();
    expect(await audit(page)).toEqual([]);

    await alert.getByRole('link', { name: 'Failed traces' }).click();
    await page.getByRole('list', { name: 'Traces' }).getByRole('link').first().click();
    await page.getByRole('treeitem', { name: /order-service calculate_total error/ }).click();
    const span = page.getByRole('region', { name: 'order-service calculate_total' });
    await span.getByText('Payment processing failed').first().click();
    await eventually(async () => {
      const stacks = await span.getByLabel('Stack trace').allInnerTexts();
      expect(stacks.join()).toContain(REASON);
    });
  });

  it('a developer opens the log lines of the failing service from its alert', async () => {
    await page.goto(`${uiUrl()}/alerts`);
    // The alert of the gateway, which rejects the same orders, may fire too.
    const alert = page.getByRole('listitem').filter({ hasText: 'order-service' });
    await alert.getByRole('link', { name: 'Log lines' }).first().click();
    await page
      .getByRole('list', { name: 'Log lines' })
      .getByText('Payment processing failed')
      .first()
      .waitFor();
  });

  it('the alerts page passes the audit in the dark theme, and lists every rule with its state', async () => {
    await page.goto(`${uiUrl()}/alerts`);
    await darken(page);
    const rules = page.getByRole('table', { name: 'Rules' }).getByRole('row');
    await rules.filter({ hasText: 'HighErrorRate' }).filter({ hasText: 'firing' }).waitFor();
    await rules.filter({ hasText: 'SlowRequests' }).filter({ hasText: 'inactive' }).waitFor();
    expect(await audit(page)).toEqual([]);
  });

  it('a developer without PromQL chooses a histogram and reads its percentiles and the written queries', async () => {
    await page.goto(`${uiUrl()}/metrics`);
    await page.getByRole('combobox', { name: 'Metric' }).fill(REQUESTS);
    await page.getByRole('option', { name: REQUESTS, exact: true }).click();
    await page.getByRole('img', { name: /3 series over time/ }).waitFor();
    expect(await query().innerText()).toBe(
      `histogram_quantile(0.5, sum by (le) (rate(${REQUESTS}_bucket[5m])))`,
    );
    await series().filter({ hasText: 'histogram_quantile(0.99' }).waitFor();
    expect(await audit(page)).toEqual([]);

    await page.getByRole('combobox', { name: 'Show' }).click();
    await page.getByRole('option', { name: 'Heat map' }).click();
    await page.getByRole('img', { name: /^Heat map with \d+ buckets/ }).waitFor();
    expect(await audit(page)).toEqual([]);
  });

  it('a developer zooms by dragging over a graph, and opens the traces of a series of that time', async () => {
    const rates = `sum by (service) (rate(${REQUESTS}_count[5m]))`;
    await page.goto(`${uiUrl()}/metrics?query=${encodeURIComponent(rates)}&lookback=5m`);
    const graph = page.getByRole('img', { name: /series over time/ });
    await graph.waitFor();
    const { x, y, width, height } = (await graph.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 20, y + height / 2, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL('**/metrics?**start=**');
    await series().filter({ hasText: 'order-service' }).getByRole('link', { name: 'Traces' }).click();
    await page.waitForURL('**/search?service=order-service**start=**');
  });

  it('a developer sees where a query is wrong, completes it, and reads its value in a table', async () => {
    await page.goto(`${uiUrl()}/metrics?view=table`);
    await query().click();
    await page.keyboard.insertText('sum(up');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('unclosed left parenthesis').waitFor();
    await query().click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText('up{serv');
    await page.keyboard.press('Control+Space');
    await page.getByRole('option', { name: 'service', exact: true }).click();
    await page.getByRole('option', { name: 'order-service' }).click();
    await page.keyboard.insertText('}');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'up{service="order-service"}' }).getByText('up{').waitFor();
    expect(await audit(page)).toEqual([]);
    // The browser logs the refused query.
    expect(faults.every((fault) => fault.includes('400'))).toBe(true);
    (faults as string[]).length = 0;
  });
});
