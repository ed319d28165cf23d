import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Rules of WCAG 2.2, levels A and AA. */
const WCAG_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Audits the current page with axe. Returns a line for each violation: rule, element and reason. */
export const audit = async (page: Page): Promise<string[]> => {
  // Outdated figures are dimmed until new ones arrive; the audit is about the latter.
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
