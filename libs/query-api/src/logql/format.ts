import { goQuote } from '../go/quote.js';
import type { LabelFilter, LogqlExpr, Matcher, Stage } from './ast.js';

/** The query in its usual form: parsing the result gives the same tree again. */
export const formatLogql = ({ matchers, stages }: LogqlExpr): string =>
  [formatSelector(matchers), ...stages.map(formatStage)].join(' ');

export const formatSelector = (matchers: readonly Matcher[]): string =>
  `{${matchers.map(formatMatcher).join(', ')}}`;

const formatMatcher = ({ name, operator, value }: Matcher): string => `${name}${operator}${goQuote(value)}`;

const formatStage = (stage: Stage): string => {
  switch (stage.kind) {
    case 'line-filter':
      return `${stage.operator} ${stage.texts.map(goQuote).join(' or ')}`;
    case 'label-filter':
      return `| ${formatLabelFilter(stage.filter)}`;
  }
};

/** Every combination in parentheses but the outermost, so that none depends on precedence. */
const formatLabelFilter = (filter: LabelFilter, nested = false): string => {
  if (filter.kind === 'comparison') return formatMatcher(filter.matcher);
  const sides = [filter.left, filter.right].map((side) => formatLabelFilter(side, true));
  const text = sides.join(` ${filter.kind} `);
  return nested ? `(${text})` : text;
};
