import { at, serviceOf, type SpanTable } from '@lantern/telemetry-model';
import { formatCounted } from '../../shared/format/count.js';
import { formatNanos } from '../../shared/format/duration.js';

/** Shorter differences may come from times that a sender cut to microseconds or milliseconds. */
const NOTABLE_NANOS = 1_000_000;

/** Facts about the times of a trace without which its figures mislead, in sentences. */
export const timingTexts = (table: SpanTable): string[] => [...workAfterAnswer(table), ...clockSkew(table)];

/** The critical path ends with the root span; a caller does not wait for what the trace does later. */
const workAfterAnswer = (table: SpanTable): string[] => {
  // Without its root, a trace has no answer.
  if (table.length === 0 || at(table.isOrphan, 0) === 1) return [];
  const answered = at(table.end, 0);
  let last = answered;
  for (let row = 1; row < at(table.subtreeSize, 0); row++) last = Math.max(last, at(table.end, row));
  if (last - answered < NOTABLE_NANOS) return [];
  return [
    `The root span ends at ${formatNanos(answered)}; its work goes on until ${formatNanos(last)}. ` +
      'The critical path covers the time until the root span ends.',
  ];
};

/** A span cannot start before the span that called it: then the clocks of two hosts differ. */
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
