import { chromium, type Browser, type Page } from 'playwright-core';

/** The browser that all suites share; closing it only ends this suite's connection. */
export const connectBrowser = async (): Promise<Browser> => {
  const endpoint = process.env.CHROMIUM_ENDPOINT;
  if (endpoint === undefined)
    throw new Error('CHROMIUM_ENDPOINT is not set: run the suite through `nx e2e`.');
  return chromium.connect(endpoint);
};

/** A page, and the errors that it has thrown or written to its console so far. */
export interface WatchedPage {
  readonly page: Page;
  readonly faults: readonly string[];
}

/** A page of a reader who wants no animations: it shows at once what it will show. */
export const openPage = async (
  browser: Browser,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<WatchedPage> => {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return { page, faults };
};

/** Night falls while the page is open; fulfils once the page has its dark colours. */
export const darken = async (page: Page): Promise<void> => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
};
