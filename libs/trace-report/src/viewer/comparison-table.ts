import { formatNanos, type CallDifference, type CallSide } from '@lantern/telemetry-model';
import { element, foreign } from './element.js';

const CHANGES: Readonly<Record<CallDifference['change'], string>> = {
  added: 'only in B',
  removed: 'only in A',
  slower: 'slower',
  faster: 'faster',
  same: 'same',
};

/** Calls of two traces side by side. */
export const comparisonTable = (differences: readonly CallDifference[]): HTMLElement =>
  element(
    'table',
    { className: 'comparison', attributes: { 'aria-label': 'Comparison' } },
    element(
      'thead',
      {},
      element('tr', {}, ...['Call', 'A', 'B', 'Difference', 'Change'].map((head) => element('th', {}, head))),
    ),
    element('tbody', {}, ...differences.map(differenceRow)),
  );

const differenceRow = ({ service, operation, depth, a, b, change }: CallDifference): HTMLElement => {
  const call = element('td', {}, foreign(service, 'service'), ' ', foreign(operation));
  call.style.paddingLeft = `${Math.min(depth, 24) * 14 + 4}px`;
  const difference = (b?.totalNano ?? 0) - (a?.totalNano ?? 0);
  return element(
    'tr',
    { attributes: { 'data-change': change } },
    call,
    element('td', {}, sideText(a)),
    element('td', {}, sideText(b)),
    element('td', {}, `${difference > 0 ? '+' : ''}${formatNanos(difference)}`),
    element('td', {}, CHANGES[change]),
  );
};

const sideText = (side: CallSide | undefined): string =>
  side === undefined
    ? '–'
    : `${side.count > 1 ? `${side.count} × ` : ''}${formatNanos(side.totalNano)}${side.errorCount > 0 ? `, ${side.errorCount} failed` : ''}`;
