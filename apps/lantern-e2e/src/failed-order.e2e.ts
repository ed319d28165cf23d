import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, openPage } from './rig/browser.js';
import { screenshot } from './rig/screenshot.js';
import { readUser, tracedOrder, uiUrl } from './rig/shop.js';

const REASON = 'Payment gateway timeout: Unable to reach provider';

describe('a developer who looks for a failed order', () => {
  let browser: Browser;
  let page: Page;
  let faults: readonly string[];
  let failedTrace: string;

  beforeAll(async () => {
    browser = await connectBrowser();
    await readUser();
    for (let orders = 0; orders < 5; orders++) await tracedOrder('laptop', 10);
    failedTrace = await tracedOrder('fail_product', 9);
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

  it('a developer searches order-service for traces with errors, and opens the result', async () => {
    await page.goto(uiUrl());
    await page.getByRole('combobox', { name: 'Service' }).click();
    await page.getByRole('option', { name: 'order-service' }).click();
    await page.getByLabel('Only with errors').check();
    await page.getByRole('button', { name: 'Find traces' }).click();

    // The list shows the previous results until the response arrives. Other suites also let orders fail.
    const sound = page
      .getByRole('list', { name: 'Traces' })
      .getByRole('link')
      .filter({ hasNotText: 'error' });
    await sound.first().waitFor({ state: 'detached' });
    const found = page.getByRole('list', { name: 'Traces' }).locator(`a[href*="${failedTrace}"]`);
    await found.waitFor();
    await screenshot(page, 'search');
    expect(await audit(page)).toEqual([]);

    await found.click();
    await page.getByRole('tree', { name: 'Spans' }).waitFor();
    await page.waitForURL(`**/trace/${failedTrace}**`);
  });

  it('a developer sees where and why an order failed, in the summary and in the span', async () => {
    await page.goto(`${uiUrl()}/trace/${failedTrace}`);
    const summary = page.getByRole('list', { name: 'Summary' });
    await summary.getByText(REASON).waitFor();
    expect(await summary.innerText()).toContain('order-service calculate_total');

    await page.getByRole('treeitem', { name: /order-service calculate_total error/ }).click();
    const details = page.getByRole('region', { name: 'order-service calculate_total' });
    await details.getByText('fail_product').first().waitFor();
    expect(await details.getByLabel('Stack trace').first().innerText()).toContain(REASON);
    expect(await details.innerText()).toContain('order-service');
  });

  it('a developer reads the log lines of a trace between its spans, and each in full', async () => {
    await page.goto(`${uiUrl()}/trace/${failedTrace}`);
    const line = page.getByRole('treeitem', { name: /^error Payment processing failed/ });
    await line.waitFor();
    await screenshot(page, 'trace');
    expect(await audit(page)).toEqual([]);

    await line.click();
    const details = page.getByRole('region', { name: 'order-service calculate_total' });
    await details.getByRole('table', { name: 'Fields' }).getByText('fail_product').waitFor();
    expect(await audit(page)).toEqual([]);
  });

  it('a developer sees the calls between services in the dependency graph', async () => {
    await page.goto(`${uiUrl()}/dependencies`);
    const graph = page.getByRole('group', { name: 'Dependency graph' });
    for (const service of ['api-gateway', 'order-service', 'user-service']) {
      await graph.getByRole('link', { name: service, exact: true }).waitFor();
    }
    const calls = page.getByRole('table').getByRole('row');
    for (const [caller, called] of [
      ['api-gateway', 'order-service'],
      ['api-gateway', 'user-service'],
      ['order-service', 'user-service'],
    ] as const) {
      await calls.filter({ hasText: caller }).filter({ hasText: called }).first().waitFor();
    }
    await screenshot(page, 'dependencies');
    expect(await audit(page)).toEqual([]);
  });

  it('a developer reads a failed trace in the dark theme', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${uiUrl()}/trace/${failedTrace}`);
    await page.getByRole('treeitem', { name: /^error Payment processing failed/ }).waitFor();
    await screenshot(page, 'trace-dark');
    expect(await audit(page)).toEqual([]);
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    const [red = 255] = /\d+/g.exec(String(background))?.map(Number) ?? [];
    expect(red).toBeLessThan(64);
  });
});
