import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, openPage } from './rig/browser.js';
import { eventually } from './rig/eventually.js';
import { screenshot } from './rig/screenshot.js';
import { uiUrl } from './rig/shop.js';
import { sendTraces } from './rig/spans.js';

let browser: Browser;
let page: Page;
let faults: readonly string[];

/** Forty requests of a service of its own, of which those of one tenant fail. */
beforeAll(async () => {
  browser = await connectBrowser();
  const now = Date.now();
  await sendTraces(
    Array.from({ length: 40 }, (_, i) => ({
      at: now - 60_000 - i * 500,
      root: {
        service: 'billing',
        name: 'POST /invoices',
        durationMillis: 20 + (i % 5),
        failed: i % 4 === 0,
        attributes: { tenant: i % 4 === 0 ? 'acme' : `tenant-${i % 3}`, 'invoice.id': `invoice-${i}` },
      },
    })),
  );
});

beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
});

afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
});

afterAll(() => browser.close());

describe('what differs', () => {
  it('one click on a search names what failed traces have and others do not, and one more filters by it', async () => {
    await page.goto(`${uiUrl()}/search?service=billing&lookback=1h`);
    await page.getByRole('button', { name: 'What differs' }).click();
    const panel = page.getByRole('region', { name: 'What differs' });
    await eventually(async () =>
      expect(await panel.innerText()).toContain('10 traces compared with 30 others'),
    );
    const row = panel.getByRole('row').filter({ hasText: 'acme' });
    expect(await row.innerText()).toMatch(/tenant\s+acme\s+100 %\s+0 %/);
    expect(await panel.innerText()).not.toContain('invoice.id');
    await audit(page);
    await screenshot(page, 'differences');

    await row.getByRole('button', { name: 'acme' }).click();
    await eventually(async () => expect(new URL(page.url()).searchParams.get('query')).toBe('tenant = acme'));
    await eventually(async () =>
      expect(await page.getByRole('heading', { name: '10 traces' }).count()).toBe(1),
    );
  });
});
