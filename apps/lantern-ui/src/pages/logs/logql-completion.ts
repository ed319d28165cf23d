import { logqlTokens, STAGES, type LogqlToken } from './logql-tokens.js';

/** Kind of completion at a position. `from` is the start of the word that it replaces. */
export type Expected = { readonly from: number } & (
  | { readonly what: 'query' }
  | { readonly what: 'label' }
  | { readonly what: 'label-operator' }
  | {
      readonly what: 'label-value';
      readonly label: string;
      /** Selector of the other matchers, which narrows the values. Empty if there are none. */
      readonly selector: string;
      /** Quote to insert around the value. Empty if the query has it. */
      readonly open: '"' | '';
      readonly close: '"' | '';
    }
  /** After a pipe: a stage, or a field to filter by. */
  | { readonly what: 'stage'; readonly selector: string }
  /** After the selector or a stage: a filter or a pipe. */
  | { readonly what: 'filter' }
  /** In `by (…)`: labels and fields. */
  | { readonly what: 'group'; readonly selector: string }
);

export const LINE_FILTERS = [
  { label: '|= ""', detail: 'line contains' },
  { label: '!= ""', detail: 'line does not contain' },
  { label: '|~ ""', detail: 'line matches a pattern' },
  { label: '!~ ""', detail: 'line does not match' },
  { label: '| ', detail: 'parse, filter by field, format' },
] as const;

export const STAGE_DETAILS: Readonly<Record<(typeof STAGES)[number], string>> = {
  json: 'fields of a JSON line',
  logfmt: 'fields of a key=value line',
  pattern: 'fields by a pattern',
  regexp: 'fields by named groups of a regular expression',
  unpack: 'labels packed by Promtail',
  line_format: 'rewrite the line',
  label_format: 'rename or set labels',
  unwrap: 'label whose value is aggregated',
  drop: 'drop these labels',
  keep: 'keep only these labels',
  decolorize: 'remove color codes',
};

export const FUNCTIONS = [
  { label: 'count_over_time', detail: 'lines per window' },
  { label: 'rate', detail: 'lines per second' },
  { label: 'bytes_rate', detail: 'bytes per second' },
  { label: 'bytes_over_time', detail: 'bytes per window' },
  { label: 'quantile_over_time', detail: 'quantile of unwrapped values' },
  { label: 'avg_over_time', detail: 'mean of unwrapped values' },
  { label: 'max_over_time', detail: 'maximum of unwrapped values' },
  { label: 'min_over_time', detail: 'minimum of unwrapped values' },
  { label: 'sum_over_time', detail: 'sum of unwrapped values' },
  { label: 'absent_over_time', detail: '1 if there is no line' },
  { label: 'sum', detail: 'over series' },
  { label: 'avg', detail: 'over series' },
  { label: 'max', detail: 'over series' },
  { label: 'min', detail: 'over series' },
  { label: 'count', detail: 'of series' },
  { label: 'topk', detail: 'largest series' },
  { label: 'bottomk', detail: 'smallest series' },
] as const;

/** Returns the kind of completion at `position`. Undefined inside strings, comments and numbers. */
export const expectedAt = (query: string, position: number): Expected | undefined => {
  const before = logqlTokens(query.slice(0, position));
  const last = before.at(-1);
  const touching = last?.end === position ? last : undefined;
  if (touching?.kind === 'comment' || touching?.kind === 'number' || touching?.kind === 'range')
    return undefined;

  const isWord = touching?.kind === 'name' || touching?.kind === 'keyword' || touching?.kind === 'function';
  const from = isWord ? touching.start : position;
  const context = isWord || touching?.kind === 'string' ? before.slice(0, -1) : before;
  const open = openBracket(context);

  if (open?.text === '{') return inSelector(query, context, touching, position, from);
  if (touching?.kind === 'string') return undefined;
  if (open?.text === '(' && isGrouping(context, open))
    return { what: 'group', from, selector: firstSelector(query) };

  const previous = context.at(-1);
  if (previous?.text === '|') return { what: 'stage', from, selector: firstSelector(query) };
  if (previous === undefined || previous.text === '(') return { what: 'query', from };
  const endsStage =
    ['}', ')'].includes(previous.text) || ['string', 'name', 'keyword'].includes(previous.kind);
  return endsStage && !isWord && context.some(({ text }) => text === '}')
    ? { what: 'filter', from }
    : undefined;
};

const inSelector = (
  query: string,
  context: readonly LogqlToken[],
  touching: LogqlToken | undefined,
  position: number,
  from: number,
): Expected | undefined => {
  const previous = context.at(-1);
  if (previous?.text === '{' || previous?.text === ',') {
    return touching?.kind === 'string' ? undefined : { what: 'label', from };
  }
  if (previous?.kind === 'name' || previous?.kind === 'function' || previous?.kind === 'keyword') {
    return { what: 'label-operator', from };
  }
  const label = context.at(-2)?.text ?? '';
  if (previous?.kind !== 'operator' || label === '') return undefined;
  const isQuoted = touching?.kind === 'string' && touching.isOpen;
  if (touching?.kind === 'string' && !isQuoted) return undefined;
  return {
    what: 'label-value',
    from: isQuoted ? touching.start + 1 : from,
    label,
    selector: otherMatchers(context),
    open: isQuoted ? '' : '"',
    close: /^["`]/.test(query.slice(position)) ? '' : '"',
  };
};

/** Returns the innermost open bracket. */
const openBracket = (tokens: readonly LogqlToken[]): LogqlToken | undefined => {
  const open: LogqlToken[] = [];
  for (const token of tokens) {
    if (token.text === '{' || token.text === '(') open.push(token);
    else if (token.text === '}' || token.text === ')') open.pop();
  }
  return open.at(-1);
};

const isGrouping = (tokens: readonly LogqlToken[], open: LogqlToken): boolean =>
  ['by', 'without'].includes(tokens[tokens.indexOf(open) - 1]?.text ?? '');

/** Returns the complete matchers before the one at the cursor. */
const otherMatchers = (context: readonly LogqlToken[]): string => {
  const begin = context.findLastIndex(({ text }) => text === '{');
  const matchers: string[] = [];
  for (let index = begin + 1; index + 2 < context.length; index += 4) {
    const [label, operator, value] = context.slice(index, index + 3);
    if (value?.kind === 'string') matchers.push(`${label?.text}${operator?.text}${value.text}`);
  }
  return matchers.length === 0 ? '' : `{${matchers.join(', ')}}`;
};

/** Returns the first complete `{…}` of a query. Empty if there is none. */
export const firstSelector = (query: string): string => {
  const tokens = logqlTokens(query);
  const begin = tokens.find(({ text }) => text === '{');
  const end = tokens.find(({ text, start }) => text === '}' && begin !== undefined && start > begin.start);
  return begin === undefined || end === undefined ? '' : query.slice(begin.start, end.end);
};
