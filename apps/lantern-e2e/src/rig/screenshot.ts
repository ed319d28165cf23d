import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

/** The pictures that the documentation shows; `LANTERN_UPDATE_IMAGES=1` asks for new ones. */
const documented = new Set(['search', 'dependencies', 'trace', 'trace-dark']);

const documentation = new URL('../../../../docs/images', import.meta.url);
const scratch = new URL('../../test-results/images', import.meta.url);

export const screenshot = async (page: Page, name: string): Promise<void> => {
  const isAskedFor = process.env.LANTERN_UPDATE_IMAGES === '1' && documented.has(name);
  const folder = fileURLToPath(isAskedFor ? documentation : scratch);
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
};
