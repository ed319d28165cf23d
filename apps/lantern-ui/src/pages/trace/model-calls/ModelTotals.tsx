import { costOf } from '@lantern/trace-analysis';
import { IconSparkles } from '@tabler/icons-react';
import type { ModelUsage } from '../../../api/trace/trace-api.js';
import { formatCount, formatCounted } from '../../../shared/format/count.js';
import { visibleText } from '../../../shared/visible-text.js';
import header from '../TraceHeader.module.css';
import { formatCost } from './cost.js';
import { useModelPrices } from './use-model-prices.js';

/** Maximum number of models that are shown by name. */
const MOST_NAMED = 3;

/** Line of the summary: calls of models with their tokens and cost. */
export const ModelTotals = ({ usage }: { readonly usage: readonly ModelUsage[] }) => {
  const { prices } = useModelPrices();
  if (usage.length === 0) return undefined;
  const sum = (of: (each: ModelUsage) => number): number =>
    usage.reduce((total, each) => total + of(each), 0);
  const costs = usage.map((each) => costOf(each, prices));
  const known = costs.filter((cost) => cost !== undefined);
  const names = usage.map(({ model }) => model || 'unknown model');
  const named = names.slice(0, MOST_NAMED).join(', ') + (names.length > MOST_NAMED ? ', …' : '');
  return (
    <li className={header.answer}>
      <IconSparkles size={15} stroke={1.75} aria-hidden />
      <span>
        {formatCounted(
          sum(({ calls }) => calls),
          'model call',
        )}{' '}
        (<bdi>{visibleText(named)}</bdi>): {formatCount(sum(({ inputTokens }) => inputTokens))} tokens in,{' '}
        {formatCount(sum(({ outputTokens }) => outputTokens))} out
        {known.length > 0 &&
          `, ${known.length < costs.length ? 'at least ' : ''}${formatCost(known.reduce((a, b) => a + b, 0))}`}
      </span>
    </li>
  );
};
