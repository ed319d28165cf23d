import type { V3AttributeKey } from '@lantern/query-api/wire';
import type { QueryClient } from '@tanstack/react-query';
import { attributeKeysQuery, attributeValuesQuery, type AttributeScope } from '../../api/attributes.js';
import { operationsQuery, servicesQuery } from '../../api/services.js';
import type { CompletionOption } from '../../shared/CompletingInput.js';
import { formatCount } from '../../shared/format/count.js';
import type { CompletionPlace } from './query/completion.js';
import {
  valuesOfField,
  FIELDS,
  readReference,
  type FieldType,
  quoted,
} from '@lantern/query-api/search-query';
import { quotedTag, type TagPlace } from './tags.js';

/** Returns the completions at a place of a query. Names and values come from the spans in `scope`. */
export const queryCompletions = async (
  client: QueryClient,
  scope: AttributeScope,
  place: CompletionPlace,
): Promise<readonly CompletionOption[]> => {
  switch (place.asksFor) {
    case 'key': {
      const keys = await client.query(attributeKeysQuery(scope));
      return matching([...fieldOptions(), ...keys.flatMap(keyOptions), ...WORDS.key], place.typed);
    }
    case 'operator':
      return matching(operatorOptions(readReference(place.key ?? '', undefined).type), place.typed);
    case 'value': {
      const { reference, type } = readReference(place.key ?? '', undefined);
      const key = 'attr' in reference ? reference.attr.key : '';
      const values = await valuesOf(client, scope, { name: place.key ?? '', key, type, typed: place.typed });
      return matching(
        values.map((option) => ({ ...option, label: option.insert, insert: `${quoted(option.insert)} ` })),
        place.typed,
      );
    }
    case 'connective':
      return matching(WORDS.connective, place.typed);
  }
};

/** Returns the completions at a place of a tag list. */
export const tagCompletions = async (
  client: QueryClient,
  scope: AttributeScope,
  place: TagPlace,
): Promise<readonly CompletionOption[]> => {
  if (place.key === undefined) {
    const keys = await client.query(attributeKeysQuery(scope));
    const options = keys.map(({ key, count }) => ({
      insert: `${key}=`,
      label: key,
      hint: formatCount(count),
    }));
    return matching(
      [{ insert: 'error=true ', label: 'error=true', hint: 'failed spans' }, ...options],
      place.typed,
    );
  }
  const values =
    place.key === 'error'
      ? [{ insert: 'true' }, { insert: 'false' }]
      : await valuesOf(client, scope, {
          name: place.key,
          key: place.key,
          type: undefined,
          typed: place.typed,
        });
  return matching(
    values.map((option) => ({ ...option, label: option.insert, insert: `${quotedTag(option.insert)} ` })),
    place.typed,
  );
};

const WORDS = {
  key: [
    { insert: 'not ', label: 'not', hint: 'negate a condition' },
    { insert: 'event(', label: 'event(', hint: 'all conditions match one event' },
  ],
  connective: [
    { insert: 'and ', label: 'and' },
    { insert: 'or ', label: 'or' },
  ],
} satisfies Record<string, CompletionOption[]>;

const fieldOptions = (): CompletionOption[] =>
  FIELDS.map(({ names: [name], means }) => ({ insert: `${name} `, label: name, hint: means }));

/** Options for a key. A key that occurs in neither spans nor resources gets the prefix of its level. */
const keyOptions = ({ key, levels, count }: V3AttributeKey): CompletionOption[] => {
  const isPlain = levels.includes('span') || levels.includes('resource');
  const names = isPlain ? [key] : levels.map((level) => `${level}.${key}`);
  return names.map((name) => ({
    // Keys that equal the name of a field are quoted to refer to the attribute.
    insert: `${FIELDS.some((field) => field.names.includes(name)) ? `"${name}"` : quoted(name)} `,
    label: name,
    hint: formatCount(count),
  }));
};

const TEXT_OPERATORS = ['=', '!=', '=~', '!~', 'in ('];
const OPERATORS: Readonly<Record<FieldType, readonly string[]>> = {
  text: TEXT_OPERATORS,
  duration: ['>', '>=', '<', '<='],
  time: ['>', '>=', '<', '<='],
  kind: ['=', '!=', 'in ('],
  status: ['=', '!='],
  count: ['>', '>=', '<', '<=', '='],
  flag: ['='],
  issue: ['=', '!=', 'in ('],
};
const MEANINGS: Readonly<Record<string, string>> = { '=~': 'matches RE2', '!~': 'does not match' };

const operatorOptions = (type: FieldType | undefined): CompletionOption[] =>
  (type === undefined ? [...TEXT_OPERATORS, '>', '>=', '<', '<=', 'exists'] : OPERATORS[type]).map(
    (operator) => ({
      insert: operator.endsWith('(') ? operator : `${operator} `,
      label: operator,
      ...(MEANINGS[operator] === undefined ? {} : { hint: MEANINGS[operator] }),
    }),
  );

interface ValueQuestion {
  readonly name: string;
  readonly key: string;
  readonly type: FieldType | undefined;
  readonly typed: string;
}

const valuesOf = async (
  client: QueryClient,
  scope: AttributeScope,
  { name, key, type, typed }: ValueQuestion,
): Promise<readonly CompletionOption[]> => {
  const plain = (values: readonly string[]) => values.map((insert) => ({ insert }));
  if (type === 'count') return plain(['1', '10', '100', '500', '1000']);
  if (type === 'duration') return plain(['10ms', '100ms', '500ms', '1s', '5s']);
  if (type !== undefined && valuesOfField(type).length > 0) return plain(valuesOfField(type));
  if (name === 'service' || name === 'root.service' || name === 'origin.service')
    return plain(await client.query(servicesQuery()));
  if (['name', 'operation', 'root', 'origin.name'].includes(name)) {
    return scope.service === '' ? [] : plain(await client.query(operationsQuery(scope.service)));
  }
  if (type !== undefined || key === '') return [];
  const values = await client.query(attributeValuesQuery(scope, key, typed));
  return values.map(({ value, count }) => ({ insert: value, hint: formatCount(count) }));
};

/** Options that start with the typed text, followed by options that contain it. */
const matching = (options: readonly CompletionOption[], typed: string): CompletionOption[] => {
  const wanted = typed.toLowerCase();
  const textOf = ({ label, insert }: CompletionOption) => (label ?? insert).toLowerCase();
  // A fully typed option needs no completion.
  const open = options.filter((option) => textOf(option) !== wanted && textOf(option).includes(wanted));
  return [
    ...open.filter((option) => textOf(option).startsWith(wanted)),
    ...open.filter((option) => !textOf(option).startsWith(wanted)),
  ];
};
