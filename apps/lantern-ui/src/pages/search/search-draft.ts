import { parseGoDuration } from '@lantern/go-syntax';
import { MAX_SEARCH_LIMIT } from '@lantern/query-api/wire';
import type { TraceSearch } from '../../api/trace-summaries.js';
import { localDateTime } from '../../shared/format/time.js';
import { lookbackRange, type TimeRange } from '../../time-range/time-range.js';
import type { SearchPageState } from './search-params.js';
import { formatTags, parseTags, type Tags } from './tags.js';

/** Text of the form fields, valid or not. */
export interface SearchDraft {
  readonly service: string;
  readonly operation: string;
  readonly tags: string;
  readonly minDuration: string;
  readonly maxDuration: string;
  readonly minTraceDuration: string;
  readonly maxTraceDuration: string;
  readonly limit: string;
  /** Lookback, or `custom` for the times below. */
  readonly lookback: string;
  /** Format of `<input type="datetime-local">`, in the time zone of the browser. */
  readonly from: string;
  readonly to: string;
}

/** Error message by field. */
export type DraftProblems = Partial<Record<keyof SearchDraft, string>>;

export const draftOf = (state: SearchPageState): SearchDraft => {
  const { range } = state;
  const now = Date.now();
  const [from, to] =
    range.kind === 'fixed'
      ? [Number(range.startMicros / 1_000n), Number(range.endMicros / 1_000n)]
      : [now - range.millis, now];
  return {
    service: state.service,
    operation: state.operation,
    tags: formatTags(state.tags),
    minDuration: state.minDuration,
    maxDuration: state.maxDuration,
    minTraceDuration: state.minTraceDuration,
    maxTraceDuration: state.maxTraceDuration,
    limit: String(state.limit),
    lookback: range.kind === 'fixed' ? 'custom' : range.lookback,
    from: localDateTime(from),
    to: localDateTime(to),
  };
};

/** Part of a search that the form edits. */
export type DraftedSearch = Pick<SearchPageState, keyof TraceSearch & keyof SearchPageState>;

/** Parses the draft. The search is valid only if there are no problems. */
export const readDraft = (
  draft: SearchDraft,
): { readonly search: DraftedSearch; readonly problems: DraftProblems } => {
  const problems: DraftProblems = {};
  const read = <T>(field: keyof SearchDraft, parse: () => T, instead: T): T => {
    try {
      return parse();
    } catch (error) {
      problems[field] = error instanceof Error ? error.message : String(error);
      return instead;
    }
  };

  const tags = read('tags', (): Tags => parseTags(draft.tags), {});
  for (const [least, most] of DURATIONS) {
    const min = read(least, () => durationOf(draft[least]), undefined);
    const max = read(most, () => durationOf(draft[most]), undefined);
    if (min !== undefined && max !== undefined && max < min)
      problems[most] = 'The maximum must not be less than the minimum.';
  }
  const limit = read('limit', () => limitOf(draft.limit), 0);
  const range = draft.lookback === 'custom' ? fixedRange(draft, problems) : lookbackRange(draft.lookback);
  return {
    search: {
      service: draft.service,
      operation: draft.operation,
      tags,
      minDuration: draft.minDuration.trim(),
      maxDuration: draft.maxDuration.trim(),
      minTraceDuration: draft.minTraceDuration.trim(),
      maxTraceDuration: draft.maxTraceDuration.trim(),
      limit,
      range,
    },
    problems,
  };
};

const DURATIONS = [
  ['minDuration', 'maxDuration'],
  ['minTraceDuration', 'maxTraceDuration'],
] as const;

/** Returns the tags text with or without `error=true`. The rest of the text stays unchanged. */
export const withErrorTag = (tags: string, isWanted: boolean): string => {
  const others = tags.replace(/(^|\s)error=true(?=\s|$)/g, ' ').trim();
  return isWanted ? `${others} error=true`.trim() : others;
};

const durationOf = (text: string): bigint | undefined => {
  if (text.trim() === '') return undefined;
  try {
    const nanos = parseGoDuration(text.trim());
    if (nanos >= 0n) return nanos;
  } catch {
    // Reported as an invalid duration below.
  }
  throw new Error('Use a duration such as 250ms, 1.5s or 1m30s.');
};

const limitOf = (text: string): number => {
  const limit = /^\d{1,6}$/.test(text.trim()) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_SEARCH_LIMIT) throw new Error(`Enter a number from 1 to ${MAX_SEARCH_LIMIT}.`);
  return limit;
};

const fixedRange = (draft: SearchDraft, problems: DraftProblems): TimeRange => {
  const [start, end] = [Date.parse(draft.from), Date.parse(draft.to)];
  if (Number.isNaN(start)) problems.from = 'Enter a date and a time.';
  if (Number.isNaN(end)) problems.to = 'Enter a date and a time.';
  if (start >= end) problems.to = 'The end must be after the start.';
  const micros = (millis: number) => (Number.isNaN(millis) ? 0n : BigInt(millis) * 1_000n);
  return { kind: 'fixed', startMicros: micros(start), endMicros: micros(end) };
};
