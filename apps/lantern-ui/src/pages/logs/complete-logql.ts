import type {
  Completion,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';
import type { QueryClient } from '@tanstack/react-query';
import { fieldsQuery, labelNamesQuery, labelValuesQuery } from '../../api/loki.js';
import { expectedAt, FUNCTIONS, LINE_FILTERS, STAGE_DETAILS, type Expected } from './logql-completion.js';

/** Completion source for syntax, labels, label values and fields of lines. */
export const completeLogql =
  (client: QueryClient): CompletionSource =>
  async ({ state, pos, explicit }: CompletionContext): Promise<CompletionResult | null> => {
    const expected = expectedAt(state.doc.toString(), pos);
    if (expected === undefined || (expected.what === 'filter' && !explicit)) return null;
    try {
      return { from: expected.from, options: await optionsFor(client, expected) };
    } catch {
      // Running the query will report that Lantern does not answer.
      return null;
    }
  };

const optionsFor = async (client: QueryClient, expected: Expected): Promise<Completion[]> => {
  switch (expected.what) {
    case 'query':
      return [
        { label: '{', apply: '{', detail: 'select streams', boost: 2 },
        ...FUNCTIONS.map(({ label, detail }) => ({ label, detail, apply: `${label}(`, type: 'function' })),
      ];
    case 'label':
      return (await client.query(labelNamesQuery())).map((label) => ({
        label,
        apply: `${label}=`,
        type: 'label',
      }));
    case 'label-operator':
      return ['=', '!=', '=~', '!~'].map((label) => ({ label }));
    case 'label-value': {
      const values = await client.query(labelValuesQuery(expected.label, expected.selector));
      return values.map((value) => ({
        label: value,
        apply: `${expected.open}${JSON.stringify(value).slice(1, -1)}${expected.close}`,
      }));
    }
    case 'stage':
      return [
        ...Object.entries(STAGE_DETAILS).map(([label, detail]) => ({ label, detail, boost: 1 })),
        ...(await fieldOptions(client, expected.selector)),
      ];
    case 'group': {
      const labels = await client.query(labelNamesQuery());
      return [...labels.map((label) => ({ label })), ...(await fieldOptions(client, expected.selector))];
    }
    case 'filter':
      return LINE_FILTERS.map(({ label, detail }) => ({ label, detail }));
  }
};

const fieldOptions = async (client: QueryClient, selector: string): Promise<Completion[]> => {
  if (selector === '') return [];
  const fields = await client.query(fieldsQuery(selector));
  return fields.map(({ name, type, parser }) => ({
    label: name,
    detail: parser === undefined ? type : `${type}, after ${parser}`,
  }));
};
