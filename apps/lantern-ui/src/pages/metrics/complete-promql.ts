import type {
  Completion,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';
import type { QueryClient } from '@tanstack/react-query';
import {
  metricsQuery,
  seriesLabelsQuery,
  seriesLabelValuesQuery,
  type Metric,
} from '../../api/prometheus.js';
import { DURATIONS, expectedAt, FUNCTIONS, type Expected } from './promql-completion.js';
import { AGGREGATIONS } from './promql-tokens.js';

/** Completion source for functions, metrics, labels and label values. */
export const completePromql =
  (client: QueryClient): CompletionSource =>
  async ({ state, pos }: CompletionContext): Promise<CompletionResult | null> => {
    const expected = expectedAt(state.doc.toString(), pos);
    if (expected === undefined) return null;
    try {
      return { from: expected.from, options: await optionsFor(client, expected), validFor: /^[\w:]*$/ };
    } catch {
      // Running the query will report that Lantern does not answer.
      return null;
    }
  };

const optionsFor = async (client: QueryClient, expected: Expected): Promise<Completion[]> => {
  switch (expected.what) {
    case 'expression':
      return [
        ...(await client.query(metricsQuery())).map(metricOption),
        ...AGGREGATIONS.map((label) => ({ label, apply: `${label}(`, detail: 'over series', boost: -1 })),
        ...FUNCTIONS.map(({ label, detail }) => ({ label, detail, apply: `${label}(`, boost: -1 })),
      ];
    case 'label': {
      const labels = await client.query(seriesLabelsQuery(expected.selector));
      return labels.map((label) => ({ label, apply: expected.isMatcher ? `${label}=` : label }));
    }
    case 'label-value': {
      const values = await client.query(seriesLabelValuesQuery(expected.label, expected.selector));
      return values.map((value) => ({
        label: value,
        apply: `${expected.open}${JSON.stringify(value).slice(1, -1)}${expected.close}`,
      }));
    }
    case 'duration':
      return DURATIONS.map((label) => ({ label, apply: `${label}]` }));
  }
};

const metricOption = ({ name, type, unit, help }: Metric): Completion => ({
  label: name,
  detail: [type, unit].filter((part) => part !== '').join(', '),
  ...(help === '' ? {} : { info: help }),
});
