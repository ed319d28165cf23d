import { formatCount, formatCounted, formatNanos } from '@lantern/telemetry-model';
import { DETECTION_KINDS } from '../detection.js';
import { maskSecrets } from '../sensitive/secrets.js';
import type { OperationChange, RunComparison, RunSummary } from './compare-runs.js';

/** Maximum number of rows of each list. The end of the list says how many are left out. */
const MOST_ROWS = 25;

/** Formats a comparison as Markdown for a pull request. Counts come first: durations of shared machines are noisy. */
export const runMarkdown = (comparison: RunComparison): string => {
  const { a, b, operations, newEdges, lostEdges, newErrors, newDetections, goneDetections } = comparison;
  const spans = operations.filter((each) => each.spans !== 'same');
  const latencies = operations.filter((each) => each.latency !== 'same');
  const parts = [
    `## Traces of ${text(b.name)} compared with ${text(a.name)}`,
    `A: ${summary(a)}. B: ${summary(b)}.`,
    ...list(
      'New errors',
      newErrors.map(
        ({ service, operation, message, count }) =>
          `- ${code(service)} ${code(operation)}: ${text(message) || '(no message)'} (${formatCounted(count, 'span')})`,
      ),
    ),
    ...list(
      'New detections',
      newDetections.map(
        ({ kind, service, operation, count }) =>
          `- ${DETECTION_KINDS[kind].title} in ${code(service)} ${code(operation)} (${formatCounted(count, 'trace')}). ${DETECTION_KINDS[kind].advice}`,
      ),
    ),
    ...list(
      'Detections that are gone',
      goneDetections.map(
        ({ kind, service, operation }) =>
          `- ${DETECTION_KINDS[kind].title} in ${code(service)} ${code(operation)}`,
      ),
    ),
    ...list('Calls between services', [
      ...newEdges.map(
        ({ caller, callee, count }) => `- new: ${code(caller)} → ${code(callee)} (${formatCount(count)})`,
      ),
      ...lostEdges.map(
        ({ caller, callee, count }) =>
          `- lost: ${code(caller)} → ${code(callee)} (${formatCount(count)} in A)`,
      ),
    ]),
    ...table(
      'Spans per trace',
      ['Operation', 'A', 'B', 'Change'],
      spans.map((each) => [nameOf(each), perTrace(each.perTrace[0]), perTrace(each.perTrace[1]), each.spans]),
    ),
    ...table(
      'Durations (advisory)',
      ['Operation', 'p50 A', 'p50 B', 'p95 A', 'p95 B', 'Change'],
      latencies.map((each) => [
        nameOf(each),
        duration(each.p50[0]),
        duration(each.p50[1]),
        duration(each.p95[0]),
        duration(each.p95[1]),
        `${each.latency} (p = ${each.chance.toPrecision(1)})`,
      ]),
    ),
  ];
  if (parts.length === 2)
    parts.push('No differences: the same calls, errors and detections, and similar durations.');
  return `${parts.join('\n\n')}\n`;
};

const summary = ({ traces, spans, isSampled }: RunSummary): string =>
  `${formatCounted(traces, 'trace')}, ${formatCounted(spans, 'span')}${isSampled ? ' (a sample: the newest)' : ''}`;

const list = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`### ${title}`, cut(items).join('\n')];

const table = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0
    ? []
    : [
        `### ${title}`,
        [line(head), line(head.map(() => '---')), ...rows.slice(0, MOST_ROWS).map(line)].join('\n'),
        ...(rows.length > MOST_ROWS ? [`… and ${rows.length - MOST_ROWS} more.`] : []),
      ];

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const cut = (items: readonly string[]): readonly string[] =>
  items.length > MOST_ROWS
    ? [...items.slice(0, MOST_ROWS), `- … and ${items.length - MOST_ROWS} more`]
    : items;

const nameOf = ({ service, operation }: OperationChange): string => `${code(service)} ${code(operation)}`;

const perTrace = (value: number): string => (value === 0 ? '–' : String(Number(value.toPrecision(3))));

const duration = (nanos: number | undefined): string => (nanos === undefined ? '–' : formatNanos(nanos));

/** Text of a sender as code. It can neither end the code nor the row of a table, and mentions nobody. */
const code = (name: string): string => `\`${oneLine(name, 120).replaceAll('`', "'").replaceAll('|', '¦')}\``;

/** Text of a sender without the characters that Markdown and HTML give a meaning. */
const text = (message: string): string =>
  oneLine(message, 200).replaceAll(/[\\`*_{}[\]<>#|@!&~]/g, (character) => `&#${character.charCodeAt(0)};`);

const oneLine = (message: string, length: number): string =>
  maskSecrets(message).replaceAll(/\s+/g, ' ').trim().slice(0, length);
