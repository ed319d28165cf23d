import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

/**
 * Returns the selectors of an expression.
 *
 * @throws Error with the position if the expression is not valid PromQL.
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

/** Replaces Grafana's variables by example values, as Grafana does before a query. */
export const withoutVariables = (expression: string): string =>
  expression
    .replaceAll(/\$__(?:rate_interval|interval|range)/g, '5m')
    .replaceAll(/\$\$?__tags/g, 'http_route="/orders"')
    .replaceAll(/\$\w+/g, 'x');
