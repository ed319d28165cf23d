import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ManagedProcess } from '@lantern/launcher';
import { chromium, type Browser } from 'playwright-core';
import { launchChromium } from '../rig/chromium.ts';
import { exportRequests, type LargeTrace } from '../rig/large-traces.ts';
import { MeasuredPage } from './measured-page.ts';

/**
 * Benchmark of the UI, in headless Chromium against a real Lantern. Prints each figure with its goal. Wall times
 * depend on other load of the machine, CPU times hardly.
 */

const TEN_THOUSAND: LargeTrace = { traceId: '10'.repeat(16), spanCount: 10_000, shape: 'bushy' };
const HUNDRED_THOUSAND: LargeTrace = { traceId: '99'.repeat(16), spanCount: 100_000, shape: 'deep' };

const FRAMES = 90;
const REPEATS = 5;

const print = (text = '') => process.stdout.write(`${text}\n`);

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'KB' | 'MB' | '';
  readonly atMost?: number;
  readonly note?: string;
}

let missed = 0;

const report = ({ name, value, unit, atMost, note = '' }: Figure): void => {
  const isMissed = atMost !== undefined && value > atMost;
  missed += Number(isMissed);
  const goal = atMost === undefined ? '' : `≤ ${atMost} ${unit}${isMissed ? '  missed' : ''}`;
  const shown = value >= 100 ? value.toFixed(0) : value.toFixed(1);
  print(`  ${name.padEnd(58)}${`${shown} ${unit}`.padStart(11)}   ${goal.padEnd(18)}${note}`);
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const send = async (otlp: string, body: string): Promise<void> => {
  const response = await fetch(`${otlp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (!response.ok) throw new Error(`Lantern refused spans: ${response.status} ${await response.text()}`);
};

const firstLoad = async (browser: Browser, ui: string): Promise<void> => {
  const interactive: number[] = [];
  let scriptBytes = 0;
  for (let i = 0; i < REPEATS; i++) {
    // A new context has an empty cache.
    const measured = await MeasuredPage.open(browser);
    const session = await measured.page.context().newCDPSession(measured.page);
    await session.send('Network.enable');
    const scripts = new Set<string>();
    let bytes = 0;
    session.on('Network.responseReceived', ({ requestId, response }) => {
      if (response.mimeType.includes('javascript')) scripts.add(requestId);
    });
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) bytes += encodedDataLength;
    });
    const start = performance.now();
    await measured.page.goto(`${ui}/search`);
    await measured.page.getByRole('button', { name: 'Find traces' }).click({ trial: true });
    interactive.push(performance.now() - start);
    await measured.page.waitForLoadState('networkidle');
    scriptBytes = bytes;
    await measured.close();
  }
  report({
    name: 'JavaScript of the first page, gzipped',
    value: scriptBytes / 1_000,
    unit: 'KB',
    atMost: 250,
  });
  report({ name: 'interactive, cold cache', value: median(interactive), unit: 'ms', atMost: 1_000 });
};

/** Measures from a click on the search page to the first rows of the waterfall. */
const openTrace = async (measured: MeasuredPage, ui: string, traceId: string) => {
  const { page } = measured;
  await page.goto(`${ui}/search`);
  await page.waitForLoadState('networkidle');
  const before = await measured.cpuMillis();
  // Does what the router does for a click on a link.
  const wall = await page.evaluate<number>(`(async () => {
    const start = performance.now();
    history.pushState({}, '', '/trace/${traceId}');
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
    while (document.querySelector('[role=treeitem]') === null) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
  })()`);
  return { wall, cpu: (await measured.cpuMillis()) - before };
};

const largeTrace = async (
  browser: Browser,
  ui: string,
  trace: LargeTrace,
  openAtMost: number,
): Promise<void> => {
  const measured = await MeasuredPage.open(browser);
  const opened = [];
  for (let i = 0; i < (trace.spanCount > 50_000 ? 3 : REPEATS); i++) {
    opened.push(await openTrace(measured, ui, trace.traceId));
  }
  const size = `${trace.spanCount.toLocaleString('en')} spans`;
  report({
    name: `${size}: click to waterfall`,
    value: median(opened.map(({ wall }) => wall)),
    unit: 'ms',
    atMost: openAtMost,
    note: `main thread ${median(opened.map(({ cpu }) => cpu)).toFixed(0)} ms CPU`,
  });
  const steps = {
    scroll: 'box.scrollTop += 137',
    'scroll by jumps': 'box.scrollTop = (i * 7919 * 28) % box.scrollHeight',
    zoom: `box.dispatchEvent(new WheelEvent('wheel', { deltaY: i % 2 ? -60 : 50, ctrlKey: true, clientX: 900, bubbles: true, cancelable: true }))`,
  };
  for (const [name, step] of Object.entries(steps)) {
    const { worst, p95, cpu } = await measured.frames(FRAMES, step);
    report({
      name: `${size}: ${name}, longest frame`,
      value: worst,
      unit: 'ms',
      atMost: 50,
      note: `95 % within ${p95.toFixed(0)} ms; ${cpu.toFixed(1)} ms CPU a frame`,
    });
  }
  const heap = await measured.heapBytes();
  report({
    name: `${size}: JavaScript heap, page and worker`,
    value: (heap.page + heap.workers) / 1e6,
    unit: 'MB',
    ...(trace.spanCount === 100_000 && { atMost: 400 }),
    note: `page ${(heap.page / 1e6).toFixed(0)} MB`,
  });
  await measured.close();
};

/** Reads the performance measures of the worker. */
const analysis = async (browser: Browser, ui: string): Promise<void> => {
  const measured = await MeasuredPage.open(browser);
  await openTrace(measured, ui, HUNDRED_THOUSAND.traceId);
  const [worker] = measured.page.workers();
  const times = await worker?.evaluate(() =>
    performance.getEntriesByType('measure').map(({ name, duration }) => ({ name, duration })),
  );
  await measured.page.goto(`${ui}/trace/${HUNDRED_THOUSAND.traceId}?view=statistics`);
  await measured.page.getByRole('region', { name: 'Statistics' }).getByRole('row').nth(2).waitFor();
  const statistics = await measured.page
    .workers()[0]
    ?.evaluate(() => performance.getEntriesByName('statistics').at(-1)?.duration ?? 0);
  const path = times?.find(({ name }) => name === 'critical path')?.duration ?? 0;
  report({
    name: '100,000 spans, a chain 10,000 deep: critical path, statistics',
    value: path + (statistics ?? 0),
    unit: 'ms',
    atMost: 300,
    note: `in the worker; path ${path.toFixed(0)} ms`,
  });
  await measured.close();
};

const liveSearch = async (browser: Browser, ui: string, otlp: string): Promise<void> => {
  const measured = await MeasuredPage.open(browser);
  const { page } = measured;
  await page.goto(`${ui}/search?live=1&limit=20`);
  await page.getByText('live', { exact: true }).waitFor();
  const delays: number[] = [];
  for (let i = 0; i < 20; i++) {
    const name = `live-${i}`;
    const now = BigInt(Date.now()) * 1_000_000n;
    const span = {
      traceId: (i + 1).toString(16).padStart(32, '7'),
      spanId: 'aaaaaaaaaaaaaaaa',
      name,
      startTimeUnixNano: String(now),
      endTimeUnixNano: String(now + 1_000_000n),
      status: {},
    };
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'bench-live' } }] };
    await send(otlp, JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }));
    const acknowledged = performance.now();
    await page.getByText(name, { exact: true }).first().waitFor();
    delays.push(performance.now() - acknowledged);
  }
  report({
    name: 'span acknowledged to visible in live search',
    value: median(delays),
    unit: 'ms',
    atMost: 300,
    note: `longest ${Math.max(...delays).toFixed(0)} ms`,
  });
  await measured.close();
};

/** Downloads the report of a trace, and measures from the navigation to the file until the first rows of its waterfall. */
const reportFromFile = async (browser: Browser, ui: string, { traceId }: LargeTrace): Promise<void> => {
  const measured = await MeasuredPage.open(browser);
  const { page } = measured;
  await page.goto(`${ui}/trace/${traceId}`);
  await page.getByRole('button', { name: 'Trace actions' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download report' }).click(),
  ]);
  const file = join(folder, 'report.html');
  await download.saveAs(file);
  await measured.close();
  const opened: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const fresh = await MeasuredPage.open(browser);
    const start = performance.now();
    await fresh.page.goto(pathToFileURL(file).href);
    await fresh.page.getByRole('treeitem').first().waitFor();
    opened.push(performance.now() - start);
    await fresh.close();
  }
  report({
    name: '10,000 spans: report from a file to waterfall',
    value: median(opened),
    unit: 'ms',
    atMost: 1_000,
    note: `${((await stat(file)).size / 1e6).toFixed(1)} MB`,
  });
};

const folder = await mkdtemp(join(tmpdir(), 'lantern-ui-bench-'));
const lantern = new ManagedProcess({
  name: 'lantern',
  args: [join('dist', 'main.js')],
  cwd: fileURLToPath(new URL('../../../lantern', import.meta.url)),
  env: Object.fromEntries(
    ['JAEGER', 'OTLP', 'OTLP_GRPC', 'LOKI', 'PROMETHEUS', 'SAMPLING'].map((name) => [
      `LANTERN_${name}_PORT`,
      '0',
    ]),
  ),
  logFile: join(folder, 'lantern.log'),
});
const server = await launchChromium();
try {
  const { jaeger: ui = '', otlp = '' } = await lantern.ready;
  const browser = await chromium.connect(server.wsEndpoint());
  for (const trace of [TEN_THOUSAND, HUNDRED_THOUSAND]) {
    for (const body of exportRequests(trace)) await send(otlp, body);
  }
  print(
    `UI in Chromium ${browser.version()}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1) ?? '?'} before`,
  );
  await firstLoad(browser, ui);
  await largeTrace(browser, ui, TEN_THOUSAND, 500);
  await reportFromFile(browser, ui, TEN_THOUSAND);
  await largeTrace(browser, ui, HUNDRED_THOUSAND, 3_000);
  await analysis(browser, ui);
  await liveSearch(browser, ui, otlp);
  print(missed === 0 ? 'All goals reached.' : `${missed} goals missed.`);
} finally {
  await server.close();
  await lantern.stop();
  await rm(folder, { recursive: true, force: true });
}
