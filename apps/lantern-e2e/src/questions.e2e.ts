import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { connectBrowser, openPage } from './rig/browser.js';
import { eventually } from './rig/eventually.js';
import { uiUrl } from './rig/shop.js';
import { sendTraces, type SpanToSend } from './rig/spans.js';

/** Clicks that an answer may take. */
const MOST_CLICKS = 3;

/** Order of a shop of its own: ask-front → ask-checkout → ask-payment and ask-stock. */
const order = ({
  stockMillis = 8,
  paymentMillis = 12,
  isRefused = false,
  tenant = 'acme',
}: {
  readonly stockMillis?: number;
  readonly paymentMillis?: number;
  readonly isRefused?: boolean;
  readonly tenant?: string;
}): SpanToSend => {
  const total = stockMillis + paymentMillis;
  return {
    service: 'ask-front',
    name: 'POST /orders',
    durationMillis: total + 20,
    failed: isRefused,
    attributes: { tenant },
    children: [
      {
        service: 'ask-checkout',
        name: 'POST /checkout',
        startMillis: 5,
        durationMillis: total + 10,
        failed: isRefused,
        children: [
          { service: 'ask-stock', name: 'GET /stock', startMillis: 8, durationMillis: stockMillis },
          {
            service: 'ask-payment',
            name: 'charge_card',
            startMillis: 10 + stockMillis,
            durationMillis: paymentMillis,
            failed: isRefused,
            message: 'card was declined by the issuer',
          },
        ],
      },
    ],
  };
};

/** Page with eight queries in a loop. */
const listing: SpanToSend = {
  service: 'ask-catalog',
  name: 'GET /products',
  durationMillis: 60,
  children: Array.from({ length: 8 }, (_, i) => ({
    service: 'ask-catalog',
    name: 'SELECT products',
    kind: 'client' as const,
    startMillis: 4 + i * 6,
    durationMillis: 5,
    attributes: { 'db.system.name': 'postgresql', 'db.query.text': `SELECT * FROM products WHERE id = ${i}` },
  })),
};

/** Basket whose caller's span was lost. */
const basket: SpanToSend = {
  service: 'ask-basket-front',
  name: 'GET /basket',
  durationMillis: 30,
  children: [
    {
      service: 'ask-basket-front',
      name: 'GET',
      kind: 'client',
      startMillis: 2,
      durationMillis: 25,
      isLost: true,
      children: [{ service: 'ask-basket', name: 'GET /basket', startMillis: 4, durationMillis: 20 }],
    },
  ],
};

let browser: Browser;
let page: Page;
let faults: readonly string[];
let clicks = 0;
let slowestId = '';
let failedIds: readonly string[] = [];

beforeAll(async () => {
  browser = await connectBrowser();
  const now = Date.now();
  const ago = (seconds: number): number => now - seconds * 1_000;
  const times = <T>(count: number, make: (i: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => make(i));
  const sent = await sendTraces([
    // One order of which the payment takes nearly all of the time.
    { root: order({ paymentMillis: 2_400, tenant: 'globex' }), at: ago(200) },
    // The ten minutes before: the stock answers in 8 ms. Since then: in 70 ms.
    ...times(30, (i) => ({ root: order({}), at: ago(640 + i * 15) })),
    ...times(30, (i) => ({ root: order({ stockMillis: 70 }), at: ago(30 + i * 15) })),
    ...times(6, (i) => ({ root: order({ stockMillis: 70, isRefused: true }), at: ago(40 + i * 20) })),
    // Slow requests are those of one tenant.
    ...times(5, (i) => ({ root: order({ paymentMillis: 900, tenant: 'globex' }), at: ago(60 + i * 20) })),
    { root: listing, at: ago(100) },
    { root: basket, at: ago(90) },
  ]);
  [slowestId = ''] = sent;
  // After the slowest one and twice thirty others.
  failedIds = sent.slice(61, 67);
});

beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
  clicks = 0;
});

afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
  expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
});

afterAll(() => browser.close());

const click = async (target: Locator): Promise<void> => {
  clicks++;
  try {
    await target.click();
  } catch (error) {
    const shown = await page
      .locator('body')
      .ariaSnapshot({ timeout: 5_000 })
      .catch(() => 'nothing: it does not answer');
    throw new Error(`The click failed. The page ${page.url()} shows:\n${shown}`, { cause: error });
  }
};

const search = (query: string) =>
  page.goto(`${uiUrl()}/search?${new URLSearchParams({ lookback: '1h', query }).toString()}`);

/** Sorts the results, and opens the first once it is one of the expected traces: until the answer comes, the old order is shown. */
const openFirstBy = async (sortOrder: string, expectedIds: readonly string[]): Promise<void> => {
  await click(page.getByRole('combobox', { name: 'Sort' }));
  await click(page.getByRole('option', { name: sortOrder }));
  const first = page.getByRole('list', { name: 'Traces' }).getByRole('link').first();
  await eventually(async () => {
    const address = await first.getAttribute('href');
    expect(expectedIds.filter((id) => address?.includes(id))).toHaveLength(1);
  });
  await click(first);
};

const summary = () => page.getByRole('list', { name: 'Summary' });

describe('questions of a newcomer', () => {
  it('three clicks lead to the service that is the bottleneck in the slowest order', async () => {
    await search('root.service = ask-front');
    await openFirstBy('Longest', [slowestId]);
    await page.waitForURL(new RegExp(`/trace/${slowestId}`));
    await eventually(async () =>
      expect(await summary().innerText()).toMatch(/ask-payment: 2\.4 s of 2\.43 s\. charge_card took 2\.4 s/),
    );
  });

  it('three clicks lead to the reason for which the payment failed', async () => {
    await search('root.service = ask-front');
    await openFirstBy('Most errors', failedIds);
    await eventually(async () =>
      expect(await summary().innerText()).toContain(
        'Failed in ask-payment charge_card: card was declined by the issuer',
      ),
    );
  });

  it('three clicks lead to the operation that got slower in the last 10 minutes', async () => {
    await page.goto(uiUrl());
    await click(page.getByRole('link', { name: 'Services' }));
    // The search page has a time range too.
    await page.getByRole('heading', { name: 'Services', level: 1 }).waitFor();
    await click(page.getByRole('combobox', { name: 'Time' }));
    await click(page.getByRole('option', { name: 'Last 10 minutes' }));
    const row = page.getByRole('row').filter({ hasText: 'ask-stock' });
    await eventually(async () =>
      expect(await row.innerText()).toMatch(/p\d\d slower ×\d[^]* in GET \/stock/),
    );
  });

  it('two clicks lead to the service that causes the errors of the front end', async () => {
    await page.goto(uiUrl());
    await click(page.getByRole('link', { name: 'Services' }));
    await click(page.getByRole('row').getByRole('link', { name: 'ask-front' }));
    const findings = page.getByRole('region', { name: 'Findings' });
    await eventually(async () =>
      expect(await findings.innerText()).toContain(
        'Failures start in ask-payment charge_card in 6 of 6 failed traces',
      ),
    );
  });

  it('two clicks lead to the N+1 queries in a trace, and one to all traces with them', async () => {
    await search('service = ask-catalog');
    await click(page.getByRole('list', { name: 'Traces' }).getByRole('link').first());
    await eventually(async () =>
      expect(await summary().innerText()).toMatch(/1 detection: N\+1 queries \d+ %/),
    );
    await click(page.getByRole('button', { name: '1 detection' }));
    await page.getByText('8 × SELECT products one after another in ask-catalog').waitFor();
    await page.goto(`${uiUrl()}/monitor?service=ask-catalog`);
    const findings = page.getByRole('region', { name: 'Findings' });
    await eventually(async () =>
      expect(await findings.innerText()).toContain('N+1 queries in GET /products found in 1 of 1 trace'),
    );
    await click(findings.getByRole('link', { name: 'N+1 queries' }));
    await page.getByRole('heading', { name: '1 trace' }).waitFor();
  });

  it('a query finds the traces that lack spans, and one click says what they lack', async () => {
    await search('incomplete = true and service = ask-basket');
    await page.getByRole('heading', { name: '1 trace' }).waitFor();
    await click(page.getByRole('list', { name: 'Traces' }).getByRole('link').first());
    await eventually(async () =>
      expect(await summary().innerText()).toContain('Incomplete: 1 span was not received'),
    );
  });

  it('two clicks show how the slow requests differ from the rest', async () => {
    await search('root.service = ask-front');
    await click(page.getByRole('button', { name: 'What differs' }));
    const panel = page.getByRole('region', { name: 'What differs' });
    await click(panel.getByText('Slowest 5 %').first());
    const row = panel.getByRole('row').filter({ hasText: 'globex' });
    await eventually(async () => expect(await row.innerText()).toMatch(/tenant\s+globex\s+100 %/));
  });
});
