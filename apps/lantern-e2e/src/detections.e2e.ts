import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, openPage } from './rig/browser.js';
import { FAULTS } from './rig/faults.js';
import { eventually } from './rig/eventually.js';
import { screenshot } from './rig/screenshot.js';
import { uiUrl } from './rig/shop.js';
import { sendTrace, type SpanToSend } from './rig/spans.js';

/** Page of a shop with eight queries in a loop, an error that nothing reports, and an API key in a URL. */
const products: SpanToSend = {
  service: 'product-catalog',
  name: 'GET /products',
  durationMillis: 56,
  children: [
    ...Array.from({ length: 8 }, (_, i): SpanToSend => ({
      service: 'product-catalog',
      name: 'pg.query:SELECT shop',
      kind: 'client',
      startMillis: 2 + i * 4.5,
      durationMillis: 4,
      attributes: {
        'db.system.name': 'postgresql',
        'db.query.text': `SELECT * FROM products WHERE id = ${100 + i}`,
      },
    })),
    {
      service: 'product-catalog',
      name: 'GET',
      kind: 'client',
      startMillis: 40,
      durationMillis: 12,
      failed: true,
      attributes: {
        'http.request.method': 'GET',
        'url.full': 'https://ads.example.com/today?api_key=0f3a9b7c',
        'http.response.status_code': 503,
      },
    },
  ],
};

let browser: Browser;
let page: Page;
let faults: readonly string[];
let traceId = '';

beforeAll(async () => {
  browser = await connectBrowser();
  traceId = await sendTrace(products, Date.now() - 5 * 60_000);
});

beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
  await page.goto(`${uiUrl()}/trace/${traceId}`);
});

afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
});

afterAll(() => browser.close());

describe('detections', () => {
  it('the summary of a trace says how many faults the spans show, and the largest by its share', async () => {
    const summary = page.getByRole('list', { name: 'Summary' });
    await eventually(async () =>
      expect(await summary.innerText()).toContain(
        '3 detections: Swallowed error, N+1 queries 50 %, Secret in a URL',
      ),
    );
  });

  it('one click lists the detections with their numbers, and one more marks their spans in the waterfall', async () => {
    await page.getByRole('button', { name: '3 detections' }).click();
    const list = page.getByRole('list', { name: 'Detections' });
    const item = list.getByRole('listitem').filter({ hasText: 'N+1 queries' });
    expect(await item.innerText()).toContain(
      '8 × SELECT products one after another in product-catalog: 32 ms of 56 ms; one query would do.',
    );
    await audit(page);
    await screenshot(page, 'detections');

    await item.getByRole('button', { name: 'Mark 8 spans in the waterfall' }).click();
    await page.getByRole('tree', { name: 'Spans' }).waitFor();
    const marks = page.getByRole('group', { name: 'Marked spans' });
    expect(await marks.innerText()).toContain('N+1 queries: 8 spans');
    expect(new URL(page.url()).searchParams.get('mark')).toBe('n-plus-one-queries');
    await screenshot(page, 'detections-marked');

    await marks.getByRole('button', { name: 'Remove marks' }).click();
    await eventually(async () => expect(await marks.count()).toBe(0));
  });

  it('the link of a page with marks shows them again', async () => {
    await page.goto(`${uiUrl()}/trace/${traceId}?mark=sensitive-url`);
    const marks = page.getByRole('group', { name: 'Marked spans' });
    await eventually(async () => expect(await marks.innerText()).toContain('Secret in a URL: 1 span'));
  });

  it('a trace is copied as text without its secrets', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Trace actions' }).click();
    await page.getByRole('menuitem', { name: 'Copy as text' }).click();
    await page.getByRole('menuitem', { name: 'Copied' }).waitFor();
    const text = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(text).toContain(`Trace ${traceId}: product-catalog GET /products, 56 ms, 10 spans`);
    expect(text).toContain('- N+1 queries (50 %): 8 × `SELECT products`');
    expect(text).not.toContain('0f3a9b7c');
  });

  it.each(Object.entries(FAULTS))(
    'the page of a trace with %s marks the spans that show it',
    async (kind, root) => {
      const id = await sendTrace(root, Date.now() - 5 * 60_000);
      await page.setViewportSize({ width: 1000, height: 480 });
      await page.goto(`${uiUrl()}/trace/${id}?mark=${kind}`);
      await page.getByRole('group', { name: 'Marked spans' }).waitFor();
      await page.getByRole('treeitem').first().waitFor();
      await screenshot(page, `detection-${kind}`);
    },
  );

  it('a trace without faults says so', async () => {
    const sound = await sendTrace({ service: 'gateway', name: 'GET /health', durationMillis: 3 });
    await page.goto(`${uiUrl()}/trace/${sound}?view=detections`);
    await page.getByText('No detections: the spans show no N+1 queries').waitFor();
    expect(await page.getByRole('button', { name: /detection$/ }).count()).toBe(0);
  });
});
