import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

/**
 * The selectors of an expression.
 *
 * @throws Error with the place when the expression is no PromQL
 */
export const selectorsOf = (expression: string): Selector[] => {
  const selectors: { metric: string; labels: string[] }[] = [];
  parser.parse(expression).iterate({
    enter(node) {
      const text = expression.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`No PromQL at character ${node.from}: ${expression}`);
      if (node.name === 'VectorSelector')
        selectors.push({ metric: /^[\w:]*/.exec(text)?.[0] ?? '', labels: [] });
      if (node.name === 'LabelName' && node.matchContext(['UnquotedLabelMatcher'])) {
        selectors.at(-1)?.labels.push(text);
      }
    },
  });
  return selectors;
};

/** Grafana puts times and chosen values in place of its variables before it asks. */
export const withoutVariables = (expression: string): string =>
  expression
    .replaceAll(/\$__(?:rate_interval|interval|range)/g, '5m')
    .replaceAll(/\$\$?__tags/g, 'http_route="/orders"')
    .replaceAll(/\$\w+/g, 'x');
