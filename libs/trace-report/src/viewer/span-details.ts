import type { KeyValueJson, SpanEventJson } from '@lantern/otlp/json';
import { formatNanos } from '@lantern/telemetry-model';
import { element, foreign, type Content } from './element.js';
import { lineList } from './line-list.js';
import { valueText } from './span-value.js';
import type { ViewedTrace } from './viewed-trace.js';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES = ['unset', 'OK', 'ERROR'];

/** Everything that the report knows about one span. */
export const spanDetails = (trace: ViewedTrace, row: number, onOpen: (row: number) => void): HTMLElement => {
  const viewed = trace.spans[row];
  if (viewed === undefined) {
    return element(
      'aside',
      { className: 'details faint' },
      'Select a span to see its attributes, events and log lines.',
    );
  }
  const { span, scope, group } = viewed;
  const { message = '' } = span.status;
  const lines = trace.linesOfSpan.get(span.spanId) ?? [];
  return element(
    'aside',
    { className: 'details', attributes: { 'aria-label': 'Span' } },
    element('h2', {}, foreign(trace.service(row)), ' ', foreign(trace.name(row))),
    fieldTable([
      ['Duration', formatNanos(trace.duration(row))],
      ['Start', `${formatNanos(trace.data.rows.start[row] ?? 0)} after the start of the trace`],
      ['Kind', KINDS[span.kind ?? 0] ?? String(span.kind)],
      [
        'Status',
        `${STATUSES[span.status.code ?? 0] ?? String(span.status.code)}${message === '' ? '' : `: ${message}`}`,
      ],
      ['Span ID', span.spanId],
      ...(span.parentSpanId === undefined ? [] : [['Parent span ID', span.parentSpanId] as const]),
      ...(span.traceState === undefined ? [] : [['Trace state', span.traceState] as const]),
    ]),
    section('Attributes', attributeTable(span.attributes), span.droppedAttributesCount),
    section(
      'Events',
      (span.events ?? []).map((event) => eventBlock(event, trace.data.rows.startUnixNano)),
      span.droppedEventsCount,
    ),
    section('Log lines', lines.length === 0 ? [] : [lineList(trace, lines, onOpen)]),
    section(
      'Links',
      (span.links ?? []).map((link) =>
        element(
          'div',
          {},
          fieldTable([
            ['Trace ID', link.traceId],
            ['Span ID', link.spanId],
          ]),
          ...attributeTable(link.attributes),
        ),
      ),
      span.droppedLinksCount,
    ),
    section('Resource', attributeTable(group.resource.attributes)),
    section(
      'Scope',
      scope.scope.name === undefined
        ? []
        : [
            fieldTable([
              ['Name', scope.scope.name],
              ['Version', scope.scope.version ?? ''],
            ]),
            ...attributeTable(scope.scope.attributes),
          ],
    ),
  );
};

const section = (title: string, content: readonly Content[], dropped = 0): HTMLElement | undefined =>
  content.length === 0 && dropped === 0
    ? undefined
    : element(
        'section',
        {},
        element('h3', {}, title),
        ...content,
        dropped === 0
          ? undefined
          : element('p', { className: 'faint' }, `The sender dropped ${dropped} more.`),
      );

const attributeTable = (attributes: readonly KeyValueJson[] = []): HTMLElement[] =>
  attributes.length === 0 ? [] : [fieldTable(attributes.map(({ key, value }) => [key, valueText(value)]))];

const fieldTable = (fields: readonly (readonly [key: string, value: string])[]): HTMLElement =>
  element(
    'table',
    {},
    element(
      'tbody',
      {},
      ...fields.map(([key, value]) =>
        element(
          'tr',
          {},
          element('th', { attributes: { scope: 'row' } }, foreign(key)),
          element('td', {}, foreign(value)),
        ),
      ),
    ),
  );

const eventBlock = (
  { name = '', timeUnixNano = '0', attributes }: SpanEventJson,
  start: string,
): HTMLElement =>
  element(
    'div',
    {},
    element(
      'p',
      {},
      foreign(name),
      ` ${formatNanos(Number(BigInt(timeUnixNano) - BigInt(start)))} after the start`,
    ),
    ...attributeTable(attributes),
  );
