import { formatNanos } from '@lantern/telemetry-model';
import { DATA_ELEMENT, type ReportData } from '../report-data.js';
import { comparisonTable } from './comparison-table.js';
import { detectionList } from './detection-list.js';
import { button, element, foreign, type Content } from './element.js';
import { lineList } from './line-list.js';
import { spanDetails } from './span-details.js';
import { ViewedTrace } from './viewed-trace.js';
import { Waterfall } from './waterfall.js';

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Buttons, one of which is pressed, above what the pressed one shows. The content is made when it is first shown. */
const tabs = (label: string, views: readonly (readonly [title: string, make: () => HTMLElement])[]) => {
  const panel = element('div', { className: 'panel' });
  const made = new Map<number, HTMLElement>();
  const buttons = views.map(([title], place) => button(title, () => show(place)));
  const show = (place: number) => {
    let content = made.get(place);
    if (content === undefined) made.set(place, (content = views[place]?.[1]() ?? element('div')));
    for (const [i, each] of buttons.entries()) each.setAttribute('aria-pressed', String(i === place));
    panel.replaceChildren(content);
  };
  show(0);
  const bar = element(
    'div',
    { className: 'tabs', attributes: { role: 'group', 'aria-label': label } },
    ...buttons,
  );
  return { root: element('div', {}, bar, panel), show };
};

const traceView = (trace: ViewedTrace): HTMLElement => {
  const { rows, detections, lines, areLinesCut, summary, traceId } = trace.data;
  const details = element(
    'div',
    { className: 'beside' },
    spanDetails(trace, -1, () => undefined),
  );
  const select = (row: number): void => {
    waterfall.select(row);
    details.replaceChildren(spanDetails(trace, row, open));
  };
  const open = (row: number): void => {
    views.show(0);
    select(row);
  };
  const mark = (marked: readonly number[]): void => {
    views.show(0);
    waterfall.mark(marked);
    const [first] = marked;
    if (first !== undefined) select(first);
  };
  const waterfall = new Waterfall(trace, select);
  const views = tabs('View', [
    [
      'Waterfall',
      () =>
        element(
          'div',
          {},
          findBar(trace, (matches) => waterfall.mark(matches), select),
          element('div', { className: 'split' }, waterfall.root, details),
        ),
    ],
    [`Detections (${detections.length})`, () => detectionList(detections, mark)],
    [
      `Logs (${lines.length}${areLinesCut ? '+' : ''})`,
      () =>
        element(
          'div',
          {},
          lineList(trace, lines, open),
          areLinesCut
            ? element('p', { className: 'faint' }, `The trace has more lines than the first ${lines.length}.`)
            : undefined,
        ),
    ],
  ]);
  const start = new Date(Number(BigInt(rows.startUnixNano) / 1_000_000n));
  return element(
    'article',
    {},
    element(
      'p',
      { className: 'facts' },
      ...[
        formatNanos(rows.duration),
        counted(trace.length, 'span'),
        counted(rows.services.length, 'service'),
        counted(rows.errorCount, 'error'),
        start.toISOString(),
      ].map((fact) => element('span', {}, fact)),
      element('code', {}, traceId),
    ),
    element(
      'ul',
      { className: 'summary' },
      ...summary.map((sentence) => element('li', {}, foreign(sentence))),
    ),
    views.root,
  );
};

const findBar = (
  trace: ViewedTrace,
  onFound: (rows: readonly number[]) => void,
  onStep: (row: number) => void,
): HTMLElement => {
  const box = element('input', {
    attributes: { type: 'search', placeholder: 'Find in trace', 'aria-label': 'Find in trace' },
  });
  const count = element('span', { className: 'faint', attributes: { 'aria-live': 'polite' } });
  let matches: readonly number[] = [];
  let at = -1;
  const step = (by: 1 | -1) => {
    if (matches.length === 0) return;
    at = (at + by + matches.length) % matches.length;
    count.textContent = `${at + 1} of ${matches.length}`;
    const row = matches[at];
    if (row !== undefined) onStep(row);
  };
  box.addEventListener('input', () => {
    matches = trace.find(box.value);
    at = -1;
    count.textContent = box.value.trim() === '' ? '' : counted(matches.length, 'span');
    onFound(matches);
  });
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
  });
  const failed = Array.from({ length: trace.length }, (_, row) => row).filter((row) => trace.isFailed(row));
  let lastFailed = -1;
  return element(
    'div',
    { className: 'find' },
    box,
    count,
    failed.length === 0
      ? undefined
      : button('Next error', () => {
          lastFailed = (lastFailed + 1) % failed.length;
          const row = failed[lastFailed];
          if (row !== undefined) onStep(row);
        }),
  );
};

const reportView = ({ title, createdAt, notes, traces, comparison }: ReportData): Content[] => {
  const views = traces.map((trace, i): [string, () => HTMLElement] => [
    traces.length === 1
      ? 'Trace'
      : comparison !== undefined && i < 2
        ? `Trace ${i === 0 ? 'A' : 'B'}`
        : `Trace ${i + 1}`,
    () => traceView(new ViewedTrace(trace)),
  ]);
  if (comparison !== undefined) views.unshift(['Comparison', () => comparisonTable(comparison)]);
  const [only] = views;
  return [
    element(
      'header',
      {},
      element('h1', {}, foreign(title)),
      element('p', { className: 'faint' }, `Report of Lantern, made at ${createdAt}`),
    ),
    ...notes.map((note) => element('pre', { className: 'note' }, foreign(note))),
    views.length > 1
      ? tabs('Part of the report', views).root
      : (only?.[1]() ?? element('p', {}, 'The report contains no traces.')),
  ];
};

const root = document.getElementById('report');
try {
  const data = JSON.parse(document.getElementById(DATA_ELEMENT)?.textContent ?? '') as ReportData;
  for (const part of reportView(data)) if (part !== undefined) root?.append(part);
} catch (error) {
  root?.append(
    element('p', {}, `The report is damaged: ${error instanceof Error ? error.message : String(error)}.`),
  );
}
