import { BadRequest, goQuote } from '@lantern/query-api';
import { formatSelector, type LogqlExpr, type Matcher } from '@lantern/query-api/logql';
import type { LogStore } from '@lantern/telemetry-store';

/** Names that people look for as labels, and that are structured metadata instead. */
const METADATA_NAME = /^(?:trace|span|correlation)_?id$/i;

/**
 * `{trace_id="…"}` finds nothing, because the id of a trace is no label of a stream. Rather than an empty
 * list, the answer says how to ask for it; Grafana shows that text.
 *
 * @throws {BadRequest} unless some stream does have such a label
 */
export const refuseMetadataAsLabel = async (store: LogStore, expression: LogqlExpr): Promise<void> => {
  for (const matchers of selectorsOf(expression)) await refuseIn(store, matchers);
};

const selectorsOf = (expression: LogqlExpr): (readonly Matcher[])[] => {
  switch (expression.kind) {
    case 'log':
      return [expression.matchers];
    case 'range-aggregation':
      return [expression.log.matchers];
    case 'vector-aggregation':
    case 'label-replace':
      return selectorsOf(expression.operand);
    case 'binary':
      return [...selectorsOf(expression.left), ...selectorsOf(expression.right)];
    default:
      return [];
  }
};

const refuseIn = async (store: LogStore, matchers: readonly Matcher[]): Promise<void> => {
  const mistaken = matchers.find(({ name }) => METADATA_NAME.test(name));
  if (mistaken === undefined) return;
  const { name, operator, value } = mistaken;
  const everything = { startUnixNano: 0n, endUnixNano: 1n << 63n };
  const bearers = await store.series({
    matchers: [{ name, matches: (text) => text !== '' }],
    range: everything,
  });
  if (bearers.length > 0) return;
  const others = matchers.filter((matcher) => matcher !== mistaken);
  const selector = formatSelector(
    others.length > 0 ? others : [{ name: 'service_name', operator: '=~', value: '.+' }],
  );
  throw new BadRequest(
    `no stream has the label ${goQuote(name)}: it is structured metadata of the lines. ` +
      `Ask for it behind the selector: ${selector} | ${name}${operator}${goQuote(value)}`,
  );
};
