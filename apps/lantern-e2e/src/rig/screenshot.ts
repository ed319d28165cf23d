import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { FAULTS } from './faults.js';

/** Images that the documentation shows. `LANTERN_UPDATE_IMAGES=1` updates them. */
const documented = new Set([
  ...['search', 'dependencies', 'trace', 'trace-dark', 'detections', 'detections-marked', 'differences'],
  ...['report', 'model-call'],
  ...Object.keys(FAULTS).map((kind) => `detection-${kind}`),
  ...['tutorial-order', 'tutorial-slow-order', 'tutorial-service', 'tutorial-span', 'tutorial-log-line'],
]);

const documentation = new URL('../../../../docs/images', import.meta.url);
const scratch = new URL('../../test-results/images', import.meta.url);

const workspace = fileURLToPath(new URL('../../../..', import.meta.url));

/** Replaces the path of this workspace in the page's texts, such as stack traces, so that no picture shows it. */
const hideWorkspace = (page: Page): Promise<void> =>
  page.evaluate(`{
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data } = texts.currentNode;
      if (data.includes(${JSON.stringify(workspace)})) {
        texts.currentNode.data = data.replaceAll(${JSON.stringify(workspace)}, '/home/ada/lantern/');
      }
    }
  }`);

export const screenshot = async (page: Page, name: string): Promise<void> => {
  const isAskedFor = process.env.LANTERN_UPDATE_IMAGES === '1' && documented.has(name);
  const folder = fileURLToPath(isAskedFor ? documentation : scratch);
  mkdirSync(folder, { recursive: true });
  if (isAskedFor) await hideWorkspace(page);
  await page.screenshot({ path: join(folder, `${name}.png`) });
};
