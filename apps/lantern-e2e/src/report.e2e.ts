import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, openPage } from './rig/browser.js';
import { pushLines } from './rig/lines.js';
import { screenshot } from './rig/screenshot.js';
import { uiUrl } from './rig/shop.js';
import { sendTrace, type SpanToSend } from './rig/spans.js';

const SECRET = 'hunter2-hunter2';

/** Pieces of texts that become markup, script, style or another direction where a page does not take care. */
const PIECES = [
  '<script>window.broken=1</script>',
  '</script><script>window.broken=1</script>',
  '<img src=x onerror="window.broken=1">',
  '<svg/onload=window.broken=1>',
  '<iframe srcdoc="<script>parent.broken=1</script>">',
  '<style>*{display:none}</style>',
  '</title><base href=//example.com>',
  '"><a href="javascript:window.broken=1">x</a>',
  "' onmouseover='window.broken=1",
  '<!--',
  '-->',
  ']]>',
  '&lt;b&gt;',
  '\\u003cscript>',
  '\u202etxt.exe',
  '\u2028',
  '{{7*7}}',
  '${window.broken=1}',
  '\0',
  '\n\t ',
  'ordinary',
];

/** Returns texts of several pieces each, equal in every run. */
const hostileTexts = (count: number): string[] => {
  let seed = 11;
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  return Array.from(
    { length: count },
    (_, i) => Array.from({ length: 1 + next(4) }, () => PIECES[next(PIECES.length)] ?? '').join('') + ` ${i}`,
  );
};

const TEXTS = hostileTexts(60);

const hostile: SpanToSend = {
  service: TEXTS[0] ?? '',
  name: TEXTS[1] ?? '',
  durationMillis: 200,
  children: TEXTS.slice(2).map((text, i): SpanToSend => ({
    service: `shop ${i % 7} ${text}`,
    name: text,
    startMillis: i,
    durationMillis: 1,
    failed: i % 9 === 0,
    attributes: { [text]: text, 'url.full': `https://example.com/?api_key=${SECRET}` },
    events: { [text]: i },
  })),
};

let browser: Browser;
let page: Page;
let faults: readonly string[];
let folder = '';
let traceId = '';

beforeAll(async () => {
  browser = await connectBrowser();
  folder = await mkdtemp(join(tmpdir(), 'lantern-report-'));
  traceId = await sendTrace(hostile, Date.now() - 60_000);
  await pushLines(
    'report-shop',
    TEXTS.map((message) => JSON.stringify({ message, password: SECRET })),
    { atMillis: Date.now() - 60_000, traceId },
  );
});

beforeEach(async () => {
  ({ page, faults } = await openPage(browser, { acceptDownloads: true }));
});

afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
});

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

/** Downloads the report of a page of Lantern, and returns its path. */
const downloadFrom = async (path: string, press: () => Promise<void>): Promise<string> => {
  await page.goto(`${uiUrl()}${path}`);
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  const file = join(folder, download.suggestedFilename());
  await download.saveAs(file);
  return file;
};

const downloadTrace = (id: string): Promise<string> =>
  downloadFrom(`/trace/${id}`, async () => {
    await page.getByRole('button', { name: 'Trace actions' }).click();
    await page.getByRole('menuitem', { name: 'Download report' }).click();
  });

/** Opens a file and blocks all other requests of the browser. Returns the addresses that the page requested. */
const openReport = async (file: string): Promise<readonly string[]> => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return asked;
};

describe('the report of a trace', () => {
  it('a report opens from a file with waterfall, span details, detections and log lines, and asks for nothing else', async () => {
    const file = await downloadTrace(traceId);
    const asked = await openReport(file);
    expect(await page.getByText('59 spans').count()).toBe(1);
    await page.getByRole('treeitem').nth(1).click();
    await page.getByRole('complementary', { name: 'Span' }).getByText('url.full').waitFor();
    await page.getByRole('button', { name: 'Detections' }).click();
    await page.getByRole('list', { name: 'Detections' }).getByText('Secret in a URL').waitFor();
    await page.getByRole('button', { name: 'Logs (60)' }).click();
    expect(await page.getByRole('list', { name: 'Log lines' }).getByRole('listitem').count()).toBe(60);
    expect(asked).toEqual([pathToFileURL(file).href]);
  });

  it('a report shows hostile names, attributes and log lines as text', async () => {
    await openReport(await downloadTrace(traceId));
    const shown = (text: string): string => text.replaceAll('\u202e', '⟨U+202E⟩');
    const tree = page.getByRole('tree', { name: 'Spans' });
    const seen = new Set<string>();
    for (let i = 0; i < TEXTS.length - 1; i++) {
      await tree.press('ArrowDown');
      const selected = tree.locator('[aria-selected=true] .name');
      seen.add((await selected.textContent()) ?? '');
    }
    expect([...seen].sort()).toEqual(TEXTS.slice(1).map(shown).sort());
    await page.getByRole('button', { name: 'Logs (60)' }).click();
    const elements = await page.evaluate<string[]>(
      '[...new Set([...document.querySelectorAll("*")].map(({ localName }) => localName))].sort()',
    );
    const foreignElements = ['a', 'b', 'base', 'iframe', 'img', 'svg'];
    expect(elements.filter((name) => foreignElements.includes(name))).toEqual([]);
    expect(
      await page.evaluate('[window.broken, document.scripts.length, document.styleSheets.length]'),
    ).toEqual([undefined, 2, 1]);
  });

  it('a report has its secrets masked', async () => {
    const html = await readFile(await downloadTrace(traceId), 'utf8');
    expect(html).not.toContain(SECRET);
    expect(html).toContain('api_key=***');
  });

  it('a report is opened again in Lantern with its spans and log lines', async () => {
    const file = await downloadTrace(traceId);
    await page.goto(`${uiUrl()}/search`);
    await page.getByLabel('Trace file').setInputFiles(file);
    await page.getByText(`This trace comes from the file trace-${traceId}.html`).waitFor();
    await page.getByRole('button', { name: 'Logs', exact: true }).click();
    await page.getByText('60 lines').waitFor();
    // Lantern's own lines have the password.
    await page.getByRole('list', { name: 'Log lines' }).getByRole('button').first().click();
    await page.getByText('***').first().waitFor();
    await page.getByRole('button', { name: 'Close file' }).click();
  });

  it('a report compares two traces, downloaded from their comparison', async () => {
    const make = (count: number): SpanToSend => ({
      service: 'shop',
      name: 'GET /products',
      durationMillis: 100,
      children: Array.from({ length: count }, (_, i): SpanToSend => ({
        service: 'shop',
        name: 'SELECT products',
        kind: 'client',
        startMillis: 2 + i * 10,
        durationMillis: 8,
        attributes: {
          'db.system.name': 'postgresql',
          'db.query.text': `SELECT * FROM products WHERE id = ${i}`,
        },
      })),
    });
    const [a, b] = [await sendTrace(make(1)), await sendTrace(make(8))];
    const file = await downloadFrom(`/trace/${a}...${b}`, () =>
      page.getByRole('button', { name: 'Download report' }).click(),
    );
    await openReport(file);
    const row = page
      .getByRole('table', { name: 'Comparison' })
      .getByRole('row')
      .filter({ hasText: 'SELECT products' });
    expect(await row.innerText()).toMatch(/8 ms\s+8 × 64 ms\s+\+56 ms\s+slower/);
    await screenshot(page, 'report-comparison');
    await page.getByRole('button', { name: 'Trace B' }).click();
    await page.getByRole('treeitem').first().click();
    expect(await audit(page)).toEqual([]);
    await screenshot(page, 'report');
  });
});
