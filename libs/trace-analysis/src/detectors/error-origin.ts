import { formatCounted, formatNanos } from '@lantern/telemetry-model';
import { codeText } from '../code-text.js';
import type { Detector } from '../detector.js';
import { originOfFailure } from '../failure.js';

/** Names the span in which the failure of a trace started: the first failed span without failed descendants. */
export const detectErrorOrigin: Detector = (facts) => {
  const origin = originOfFailure(facts);
  if (origin === undefined) return [];
  const { row, others } = origin;
  let above = 0;
  let topmost = row;
  for (
    let parent = facts.parent(row);
    parent !== -1 && facts.isError(parent);
    parent = facts.parent(parent)
  ) {
    above++;
    topmost = parent;
  }
  // Another detector finds swallowed errors, which the caller does not report.
  if (facts.parent(topmost) !== -1) return [];
  return [
    {
      kind: 'error-origin',
      share: 0,
      rows: [row],
      text:
        `The failure started in ${codeText(facts.service(row))} ${codeText(facts.operation(row))} after ${formatNanos(facts.end(row))}` +
        (above === 0
          ? ''
          : `; ${formatCounted(above, 'span')} above ${above === 1 ? 'reports' : 'report'} it`) +
        (others === 0 ? '.' : `, and ${formatCounted(others, 'other span')} failed independently.`),
    },
  ];
};
