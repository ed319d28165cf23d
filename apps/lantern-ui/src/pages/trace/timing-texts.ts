import { at, serviceOf, type SpanTable } from '@lantern/telemetry-model';
import { formatCounted } from '../../shared/format/count.js';
import { formatNanos } from '../../shared/format/duration.js';

/** Minimum notable difference. Smaller ones may come from timestamps truncated to microseconds or milliseconds. */
const NOTABLE_NANOS = 1_000_000;

/** Describes timing anomalies without which the figures of a trace mislead. */
export const timingTexts = (table: SpanTable): string[] => [...workAfterAnswer(table), ...clockSkew(table)];

/**
 * Reports spans that end after the root span. They are not on the critical path, because the caller does not wait for
 * them.
 */
const workAfterAnswer = (table: SpanTable): string[] => {
  // Without a root span the end of the request is unknown.
  if (table.length === 0 || at(table.isOrphan, 0) === 1) return [];
  const answered = at(table.end, 0);
  let last = answered;
  for (let row = 1; row < at(table.subtreeSize, 0); row++) last = Math.max(last, at(table.end, row));
  // Two times that read the same would tell nothing.
  if (last - answered < NOTABLE_NANOS || formatNanos(last) === formatNanos(answered)) return [];
  return [
    `The root span ends at ${formatNanos(answered)}; its work continues until ${formatNanos(last)}. ` +
      'The critical path covers the time until the root span ends.',
  ];
};

/** Reports clock skew: a span that starts before its caller shows that the clocks of two hosts differ. */
const clockSkew = (table: SpanTable): string[] => {
  let count = 0;
  let most = 0;
  for (let row = 0; row < table.length; row++) {
    const parent = at(table.parent, row);
    if (parent === -1 || serviceOf(table, parent) === serviceOf(table, row)) continue;
    const early = at(table.start, parent) - at(table.start, row);
    if (early < NOTABLE_NANOS) continue;
    count++;
    most = Math.max(most, early);
  }
  if (count === 0) return [];
  return [
    `Clocks differ: ${formatCounted(count, 'span starts', 'spans start')} before the calling span, by up to ` +
      `${formatNanos(most)}. Times of different services cannot be compared exactly.`,
  ];
};
