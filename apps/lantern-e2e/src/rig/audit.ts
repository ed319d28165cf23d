import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** The rules of WCAG 2.2, levels A and AA. */
const WCAG_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * What an automatic audit finds wrong with the page as it stands, a line for each element: the rule, the element, and
 * why it fails. Empty when there is nothing.
 */
export const audit = async (page: Page): Promise<string[]> => {
  // Old figures are pale until the new ones are there: what is judged is what is to be read.
  await page.locator('[data-stale=true]').waitFor({ state: 'detached' });
  await page.evaluate(axe.source);
  const options = { runOnly: { type: 'tag', values: WCAG_AA } };
  const { violations } = await page.evaluate<Pick<axe.AxeResults, 'violations'>>(
    `axe.run(document, ${JSON.stringify(options)})`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')} – ${failureSummary}`),
  );
};
