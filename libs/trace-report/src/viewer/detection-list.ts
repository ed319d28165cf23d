import type { ReportDetection } from '../report-data.js';
import { button, element, foreign } from './element.js';

/** Detections with their share of the time. A button marks the spans that show one. */
export const detectionList = (
  detections: readonly ReportDetection[],
  onMark: (rows: readonly number[]) => void,
): HTMLElement =>
  detections.length === 0
    ? element('p', { className: 'faint' }, 'No detections.')
    : element(
        'ul',
        { className: 'detections', attributes: { 'aria-label': 'Detections' } },
        ...detections.map(({ title, share, text, advice, rows }) =>
          element(
            'li',
            {},
            element('strong', {}, title),
            share > 0 ? ` ${Math.round(share * 100)} % of the time` : undefined,
            element('p', {}, foreign(text)),
            element('p', { className: 'faint' }, foreign(advice)),
            button(rows.length === 1 ? 'Mark the span' : `Mark ${rows.length} spans`, () => onMark(rows)),
          ),
        ),
      );
