import { attributeText, formatNanos, type Attributes } from '@lantern/telemetry-model';
import { maskSecrets } from '../sensitive/secrets.js';
import { isSecretName } from '../sensitive/secret-names.js';
import type { TraceFacts } from '../trace-facts.js';
import { DEFAULT_LIMIT, Explanation, type ExplainOptions } from './explanation.js';
import { linkTo, nameOf, oneLine } from './span-text.js';

export interface ReadSpanOptions extends ExplainOptions {
  /** Key of the attribute to read in full; a summary of the whole span without it. */
  readonly field?: string | undefined;
  /** First character of the value to read. */
  readonly offset?: number | undefined;
}

/** Maximum length of a value in the summary of a span. */
const MAX_VALUE = 200;

/** Returns the fields of one span as text, or one of its attributes from an offset. */
export const readSpan = (facts: TraceFacts, row: number, options: ReadSpanOptions = {}): string => {
  const found = facts.spans[row];
  if (found === undefined) return `Trace ${facts.traceId} has no such span.`;
  const { span, resource, scope } = found;
  if (options.field !== undefined) return readField(facts, row, options.field, options);
  const text = new Explanation(options);
  const { code, message } = span.status;
  text.add(
    `Span ${span.spanId}: ${nameOf(facts, row)}, ${formatNanos(facts.duration(row))}, ${formatNanos(facts.start(row))} after the start of trace ${facts.traceId}.`,
    `Open: ${linkTo(facts, options.baseUrl ?? '', row)}`,
    `Status: ${['unset', 'ok', 'error'][code] ?? code}${message === '' ? '' : `, ${oneLine(message, 300)}`}`,
  );
  text.addList('Attributes:', attributeLines(span.attributes), 'attributes');
  for (const event of span.events) {
    text.addList(
      `Event ${oneLine(event.name)} at ${formatNanos(Number(event.timeUnixNano - facts.table.startUnixNano))}:`,
      attributeLines(event.attributes),
      'attributes of events',
    );
  }
  text.addList(
    'Links:',
    span.links.map(({ traceId, spanId }) => `- trace ${traceId} span ${spanId}`),
    'links',
  );
  text.addList('Resource:', attributeLines(resource.attributes), 'attributes of the resource');
  if (scope.name !== '') text.add('', `Scope: ${oneLine(scope.name)} ${oneLine(scope.version)}`.trim());
  return text.finish('Read a value in full with its key as `field`.');
};

const attributeLines = (attributes: Attributes): string[] =>
  attributes.map(({ key, value }) => {
    const text = isSecretName(key) ? '***' : attributeText(value);
    return `- ${oneLine(key)} = ${oneLine(text, MAX_VALUE)}${text.length > MAX_VALUE ? ` (${text.length} characters)` : ''}`;
  });

const readField = (
  facts: TraceFacts,
  row: number,
  field: string,
  { offset = 0, limit = DEFAULT_LIMIT }: ReadSpanOptions,
): string => {
  const found = facts.spans[row];
  const attributes = [
    ...(found?.span.attributes ?? []),
    ...(found?.span.events.flatMap((event) => event.attributes) ?? []),
    ...(found?.resource.attributes ?? []),
  ];
  const attribute = attributes.find(({ key }) => key === field);
  if (attribute === undefined) {
    const keys = [...new Set(attributes.map(({ key }) => key))].slice(0, 50);
    return oneLine(`The span has no attribute ${field}. It has: ${keys.join(', ')}`, limit);
  }
  const value = isSecretName(field) ? '***' : maskSecrets(attributeText(attribute.value));
  const end = Math.min(value.length, offset + Math.max(100, limit - 100));
  const rest = value.length - end;
  return `${value.slice(offset, end)}${rest > 0 ? `\n… ${rest} more characters: read on with offset ${end}.` : ''}`;
};
