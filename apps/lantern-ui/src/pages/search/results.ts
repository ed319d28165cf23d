import type { TraceSummary } from '../../api/trace-summaries.js';
import type { Selection } from './selection.js';

/** Properties that cards and table share. */
export interface ResultsProps {
  readonly summaries: readonly TraceSummary[];
  readonly selection: Selection;
  readonly onToggle: (traceId: string) => void;
  /** Returns the path of the page of a trace. */
  readonly pathOf: (summary: TraceSummary) => string;
}

export const longestOf = (summaries: readonly TraceSummary[]): bigint =>
  summaries.reduce((max, { durationNano }) => (durationNano > max ? durationNano : max), 1n);

/** Returns the duration as a percentage of the longest one. */
export const shareOf = ({ durationNano }: TraceSummary, longest: bigint): number =>
  Number((durationNano * 1_000n) / longest) / 10;
