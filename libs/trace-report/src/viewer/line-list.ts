import { formatNanos } from '@lantern/telemetry-model';
import type { ReportLine } from '../report-data.js';
import { button, element, foreign } from './element.js';
import type { ViewedTrace } from './viewed-trace.js';

/** Lines that are shown at first, and added by each click. */
const PAGE = 500;

/** Log lines in the order of time. A click on the ID of a span opens it. */
export const lineList = (
  trace: ViewedTrace,
  lines: readonly ReportLine[],
  onOpen: (row: number) => void,
): HTMLElement => {
  const list = element('ol', { className: 'lines', attributes: { 'aria-label': 'Log lines' } });
  const more = element('p');
  let shown = 0;
  const showMore = () => {
    list.append(...lines.slice(shown, shown + PAGE).map((line) => lineItem(trace, line, onOpen)));
    shown += PAGE;
    more.replaceChildren(
      ...(shown < lines.length ? [button(`Show more of ${lines.length} lines`, showMore)] : []),
    );
  };
  showMore();
  return element('div', {}, list, more);
};

const lineItem = (trace: ViewedTrace, line: ReportLine, onOpen: (row: number) => void): HTMLElement => {
  const { timeUnixNano, service, level, message, spanId, labels, metadata } = line;
  const row = spanId === undefined ? undefined : trace.rowOf(spanId);
  const offset = Number(BigInt(timeUnixNano) - BigInt(trace.data.rows.startUnixNano));
  const fields = Object.entries({ ...labels, ...metadata });
  return element(
    'li',
    { attributes: { 'data-level': level } },
    element(
      'details',
      {},
      element(
        'summary',
        {},
        element('span', { className: 'faint' }, formatNanos(offset)),
        ' ',
        element('span', { className: 'level' }, foreign(level)),
        ' ',
        foreign(service, 'service'),
        ' ',
        foreign(message),
      ),
      element('pre', {}, foreign(line.line)),
      element(
        'p',
        { className: 'faint' },
        ...fields.flatMap(([key, value]) => [foreign(`${key}=${value}`), ' ']),
      ),
      row === undefined ? undefined : button('Open its span', () => onOpen(row)),
    ),
  );
};
