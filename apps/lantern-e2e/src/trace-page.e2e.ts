import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { MeasuredPage } from './bench/measured-page.js';
import { audit } from './rig/audit.js';
import { connectBrowser, darken, openPage } from './rig/browser.js';
import { eventually } from './rig/eventually.js';
import { exportRequests } from './rig/large-traces.js';
import { screenshot } from './rig/screenshot.js';
import { uiUrl } from './rig/shop.js';
import { sendRequest, sendTrace, type SpanToSend } from './rig/spans.js';

const MINUTE = 60_000;

const order: SpanToSend = {
  service: 'gateway',
  name: 'POST /orders',
  durationMillis: 5_000,
  failed: true,
  attributes: { 'http.response.status_code': 500 },
  children: [
    {
      service: 'users',
      name: 'GET /users/:id',
      startMillis: 10,
      durationMillis: 90,
      children: [
        {
          service: 'users',
          name: 'SELECT users',
          kind: 'client',
          startMillis: 20,
          durationMillis: 60,
          attributes: { 'db.system.name': 'sqlite' },
        },
      ],
    },
    {
      service: 'orders',
      name: 'calculate_total',
      startMillis: 110,
      durationMillis: 4_800,
      failed: true,
      attributes: { product: 'slow_product' },
    },
  ],
};

let browser: Browser;
let page: Page;
let faults: readonly string[];
let traceId = '';

const open = async (id: string, query = '') => {
  await page.goto(`${uiUrl()}/trace/${id}${query}`);
  try {
    await page.getByRole('tree', { name: 'Spans' }).waitFor();
  } catch (cause) {
    const shown = await page.getByRole('main').innerText();
    throw new Error(`The page shows no trace but: ${shown}\nErrors: ${faults.join('; ')}`, { cause });
  }
};
const span = (name: string | RegExp) => page.getByRole('treeitem', { name });
const rows = () => page.getByRole('treeitem');
const hasRows = (count: number) => eventually(async () => expect(await rows().count()).toBe(count));
const tree = () => page.getByRole('tree', { name: 'Spans' });
const hasCursorAt = (name: RegExp) =>
  eventually(async () =>
    expect(await tree().getAttribute('aria-activedescendant')).toBe(await span(name).getAttribute('id')),
  );
const query = () => new URL(page.url()).searchParams;

beforeAll(async () => {
  browser = await connectBrowser();
  traceId = await sendTrace(order, Date.now() - 5 * MINUTE);
});

beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
});

afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
});

afterAll(() => browser.close());

describe('a trace', () => {
  it('a trace shows where the time was spent, where it failed, and its size', async () => {
    await open(traceId);
    const summary = page.getByRole('list', { name: 'Summary' });
    expect(await summary.innerText()).toContain('orders: 4.8 s of 5 s. calculate_total took 4.8 s.');
    expect(await summary.innerText()).toContain('Failed in orders calculate_total: failed on purpose');
    const header = page.getByRole('banner').last();
    expect(await page.locator('dl').first().innerText()).toMatch(
      /Services\s+3\s+Depth\s+3\s+Spans\s+4\s+Errors\s+2/,
    );
    await header.waitFor();
  });

  it('a trace has bars, errors and durations beside its rows', async () => {
    await open(traceId);
    // Asserts on colors, because a canvas has no text.
    const drawn = (token: string) =>
      page.evaluate<boolean>(`(() => {
        const probe = document.body.appendChild(document.createElement('i'));
        probe.style.color = 'var(--${token})';
        const color = getComputedStyle(probe).color;
        probe.remove();
        const paint = new OffscreenCanvas(1, 1).getContext('2d');
        paint.fillStyle = color;
        paint.fillRect(0, 0, 1, 1);
        const [red, green, blue] = paint.getImageData(0, 0, 1, 1).data;
        const canvas = document.querySelector('[data-scrolls] canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4) {
          if (data[i] === red && data[i + 1] === green && data[i + 2] === blue && data[i + 3] === 255) return true;
        }
        return false;
      })()`);
    for (const token of ['ink', 'error']) await eventually(async () => expect(await drawn(token)).toBe(true));
  });

  /**
   * Returns the opacities of the lanes along a line of pixels. The bar of the first row is at 8 to 20, its path at 22
   * to 24.
   */
  const lanesAt = (y: number) =>
    page.evaluate<number[]>(`(() => {
      const canvas = document.querySelector('[data-scrolls] canvas');
      const { data } = canvas.getContext('2d').getImageData(0, ${y}, canvas.width, 1);
      return Array.from({ length: canvas.width }, (_, x) => data[4 * x + 3] / 255);
    })()`);
  /** Padding beside the bars. */
  const [LEFT, RIGHT] = [12, 76];

  it('gaps shorter than a pixel are drawn as a share of the pixel', async () => {
    const busy = await sendTrace({
      service: 'gaps',
      name: 'root',
      durationMillis: 1_000,
      children: Array.from({ length: 1_000 }, (_, i) => ({
        service: 'gaps',
        name: 'child',
        startMillis: i,
        durationMillis: 0.9,
      })),
    });
    await open(busy);
    await span(/gaps root/).waitFor();
    await eventually(async () => {
      const middle = (line: readonly number[]) => line.slice(LEFT + 20, -RIGHT - 20);
      const ticks = 12;
      // A tenth of self time, over the pale bar of a span with children.
      expect(middle(await lanesAt(10)).filter((opacity) => opacity > 0.5).length).toBeLessThan(ticks);
      expect(middle(await lanesAt(10)).every((opacity) => opacity > 0.2)).toBe(true);
      expect(middle(await lanesAt(23)).filter((opacity) => opacity > 0.5).length).toBeLessThan(ticks);
    });
  });

  it('nothing after the time window is drawn, and bars that continue have square ends', async () => {
    const long = await sendTrace({
      service: 'window',
      name: 'root',
      durationMillis: 1_000,
      events: { early: 100, late: 900 },
      children: [{ service: 'window', name: 'child', startMillis: 450, durationMillis: 100 }],
    });
    await page.goto(`${uiUrl()}/trace/${long}?time=0-500000000`);
    await span(/window root/).waitFor();
    await eventually(async () => {
      for (const [what, y] of [
        ['marks', 5],
        ['bar', 8],
        ['path', 23],
      ] as const) {
        const line = await lanesAt(y);
        const beyond = line.slice(line.length - RIGHT + 2);
        expect([what, beyond.filter((opacity) => opacity > 0)]).toEqual([what, []]);
      }
      // Corner of the bar at the edge of the window.
      expect((await lanesAt(8)).at(-RIGHT - 1)).toBeGreaterThan(0.25);
      // Mark within the window.
      expect((await lanesAt(5)).some((opacity) => opacity > 0.9)).toBe(true);
    });
  });

  it('a trace can be read by keyboard', async () => {
    await open(traceId);
    await tree().focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
    await hasCursorAt(/SELECT users/);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await hasRows(3);
    await page.keyboard.press(']');
    await hasRows(1);
    // Collapsed errors are announced.
    await span(/POST \/orders.*1 error below|POST \/orders error/).waitFor();
    await page.keyboard.press('o');
    await hasRows(3);
    await page.keyboard.press('[');
    await hasRows(4);

    await page.keyboard.press('e');
    await page.getByRole('region', { name: 'orders calculate_total' }).waitFor();
    expect(await audit(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: 'orders calculate_total' }).waitFor({ state: 'detached' });

    await page.keyboard.press('/');
    await page.keyboard.type('sqlite');
    await page.getByText('1', { exact: true }).and(page.locator('[aria-live=polite]')).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'users SELECT users' }).waitFor();
    await page.waitForURL(({ searchParams }) => searchParams.get('find') === 'sqlite');
  });

  it('j, k and Enter move a visible cursor without Tab', async () => {
    await open(traceId);
    await span(/SELECT users/).waitFor();
    for (const key of ['j', 'j']) await page.keyboard.press(key);
    await hasCursorAt(/GET \/users/);
    const outline = `getComputedStyle(document.querySelector('[role=treeitem][data-cursor=true]')).outlineStyle`;
    await eventually(async () => expect(await page.evaluate<string>(outline)).toBe('solid'));
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Details' }).getByText('GET /users/:id').first().waitFor();
  });

  it('Back returns to the previous view, and then to the search with the focus on the trace', async () => {
    const focused = () =>
      page.evaluate<string>(`document.activeElement.getAttribute('href') ?? document.activeElement.tagName`);
    await page.goto(`${uiUrl()}/search?service=gateway`);
    await page.locator(`a[href="/trace/${traceId}"]`).first().focus();
    await page.keyboard.press('Enter');
    await span(/SELECT users/).waitFor();
    await eventually(async () => expect(await focused()).toBe('MAIN'));
    await page.getByRole('button', { name: 'Statistics' }).click();
    await page.waitForURL(/view=statistics/);
    await page.getByRole('button', { name: 'Flame graph' }).click();
    await page.waitForURL(/view=flame/);
    await page.goBack();
    await page.waitForURL(/view=statistics/);
    await page.goBack();
    await span(/SELECT users/).waitFor();
    await page.goBack();
    await page.waitForURL(/search/);
    await eventually(async () => expect(await focused()).toBe(`/trace/${traceId}`));
  });

  it('links of Jaeger to a span and to a search text open', async () => {
    await open(traceId);
    await span(/calculate_total/).click();
    const details = page.getByRole('region', { name: 'orders calculate_total' });
    await details.getByText('slow_product').first().waitFor();
    await page.waitForURL(/uiFind=[0-9a-f]{16}$/);
    const link = page.url();

    await page.goto('about:blank');
    await page.goto(link);
    await details.waitFor();
    await details.getByText('JSON', { exact: true }).click();
    expect(await details.getByLabel('OTLP/JSON of the span', { exact: true }).innerText()).toContain(
      '"slow_product"',
    );

    await open(traceId, '?uiFind=users');
    await page.getByText('2', { exact: true }).and(page.locator('[aria-live=polite]')).waitFor();
  });

  it('a tooltip describes the bar under the pointer', async () => {
    await open(traceId);
    const box = await span(/calculate_total/).boundingBox();
    if (box === null) throw new Error('The span is not in view.');
    // The span lasts until the end: a third from the right is on its bar.
    await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2);
    const tip = page.getByRole('tooltip');
    await tip.getByText('4.8 s, starts at +110 ms').waitFor();
    expect(await tip.innerText()).toMatch(/orders\s+calculate_total/);
    expect(await audit(page)).toEqual([]);
    await page.mouse.move(box.x + 40, box.y + box.height / 2);
    await tip.waitFor({ state: 'detached' });
  });

  it('the flame graph zooms into a call, and the URL keeps it', async () => {
    await page.goto(`${uiUrl()}/trace/${traceId}?view=flame`);
    await page.getByRole('application', { name: /Flame graph/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/zoom=[0-9a-f]{16}/);
    await page.reload();
    await page.getByText('calculate_total').last().waitFor();
    await page.getByRole('button', { name: 'Whole trace' }).click();
    await page.waitForURL((url) => !url.searchParams.has('zoom'));
  });

  it('dragging over the minimap selects a time window, and the URL keeps it', async () => {
    await open(traceId);
    const box = await page.getByTitle('Drag to select a time range').boundingBox();
    if (box === null) throw new Error('The minimap is not shown.');
    await page.mouse.move(box.x + box.width * 0.2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.4, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/time=\d+-\d+/);
    const [from = 0, to = 0] = (query().get('time') ?? '').split('-').map(Number);
    expect([from / 1e9, to / 1e9].map(Math.round)).toEqual([1, 2]);
    await page.reload();
    await page.getByRole('button', { name: 'Whole trace' }).click();
    await page.waitForURL((url) => !url.searchParams.has('time'));
  });

  it('hiding a service shows the number of hidden spans', async () => {
    await open(traceId);
    await page.getByRole('button', { name: 'Services' }).click();
    // The state of the checkbox is in the URL, which changes shortly after the click.
    await page.getByRole('checkbox', { name: 'users' }).click();
    await page.getByRole('button', { name: '2 spans hidden' }).waitFor();
    await hasRows(2);
    await page.waitForURL(({ searchParams }) => searchParams.getAll('hide').join() === 'users');
  });

  it.each([
    {
      button: 'Flame graph',
      view: 'flame',
      shows: () => page.getByRole('application', { name: /Flame graph/ }),
    },
    {
      button: 'Trace graph',
      view: 'graph',
      shows: () => page.getByRole('button', { name: /calculate_total/ }).last(),
    },
    {
      button: 'Statistics',
      view: 'statistics',
      shows: () => page.getByRole('row', { name: /orders calculate_total/ }),
    },
    { button: 'Spans', view: 'spans', shows: () => page.getByRole('row', { name: /calculate_total/ }) },
    { button: 'Logs', view: 'logs', shows: () => page.getByText('No log line has this trace’s ID') },
  ])('a trace has the view $button in both themes', async ({ button, view, shows }) => {
    await open(traceId);
    await page.getByRole('group', { name: 'View' }).getByRole('button', { name: button }).click();
    await shows().waitFor();
    await page.waitForURL(({ searchParams }) => searchParams.get('view') === view);
    await screenshot(page, `trace-${view}`);
    expect(await audit(page)).toEqual([]);
    await darken(page);
    expect(await audit(page)).toEqual([]);
  });

  it('the tables of a trace group and sort, and the URL keeps it', async () => {
    await open(traceId);
    await page.goto(`${uiUrl()}/trace/${traceId}?view=statistics&group=service`);
    const users = page.getByRole('row', { name: /^users/ });
    await users.waitFor();
    expect(await users.innerText()).toMatch(/users\s+2\s+–\s+150 ms\s+75 ms/);

    await page.goto(`${uiUrl()}/trace/${traceId}?view=spans`);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForURL(/sort=-start/);
    const second = page.getByRole('row').nth(2);
    await second.getByText('GET /users/:id').waitFor();
    await second.click();
    await page.getByRole('region', { name: 'users GET /users/:id' }).waitFor();
  });
});

describe('a trace that is still arriving', () => {
  const id = randomBytes(16).toString('hex');
  const nanos = (millis: number) => String(BigInt(Date.now() - 1_000 + millis) * 1_000_000n);
  const send = (spanId: string, parentSpanId: string | undefined, name: string) =>
    sendRequest(
      JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'late' } }] },
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: id,
                    spanId,
                    ...(parentSpanId !== undefined && { parentSpanId }),
                    name,
                    startTimeUnixNano: nanos(0),
                    endTimeUnixNano: nanos(50),
                    status: {},
                  },
                ],
              },
            ],
          },
        ],
      }),
    );

  it('an incomplete trace names missing spans, and completes itself without moving the reader', async () => {
    await send('00000000000000b1', '00000000000000a1', 'child');
    await open(id);
    const summary = page.getByRole('list', { name: 'Summary' });
    await summary.getByText(/1 span was not received \(00000000000000a1\)/).waitFor();
    await summary.getByText(/The root span was not received/).waitFor();
    await span(/child/).click();
    await page.getByRole('region', { name: 'late child' }).waitFor();

    await send('00000000000000a1', undefined, 'root');
    await span(/late root/).waitFor();
    await summary.getByText(/was not received/).waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'late child' }).waitFor();
    await page.waitForURL(({ searchParams }) => searchParams.get('uiFind') === '00000000000000b1');
  });
});

describe('a trace whose spans share an ID', () => {
  it('the details of a trace whose spans share an ID are those of the clicked span', async () => {
    const id = randomBytes(16).toString('hex');
    const start = BigInt(Date.now() - MINUTE) * 1_000_000n;
    const made = (name: string, from: number) => ({
      traceId: id,
      spanId: '00000000000000aa',
      name,
      kind: 1,
      startTimeUnixNano: String(start + BigInt(from) * 1_000_000n),
      endTimeUnixNano: String(start + BigInt(from + 10) * 1_000_000n),
      attributes: [{ key: 'made.by', value: { stringValue: `writer of ${name}` } }],
      status: {},
    });
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'twins' } }] };
    const spans = [made('first', 0), made('second', 20)];
    const content = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
    await page.goto(`${uiUrl()}/search`);
    await page
      .getByLabel('Trace file')
      .setInputFiles({ name: 'twins.json', mimeType: 'application/json', buffer: Buffer.from(content) });
    const details = page.getByRole('complementary', { name: 'Details' });
    await span(/twins second/).click();
    await details.getByText('writer of second', { exact: true }).waitFor();
    await span(/twins first/).click();
    await details.getByText('writer of first', { exact: true }).waitFor();
  });
});

describe('a trace of a hostile sender', () => {
  const id = randomBytes(16).toString('hex');
  const RTL = '\u202eמספר הזמנה ١٢٣';

  beforeAll(async () => {
    const start = BigInt(Date.now() - 5 * MINUTE) * 1_000_000n;
    const made = (n: number, parent: number, name: string, from: number, to: number, more: object = {}) => ({
      traceId: id,
      spanId: String(n).padStart(16, '0'),
      ...(parent > 0 && { parentSpanId: String(parent).padStart(16, '0') }),
      name,
      startTimeUnixNano: String(start + BigInt(from) * 1_000_000n),
      endTimeUnixNano: String(start + BigInt(to) * 1_000_000n),
      status: {},
      ...more,
    });
    const spans = [
      made(1, 0, '<img src=x onerror="document.title=\'taken\'"><script>alert(1)</script>', 0, 100),
      made(2, 1, RTL, 5, 50, {
        attributes: [
          { key: 'big', value: { stringValue: 'x'.repeat(1_000_000) } },
          { key: RTL, value: { stringValue: RTL } },
        ],
      }),
      made(3, 1, 'zero', 20, 20),
      made(4, 1, 'negative', 60, 30),
      made(5, 77, 'orphan', 40, 90),
      made(6, 7, 'circle a', 10, 20),
      made(7, 6, 'circle b', 12, 30),
      made(8, 1, 'n'.repeat(20_000), 10, 80),
    ];
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: '<b>bold</b>' } }] };
    await sendRequest(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }));
  });

  it('a hostile trace is shown as text and not executed', async () => {
    await open(id);
    await hasRows(8);
    await span(/<b>bold<\/b> <img src=x onerror/)
      .first()
      .waitFor();
    expect(await page.title()).toContain('<img src=x');
    expect(await page.locator('img, b').count()).toBe(0);
    const summary = await page.getByRole('list', { name: 'Summary' }).innerText();
    expect(summary).toContain('1 span was not received (0000000000000077)');
    expect(summary).toContain('1 cycle of spans');
    expect(await audit(page)).toEqual([]);
  });

  it('a value of a megabyte is shown on request only', async () => {
    await open(id, '?uiFind=0000000000000002');
    const details = page.getByRole('complementary', { name: 'Details' });
    await details.getByRole('button', { name: 'Show all 1,000,000 characters' }).waitFor();
    expect((await details.innerText()).length).toBeLessThan(20_000);
    expect(await details.getByRole('heading', { level: 2 }).nth(1).innerText()).toBe(
      RTL.replace('\u202e', '⟨U+202E⟩'),
    );
    expect(await audit(page)).toEqual([]);
  });

  it('the flame graph of a hostile trace has no characters that reorder text', async () => {
    await page.addInitScript(`
      globalThis.drawn = [];
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
        drawn.push(text);
        fillText.call(this, text, ...place);
      };
    `);
    await page.goto(`${uiUrl()}/trace/${id}?view=flame`);
    await eventually(async () => {
      const drawn = await page.evaluate<string[]>('drawn');
      expect(drawn).toContain(RTL.replace('\u202e', '⟨U+202E⟩'));
      expect(drawn).not.toContain(RTL);
    });
  });

  it.each(['flame', 'graph', 'statistics', 'spans'])(
    'a hostile trace is harmless in the view %s',
    async (view) => {
      await page.goto(`${uiUrl()}/trace/${id}?view=${view}`);
      await page.getByRole('group', { name: 'View' }).waitFor();
      await page.getByRole('status', { name: /Computing/ }).waitFor({ state: 'detached' });
      expect(await page.locator('img, b').count()).toBe(0);
      expect(await audit(page)).toEqual([]);
    },
  );
});

describe('a trace of 10,000 spans', () => {
  const id = randomBytes(16).toString('hex');

  beforeAll(async () => {
    for (const body of exportRequests({ traceId: id, spanCount: 10_000, shape: 'bushy' }))
      await sendRequest(body);
  });

  it('a large trace is computed in a worker, and the page renders visible rows only', async () => {
    await open(id);
    await eventually(() => {
      expect(page.workers()).toHaveLength(1);
    });
    const measured = await MeasuredPage.of(page);
    const { cpu } = await measured.frames(40, 'box.scrollTop = (i * 7919 * 28) % box.scrollHeight');
    expect(await rows().count()).toBeLessThan(80);
    // Milliseconds of CPU time: far above the cost of a frame, far below that of ten thousand rows.
    expect(cpu).toBeLessThan(150);

    await tree().focus();
    await page.keyboard.press('End');
    const height = Number(await page.evaluate(`document.querySelector('[data-scrolls]').scrollHeight`));
    expect(height).toBeGreaterThan(10_000 * 28 - 1);
    await page.waitForFunction(
      `document.querySelector('[role=tree]').getAttribute('aria-activedescendant') === 'span-9999'`,
    );
  });

  it('the search covers a large trace, and steps through its errors', async () => {
    await open(id);
    await page.getByLabel('Find in trace').fill('user.id=user-777');
    await page.locator('[aria-live=polite]').getByText('10', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Next error' }).click();
    await page
      .getByRole('complementary', { name: 'Details' })
      .getByText('upstream answered 500')
      .first()
      .waitFor();
  });
});
