import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

/** The pictures of the documentation, where `LANTERN_UPDATE_IMAGES=1` asks for new ones; else a scratch folder. */
const folder = fileURLToPath(
  process.env.LANTERN_UPDATE_IMAGES === '1'
    ? new URL('../../../../docs/images', import.meta.url)
    : new URL('../../test-results/images', import.meta.url),
);

export const screenshot = async (page: Page, name: string): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
};
