import { chromium, type Browser, type Page } from 'playwright-core';

/** Connects to the browser that all suites share. Closing it only ends the connection. */
export const connectBrowser = async (): Promise<Browser> => {
  const endpoint = process.env.CHROMIUM_ENDPOINT;
  if (endpoint === undefined)
    throw new Error('CHROMIUM_ENDPOINT is not set: run the suite through `nx e2e`.');
  return chromium.connect(endpoint);
};

/** Page with the errors that it has thrown or logged so far. */
export interface WatchedPage {
  readonly page: Page;
  readonly faults: readonly string[];
}

/** Opens a page with reduced motion, so that it renders its final state at once. */
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

/** Switches to the dark color scheme and waits until the page has applied it. */
export const darken = async (page: Page): Promise<void> => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
};
