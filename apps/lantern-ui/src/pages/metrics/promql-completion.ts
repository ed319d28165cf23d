import { promqlTokens, type PromqlToken } from './promql-tokens.js';

/** Kind of completion at a position. `from` is the start of the word that it replaces. */
export type Expected = { readonly from: number } & (
  | { readonly what: 'expression' }
  /** Label of a matcher, or in `by (…)`. */
  | { readonly what: 'label'; readonly selector: string; readonly isMatcher: boolean }
  | {
      readonly what: 'label-value';
      readonly label: string;
      /** Selector of the metric and the other matchers, which narrows the values. Empty if there are none. */
      readonly selector: string;
      /** Quote to insert around the value. Empty if the query has it. */
      readonly open: '"' | '';
      readonly close: '"' | '';
    }
  /** In `[…]`. */
  | { readonly what: 'duration' }
);

export const DURATIONS = ['1m', '5m', '15m', '1h', '6h', '1d'] as const;

/** Functions with what they return; the others are documented by Prometheus. */
export const FUNCTIONS = [
  { label: 'rate', detail: 'increase per second' },
  { label: 'increase', detail: 'increase over the range' },
  { label: 'irate', detail: 'increase per second, of the last two samples' },
  { label: 'histogram_quantile', detail: 'percentile of a histogram' },
  { label: 'histogram_avg', detail: 'mean of a native histogram' },
  { label: 'histogram_count', detail: 'observations of a native histogram' },
  { label: 'histogram_sum', detail: 'sum of a native histogram' },
  { label: 'histogram_fraction', detail: 'share of observations between two values' },
  { label: 'avg_over_time', detail: 'mean over the range' },
  { label: 'sum_over_time', detail: 'sum over the range' },
  { label: 'min_over_time', detail: 'minimum over the range' },
  { label: 'max_over_time', detail: 'maximum over the range' },
  { label: 'count_over_time', detail: 'samples in the range' },
  { label: 'quantile_over_time', detail: 'quantile over the range' },
  { label: 'last_over_time', detail: 'last sample of the range' },
  { label: 'present_over_time', detail: '1 if there is a sample' },
  { label: 'absent_over_time', detail: '1 if there is no sample' },
  { label: 'stddev_over_time', detail: 'standard deviation over the range' },
  { label: 'delta', detail: 'difference of a gauge over the range' },
  { label: 'deriv', detail: 'slope of a gauge' },
  { label: 'predict_linear', detail: 'value of a gauge in the future' },
  { label: 'changes', detail: 'changes of value' },
  { label: 'resets', detail: 'resets of a counter' },
  { label: 'absent', detail: '1 if there is no series' },
  { label: 'label_replace', detail: 'set a label by a pattern' },
  { label: 'label_join', detail: 'join labels' },
  { label: 'clamp_max', detail: 'limit from above' },
  { label: 'clamp_min', detail: 'limit from below' },
  { label: 'round', detail: 'nearest multiple' },
  { label: 'abs', detail: 'absolute value' },
  { label: 'ceil', detail: 'round up' },
  { label: 'floor', detail: 'round down' },
  { label: 'sort', detail: 'ascending' },
  { label: 'sort_desc', detail: 'descending' },
  { label: 'scalar', detail: 'the value of a single series' },
  { label: 'vector', detail: 'series without labels' },
  { label: 'time', detail: 'seconds since 1970' },
  { label: 'timestamp', detail: 'time of the sample' },
] as const;

/** Returns the kind of completion at `position`. Undefined inside strings, comments and numbers. */
export const expectedAt = (query: string, position: number): Expected | undefined => {
  const before = promqlTokens(query.slice(0, position));
  const last = before.at(-1);
  const touching = last?.end === position ? last : undefined;
  if (touching?.kind === 'comment' || touching?.kind === 'number') return undefined;
  if (touching?.kind === 'range') {
    return touching.isOpen ? { what: 'duration', from: touching.start + 1 } : undefined;
  }

  const isWord = touching?.kind === 'name' || touching?.kind === 'keyword' || touching?.kind === 'function';
  const from = isWord ? touching.start : position;
  const context = isWord || touching?.kind === 'string' ? before.slice(0, -1) : before;
  const open = openBracket(context);
  if (open?.text === '{') return inSelector(query, context, touching, position, from);
  if (touching?.kind === 'string') return undefined;
  if (open?.text === '(' && isGrouping(context, open)) {
    return { what: 'label', from, selector: metricIn(query), isMatcher: false };
  }
  const previous = context.at(-1);
  const follows =
    previous === undefined || ['operator', 'keyword'].includes(previous.kind) || /^[(,]$/.test(previous.text);
  return follows ? { what: 'expression', from } : undefined;
};

const inSelector = (
  query: string,
  context: readonly PromqlToken[],
  touching: PromqlToken | undefined,
  position: number,
  from: number,
): Expected | undefined => {
  const previous = context.at(-1);
  if (previous?.text === '{' || previous?.text === ',') {
    return touching?.kind === 'string'
      ? undefined
      : { what: 'label', from, selector: selectorBefore(context), isMatcher: true };
  }
  if (previous?.kind !== 'operator') return undefined;
  const isQuoted = touching?.kind === 'string' && touching.isOpen;
  if (touching?.kind === 'string' && !isQuoted) return undefined;
  return {
    what: 'label-value',
    from: isQuoted ? touching.start + 1 : from,
    label: context.at(-2)?.text ?? '',
    selector: selectorBefore(context),
    open: isQuoted ? '' : '"',
    close: /^["'`]/.test(query.slice(position)) ? '' : '"',
  };
};

/** Returns the innermost open bracket. */
const openBracket = (tokens: readonly PromqlToken[]): PromqlToken | undefined => {
  const open: PromqlToken[] = [];
  for (const token of tokens) {
    if (token.text === '{' || token.text === '(') open.push(token);
    else if (token.text === '}' || token.text === ')') open.pop();
  }
  return open.at(-1);
};

const isGrouping = (tokens: readonly PromqlToken[], open: PromqlToken): boolean =>
  ['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'].includes(
    tokens[tokens.indexOf(open) - 1]?.text.toLowerCase() ?? '',
  );

/** Returns the metric and the complete matchers before the one at the cursor. */
const selectorBefore = (context: readonly PromqlToken[]): string => {
  const begin = context.findLastIndex(({ text }) => text === '{');
  const metric = context[begin - 1];
  const name = metric?.kind === 'name' && metric.end === context[begin]?.start ? metric.text : '';
  const matchers: string[] = [];
  for (let index = begin + 1; index + 2 < context.length; index += 4) {
    const [label, operator, value] = context.slice(index, index + 3);
    if (value?.kind === 'string') matchers.push(`${label?.text}${operator?.text}${value.text}`);
  }
  return matchers.length === 0 ? name : `${name}{${matchers.join(', ')}}`;
};

/** Returns the first metric name of a query. Empty if there is none. */
const metricIn = (query: string): string => {
  const tokens = promqlTokens(query);
  let braces = 0;
  let groups = 0;
  for (const [index, { kind, text }] of tokens.entries()) {
    if (text === '{') braces++;
    else if (text === '}') braces--;
    else if (groups > 0 && text === ')') groups--;
    else if (text === '(' && tokens[index - 1]?.kind === 'keyword') groups++;
    else if (kind === 'name' && braces === 0 && groups === 0) return text;
  }
  return '';
};
