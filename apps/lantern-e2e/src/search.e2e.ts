import { json } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, darken, openPage } from './rig/browser.js';
import { eventually } from './rig/eventually.js';
import { screenshot } from './rig/screenshot.js';
import { uiUrl } from './rig/shop.js';
import { sendTrace } from './rig/spans.js';

/** Service of this suite: other suites use the same Lantern. */
const SERVICE = 'search-e2e';
const HOSTILE = '<img src=x onerror=alert(1)> \u202eשירות';

let browser: Browser;
let page: Page;
let faults: readonly string[];
let failed = '';

const results = () => page.getByRole('list', { name: 'Traces' }).getByRole('link');
const open = (params: Record<string, string>) =>
  page.goto(`${uiUrl()}/search?${new URLSearchParams(params).toString()}`);

beforeAll(async () => {
  browser = await connectBrowser();
  const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;
  for (let n = 1; n <= 6; n++) {
    await sendTrace(
      {
        service: SERVICE,
        name: `GET /items/${n}`,
        durationMillis: n * 100,
        attributes: { 'item.number': n },
      },
      minutesAgo(n),
    );
  }
  failed = await sendTrace(
    {
      service: SERVICE,
      name: 'POST /items',
      durationMillis: 50,
      failed: true,
      attributes: { 'http.status_code': 500 },
    },
    minutesAgo(10),
  );
  await sendTrace({ service: HOSTILE, name: '<script>alert(2)</script>', durationMillis: 5 }, minutesAgo(11));
});

beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
});

afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
});

afterAll(() => browser.close());

describe('a link to a search', () => {
  it('a search link of Jaeger opens', async () => {
    const now = Date.now() * 1_000;
    await open({
      service: SERVICE,
      tags: '{"http.status_code":"500"}',
      lookback: '1h',
      start: String(now - 3_600_000_000),
      end: String(now),
    });
    await page.getByRole('heading', { name: /^1 trace$/ }).waitFor();
    expect(await results().first().getAttribute('href')).toBe(`/trace/${failed}`);
    expect(await page.getByRole('combobox', { name: 'Service' }).inputValue()).toBe(SERVICE);
    expect(await page.getByRole('combobox', { name: 'Tags' }).inputValue()).toBe('http.status_code=500');
    expect(await page.getByLabel('From', { exact: true }).inputValue()).not.toBe('');
  });

  it('a hostile name is shown as text', async () => {
    await open({ service: HOSTILE });
    await page.getByRole('heading', { name: /^1 trace$/ }).waitFor();
    expect(await results().first().innerText()).toContain('<script>alert(2)</script>');
    expect(await results().first().innerText()).toContain(HOSTILE.replace('\u202e', '⟨U+202E⟩'));
    expect(await page.locator('main img, main script').count()).toBe(0);
  });

  it('a link with an invalid query shows the error', async () => {
    await open({ service: SERVICE, query: 'duration > 5' });
    await page.getByRole('alert').getByText('Use a duration with a unit, such as 250ms or 1.5s.').waitFor();
    await page.getByRole('heading', { name: 'The query has a syntax error' }).waitFor();
    expect(await audit(page)).toEqual([]);
  });
});

describe('a query with operators', () => {
  it('a query is completed, applies together with the form, and is in the URL', async () => {
    await open({ service: SERVICE });
    await results().nth(6).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('item.n');
    await page.getByRole('option', { name: /item\.number/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    expect(await audit(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.keyboard.type('>= 3 and not name =~ ');
    await page.getByRole('option', { name: 'GET /items/4' }).waitFor();
    await page.keyboard.type('4');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: /^3 traces$/ }).waitFor();
    await page.waitForURL(
      ({ searchParams }) => searchParams.get('query') === 'item.number >= 3 and not name =~ 4',
    );
    const names = await results().allInnerTexts();
    expect(names.map((text) => /\/items\/\d/.exec(text)?.[0])).toEqual(['/items/3', '/items/5', '/items/6']);

    await page.getByRole('button', { name: 'Recent searches' }).click();
    await page.getByRole('menuitem', { name: `${SERVICE} item.number >= 3 and not name =~ 4` }).waitFor();
    expect(await audit(page)).toEqual([]);
  });
});

describe('the results', () => {
  it('search results are paginated', async () => {
    await open({ service: SERVICE, limit: '3' });
    await page.getByRole('heading', { name: '3 of 7 traces' }).waitFor();
    await page.getByRole('button', { name: 'Load older traces' }).click();
    await page.getByRole('heading', { name: '6 of 7 traces' }).waitFor();
    await page.getByRole('button', { name: 'Load older traces' }).click();
    await page.getByRole('heading', { name: /^7 traces$/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Load older traces' }).count()).toBe(0);
  });

  it('search results are the first of all matches in the selected order', async () => {
    const durations = async () =>
      (await results().allInnerTexts()).map((text) => Number(/(\d+) ms/.exec(text)?.[1]));
    await open({ service: SERVICE, limit: '3' });
    await page.getByRole('heading', { name: '3 of 7 traces' }).waitFor();
    await page.getByRole('combobox', { name: 'Sort' }).click();
    await page.getByRole('option', { name: 'Longest' }).click();
    await eventually(async () => expect(await durations()).toEqual([600, 500, 400]));
    await page.getByRole('button', { name: 'Load more traces' }).click();
    await page.getByRole('heading', { name: '6 of 7 traces' }).waitFor();
    expect(await durations()).toEqual([600, 500, 400, 300, 200, 100]);
    await page.getByRole('combobox', { name: 'Sort' }).click();
    await page.getByRole('option', { name: 'Name' }).click();
    await page.getByText('This order covers the loaded traces only.').waitFor();
    expect(await audit(page)).toEqual([]);
  });

  it('search results can be shown as a table that sorts by its headers', async () => {
    await open({ service: SERVICE, view: 'table' });
    const table = page.getByRole('table', { name: 'Traces' });
    await table.getByRole('button', { name: 'Duration' }).click();
    await page.waitForURL(/sort=longest/);
    await table.getByRole('row').nth(1).getByText('600 ms').waitFor();
    await table.getByRole('button', { name: 'Duration' }).click();
    await page.waitForURL(/sort=shortest/);
    await table.getByRole('row').nth(1).getByText('50 ms').waitFor();
    expect(await audit(page)).toEqual([]);
    await darken(page);
    await screenshot(page, 'search-table-dark');
    expect(await audit(page)).toEqual([]);
  });

  it('search results can be selected by keyboard, compared and downloaded', async () => {
    await open({ service: SERVICE });
    await results().first().waitFor();
    for (const key of ['j', 'x', 'j', 'j', 'x']) await page.keyboard.press(key);
    const chosen = page.getByRole('region', { name: 'Selected traces' });
    await chosen.getByText('2 traces selected').waitFor();
    const links = await results().all();
    const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
    const ids = paths.map((path) => path?.slice('/trace/'.length));
    expect(await chosen.getByRole('link', { name: 'Compare' }).getAttribute('href')).toBe(
      `/trace/${ids[0]}...${ids[2]}`,
    );
    expect(await audit(page)).toEqual([]);

    const download = page.waitForEvent('download');
    await chosen.getByRole('button', { name: 'Download' }).click();
    const content = (await json(await (await download).createReadStream())) as {
      data: readonly { traceID: string }[];
    };
    expect(content.data.map(({ traceID }) => traceID)).toEqual([ids[0], ids[2]]);
  });
});

describe('live search', () => {
  const arrive = async (name: string): Promise<string> =>
    sendTrace({ service: SERVICE, name, durationMillis: 1 });

  it('live search shows a trace that arrives', async () => {
    await open({ service: SERVICE, live: '1' });
    await page.getByRole('status').getByText('live', { exact: true }).waitFor();
    await page.mouse.move(5, 5);
    await arrive('POST /live/1');
    await results().filter({ hasText: 'POST /live/1' }).waitFor();
  });

  it('live search moves nothing under the pointer', async () => {
    await open({ service: SERVICE, live: '1' });
    await page.getByRole('status').getByText('live', { exact: true }).waitFor();
    const first = results().first();
    await first.hover();
    const before = [await first.getAttribute('href'), await first.boundingBox()];
    const arrived = await arrive('POST /live/2');
    const news = page.getByRole('button', { name: '1 new trace' });
    await news.waitFor();
    expect([await first.getAttribute('href'), await first.boundingBox()]).toEqual(before);
    await news.click();
    await eventually(async () => expect(await first.getAttribute('href')).toBe(`/trace/${arrived}`));
  });
});

describe('a file of traces', () => {
  const LEGACY_ID = '5'.repeat(32);
  const legacySpan = (traceID: string, spanID: string, startTime: number) => ({
    traceID,
    spanID,
    operationName: 'from a file',
    references: [],
    startTime,
    duration: 2_000,
    tags: [],
    logs: [],
    processID: 'p1',
  });
  const legacyFile = (ids: string | readonly string[], startTime = 1_700_000_000_000_000) => ({
    name: 'jaeger.json',
    mimeType: 'application/json',
    buffer: Buffer.from(
      JSON.stringify({
        data: [ids].flat().map((id) => ({
          traceID: id,
          spans: [legacySpan(id, '1', startTime), legacySpan(id, '2', startTime)],
          processes: { p1: { serviceName: 'filed', tags: [] } },
        })),
      }),
    ),
  });

  it('a trace file is opened by a button, shown without storing it, and closed', async () => {
    await open({ service: SERVICE });
    await page.getByLabel('Trace file').setInputFiles(legacyFile(LEGACY_ID));
    await page.waitForURL(new RegExp(`/trace/${LEGACY_ID}`));
    await page.getByText('jaeger.json').waitFor();
    await page.getByText('Lantern does not store this trace.').waitFor();
    await page
      .getByRole('treeitem', { name: /filed from a file/ })
      .first()
      .waitFor();
    expect((await fetch(`${uiUrl()}/api/traces/${LEGACY_ID}`)).status).toBe(404);
    await page.reload();
    await page
      .getByRole('treeitem', { name: /filed from a file/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Close file' }).click();
    await page.getByRole('heading', { name: /Trace not found/ }).waitFor();
    // Chromium logs the 404 responses for the trace of the closed file.
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    faults = [];
  });

  it('a trace file is stored in a new browser profile', async () => {
    for (let profile = 0; profile < 4; profile++) {
      const { page: fresh } = await openPage(browser);
      await fresh.goto(`${uiUrl()}/search`);
      await fresh.getByLabel('Trace file').setInputFiles(legacyFile(LEGACY_ID));
      await fresh.getByText('This trace comes from the file').waitFor();
      await fresh.close();
    }
  });

  it('a trace file with a trace that Lantern also stores links to the stored copy', async () => {
    const stored = await sendTrace({ service: SERVICE, name: 'GET /stored', durationMillis: 3 });
    const startTime = Date.now() * 1_000;
    await open({ service: SERVICE });
    await page.getByLabel('Trace file').setInputFiles(legacyFile(stored, startTime));
    const bar = page.getByRole('status').filter({ hasText: 'This trace comes from the file' });
    await bar.getByText('Lantern also stores this trace.').waitFor();
    await page.getByRole('button', { name: 'Trace actions' }).click();
    await page.getByRole('menuitem', { name: 'Compare with another trace' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Download Jaeger JSON' }).count()).toBe(0);
    await page.goto(`${uiUrl()}/trace/${stored}...${stored}`);
    await page.getByText('from the file jaeger.json').first().waitFor();
    await page.goto(`${uiUrl()}/trace/${stored}`);
    await page.getByRole('button', { name: 'Close file' }).click();
    await page.getByRole('treeitem', { name: /GET \/stored/ }).waitFor();
    expect(await bar.count()).toBe(0);
  });

  it('a dropped trace file with several traces is shown as a list', async () => {
    await open({ service: SERVICE });
    await results().first().waitFor();
    const { name, buffer } = legacyFile(['6', '7', '8'].map((digit) => digit.repeat(32)));
    await page.evaluate(`{
      const data = new DataTransfer();
      data.items.add(new File([${JSON.stringify(buffer.toString())}], ${JSON.stringify(name)}));
      for (const type of ['dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      }
    }`);
    await page.getByRole('heading', { name: '3 traces of jaeger.json' }).waitFor();
    expect(await results().count()).toBe(3);
    expect(await audit(page)).toEqual([]);
  });

  it('a file without traces shows the reason', async () => {
    await open({ service: SERVICE });
    const file = { name: 'notes.json', mimeType: 'application/json', buffer: Buffer.from('{"a":1}') };
    await page.getByLabel('Trace file').setInputFiles(file);
    await page
      .getByRole('alert')
      .getByText('notes.json cannot be opened. The file is JSON but contains no')
      .waitFor();
  });
});
