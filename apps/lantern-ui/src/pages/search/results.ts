import type { TraceSummary } from '../../api/trace-summaries.js';
import type { Selection } from './selection.js';

/** What cards and table draw alike. */
export interface ResultsProps {
  readonly summaries: readonly TraceSummary[];
  readonly selection: Selection;
  readonly onToggle: (traceId: string) => void;
  /** Where a trace is looked at. */
  readonly pathOf: (summary: TraceSummary) => string;
}

export const longestOf = (summaries: readonly TraceSummary[]): bigint =>
  summaries.reduce((max, { durationNano }) => (durationNano > max ? durationNano : max), 1n);

/** Its duration in percents of the longest one's. */
export const shareOf = ({ durationNano }: TraceSummary, longest: bigint): number =>
  Number((durationNano * 1_000n) / longest) / 10;
