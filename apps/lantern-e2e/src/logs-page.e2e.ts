import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, openPage } from './rig/browser.js';
import { eventually } from './rig/eventually.js';
import { pushLines } from './rig/lines.js';
import { screenshot } from './rig/screenshot.js';
import { tracedOrder, uiUrl } from './rig/shop.js';

const address = (query: string, more = ''): string =>
  `${uiUrl()}/logs?query=${encodeURIComponent(query)}${more}`;

describe('the log page', () => {
  let browser: Browser;
  let page: Page;
  let faults: readonly string[];
  let failedTrace: string;

  const lines = () => page.getByRole('list', { name: 'Log lines' });
  const editor = () => page.getByRole('textbox', { name: 'LogQL query' });
  /** Selected completion of a list that accepts Enter; a list that is about to be replaced does not. */
  const offered = (name: string) =>
    page
      .locator('.cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled)')
      .getByRole('option', { name, exact: true, selected: true });

  beforeAll(async () => {
    browser = await connectBrowser();
    failedTrace = await tracedOrder('fail_product', 9);
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    ({ page, faults } = await openPage(browser));
  });

  afterEach(async () => {
    await page.close();
    // Chromium logs every error status to the console. Tests that expect one assert it.
    expect(faults.filter((fault) => !fault.includes('status of 400'))).toEqual([]);
  });

  it('the line of a failed payment links to its trace', async () => {
    await page.goto(address('{service="order-service"} |= "Payment gateway timeout"'));
    await lines().getByText('Payment processing failed').first().click();
    const fields = page.getByRole('table', { name: 'Fields' });
    await fields.getByText('fail_product').waitFor();
    await screenshot(page, 'logs');
    await page.getByRole('link', { name: 'Open trace' }).click();
    await page.waitForURL(`**/trace/${failedTrace}**`);
  });

  it('a field of a line and a level of the histogram narrow the query', async () => {
    await page.goto(address('{service="order-service"} |= "Payment processing failed"'));
    await lines().getByText('Payment processing failed').first().click();
    await page.getByRole('button', { name: 'Show only lines with this product' }).click();
    await page.waitForURL(
      (url) => url.searchParams.get('query')?.endsWith('| json | product = "fail_product"') === true,
    );
    await lines().getByText('Payment processing failed').first().waitFor();

    await page.goto(address('{service="order-service"}'));
    await page.getByRole('button', { name: /^error \d+$/ }).click();
    await page.waitForURL(
      (url) => url.searchParams.get('query')?.endsWith('| detected_level = "error"') === true,
    );
    await lines().getByText('Payment processing failed').first().waitFor();
  });

  it('dragging over the histogram zooms into the time range', async () => {
    await page.goto(address('{service="order-service"}'));
    await page.getByRole('button', { name: /^error \d+$/ }).waitFor();
    const plot = page.getByRole('img', { name: /^Lines over time/ });
    const { x = 0, y = 0, width = 0 } = (await plot.boundingBox()) ?? {};
    await page.mouse.move(x + width / 2, y + 20);
    await page.mouse.down();
    await page.mouse.move(x + width - 2, y + 20);
    await page.mouse.up();
    await page.waitForURL((url) => url.searchParams.get('lookback') === 'custom');
    await lines().getByText('Payment processing failed').first().waitFor();
  });

  it('the context of a line shows the lines of its stream before and after it', async () => {
    await pushLines('contextual', ['one', 'two', 'three']);
    await page.goto(address('{service="contextual"} |= "two"'));
    await lines().getByText('two').click();
    await page.getByRole('button', { name: 'Show context' }).click();
    const context = page.getByRole('list', { name: 'Lines before and after' });
    await context.getByText('one').waitFor();
    await context.getByText('three').waitFor();
    await context.locator('[aria-current]').getByText('two').waitFor();
  });

  it('live lines appear as they arrive', async () => {
    await pushLines('follower', ['before']);
    await page.goto(address('{service="follower"}', '&live=1'));
    // Exact text: a note below the lines contains a similar word.
    await lines().getByText('before', { exact: true }).waitFor();
    await page.getByText('Following new lines').waitFor();
    await pushLines('follower', ['afterwards']);
    await lines().getByRole('listitem').first().getByText('afterwards', { exact: true }).waitFor();
  });

  it('a metric query shows its values in a table', async () => {
    await pushLines('counted', ['a', 'b', 'c']);
    await page.goto(address('sum by (service) (count_over_time({service="counted"}[1h]))', '&lookback=5m'));
    await page.getByRole('row', { name: /^counted 3 3 3$/ }).waitFor();
    expect(await audit(page)).toEqual([]);
  });

  it('an invalid query shows the message of Loki', async () => {
    await page.goto(address('{service="a" | json'));
    await page.getByText('parse error at line 1, col 14: syntax error: unexpected |').waitFor();
    expect(await page.getByRole('alert').getByRole('heading').innerText()).toBe('Invalid query');
  });

  it('a query that uses a trace ID as a label gets a query that finds the lines', async () => {
    await page.goto(address(`{trace_id="${failedTrace}"}`));
    await page.getByRole('button', { name: 'Run this query' }).click();
    await lines().getByText('Payment processing failed').waitFor();
  });

  it('the editor completes labels and values of Lantern by keyboard', async () => {
    await page.goto(`${uiUrl()}/logs`);
    await editor().focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('{serv');
    await offered('service').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('"order');
    await offered('order-service').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) =>
      (url.searchParams.get('query') ?? '').includes('{service="order-service"'),
    );
    await lines().getByText('Payment processing failed').first().waitFor();
  });

  it('hostile and very long lines are shown as text', async () => {
    const hostile = '<img src=x onerror="document.title=1"> \u202Eright to left';
    await pushLines('hostile', [hostile, `long ${'x'.repeat(200_000)}`, '']);
    await page.goto(address('{service="hostile"}'));
    await lines().getByText('<img src=x').waitFor();
    expect(await page.title()).toBe('Logs · Lantern');
    await lines()
      .getByText(/^long x/)
      .click();
    // Three lines and the note below them.
    await eventually(async () => expect(await lines().getByRole('listitem').count()).toBe(4));
  });

  it.each(['light', 'dark'] as const)(
    'the logs page passes the accessibility audit, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(address('{service="order-service"} |= "Payment"'));
      await lines().getByText('processing failed').first().click();
      await page.getByRole('table', { name: 'Fields' }).waitFor();
      await page.getByRole('textbox', { name: 'LogQL query' }).waitFor();
      expect(await audit(page)).toEqual([]);
    },
  );
});
