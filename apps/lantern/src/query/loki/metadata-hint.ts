import { goQuote } from '@lantern/go-syntax';
import { BadRequest } from '@lantern/query-api';
import {
  compileMatcher,
  evaluateLog,
  expressionsIn,
  formatSelector,
  type LogExpr,
  type LogqlExpr,
  type Matcher,
  type QueryControl,
} from '@lantern/logql';
import type { UnixNano } from '@lantern/telemetry-model';
import type { LogStore } from '@lantern/telemetry-store';
import { DetectedFields } from './detected-fields.js';

/** Names of structured metadata that users mistake for labels. */
const METADATA_NAME = /^(?:trace|span|correlation)_?id$/i;

/**
 * `{trace_id="…"}` finds nothing, because the id of a trace is no label of a stream. Instead of an empty
 * list, the answer has the right query; Grafana shows that text.
 *
 * @throws {BadRequest} unless some stream does have such a label
 */
export const refuseMetadataAsLabel = async (store: LogStore, expression: LogqlExpr): Promise<void> => {
  for (const matchers of selectorsOf(expression)) await refuseIn(store, matchers);
};

export interface EmptyAnswer {
  readonly expression: LogqlExpr;
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}

/** Number of the newest lines that are searched for the name. */
const SEARCHED_LINES = 500;

/** Maximum number of fields of these lines. */
const MAX_FIELDS = 1_000;

/**
 * Explains an answer that is empty because the selector asks for a label that no stream has, where structured metadata
 * of the selected lines, or a field in their JSON or logfmt, has that name: `{service="orders", level="error"}`.
 *
 * @throws {BadRequest} with the query that finds the lines; nothing when the answer is rightly empty
 */
export const explainEmptyAnswer = async (
  store: LogStore,
  { expression, startUnixNano, endUnixNano }: EmptyAnswer,
  control: QueryControl,
): Promise<void> => {
  for (const matchers of selectorsOf(expression)) {
    const mistaken: Matcher[] = [];
    for (const matcher of matchers) {
      const wantsValue = !compileMatcher(matcher)('');
      if (wantsValue && !(await isLabelOfAnyStream(store, matcher.name))) mistaken.push(matcher);
    }
    if (mistaken.length === 0) continue;
    const selector = withoutMatchers(matchers, mistaken);
    const fields = new DetectedFields(MAX_FIELDS);
    const options = { startUnixNano, endUnixNano, direction: 'backward', limit: SEARCHED_LINES } as const;
    const query: LogExpr = { kind: 'log', matchers: selector, stages: [] };
    for (const line of await evaluateLog(query, options, store, control)) fields.add(line);
    const origins = new Map(fields.list().map(({ label, parsers }) => [label, parsers?.[0] ?? METADATA]));
    const [first] = mistaken;
    const origin = origins.get(first?.name ?? '');
    if (first === undefined || origin === undefined || !mistaken.every(({ name }) => origins.has(name)))
      continue;
    const parsers = new Set(
      mistaken.map(({ name }) => origins.get(name)).filter((each) => each !== METADATA),
    );
    throw new BadRequest(
      `no stream has the label ${goQuote(first.name)}: it is ` +
        (origin === METADATA
          ? 'structured metadata of the lines. '
          : `a field in the ${origin} of the lines. `) +
        `Ask for it behind the selector: ${formatSelector(selector)}` +
        Array.from(parsers, (parser) => ` | ${parser}`).join('') +
        mistaken.map(formatFilter).join(''),
    );
  }
};

/** Origin of a name that no parser has to find. */
const METADATA = 'structured metadata';

const selectorsOf = (query: LogqlExpr): (readonly Matcher[])[] => {
  const selectors: (readonly Matcher[])[] = [];
  for (const expression of expressionsIn(query))
    if (expression.kind === 'log') selectors.push(expression.matchers);
  return selectors;
};

const refuseIn = async (store: LogStore, matchers: readonly Matcher[]): Promise<void> => {
  const mistaken = matchers.find(({ name }) => METADATA_NAME.test(name));
  if (mistaken === undefined || (await isLabelOfAnyStream(store, mistaken.name))) return;
  throw new BadRequest(
    `no stream has the label ${goQuote(mistaken.name)}: it is structured metadata of the lines. ` +
      'Ask for it behind the selector: ' +
      formatSelector(withoutMatchers(matchers, [mistaken])) +
      formatFilter(mistaken),
  );
};

const EVERYTHING = { startUnixNano: 0n, endUnixNano: 1n << 63n };

const isLabelOfAnyStream = async (store: LogStore, name: string): Promise<boolean> => {
  const bearers = await store.series({
    matchers: [{ name, matches: (text) => text !== '' }],
    range: EVERYTHING,
  });
  return bearers.length > 0;
};

/** A selector without some of its matchers. One that would select every stream names the label that each has. */
const withoutMatchers = (matchers: readonly Matcher[], left: readonly Matcher[]): readonly Matcher[] => {
  const others = matchers.filter((matcher) => !left.includes(matcher));
  return others.some((matcher) => !compileMatcher(matcher)(''))
    ? others
    : [...others, { name: 'service_name', operator: '=~', value: '.+' }];
};

const formatFilter = ({ name, operator, value }: Matcher): string => ` | ${name}${operator}${goQuote(value)}`;
