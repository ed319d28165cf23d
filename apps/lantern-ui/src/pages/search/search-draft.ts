import { parseGoDuration } from '@lantern/go-syntax';
import { MAX_SEARCH_LIMIT } from '@lantern/query-api/wire';
import type { TraceSearch } from '../../api/trace-summaries.js';
import { localDateTime } from '../../shared/format/time.js';
import { lookbackRange, type TimeRange } from '../../shared/time-range.js';
import type { SearchPageState } from './search-params.js';
import { formatTags, parseTags, type Tags } from './tags.js';

/** What stands in the fields of the form, right or wrong. */
export interface SearchDraft {
  readonly service: string;
  readonly operation: string;
  readonly tags: string;
  readonly minDuration: string;
  readonly maxDuration: string;
  readonly minTraceDuration: string;
  readonly maxTraceDuration: string;
  readonly limit: string;
  /** A lookback, or `custom` for the times below. */
  readonly lookback: string;
  /** As `<input type="datetime-local">` writes it, in the reader's time zone. */
  readonly from: string;
  readonly to: string;
}

/** What is wrong with which field, and how to write it. */
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

/** The part of a search that the form is about. */
export type DraftedSearch = Pick<SearchPageState, keyof TraceSearch & keyof SearchPageState>;

/** The search that the draft means, and what is wrong with it; the search counts only when nothing is. */
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
      problems[most] = 'Must not be below the minimum.';
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

/** The text of the tags with or without the condition that the span failed; everything else stays as typed. */
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
    // Said below, in the words of the form.
  }
  throw new Error('Write it like 250ms, 1.5s or 1m30s.');
};

const limitOf = (text: string): number => {
  const limit = /^\d{1,6}$/.test(text.trim()) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_SEARCH_LIMIT) throw new Error(`A number from 1 to ${MAX_SEARCH_LIMIT}.`);
  return limit;
};

const fixedRange = (draft: SearchDraft, problems: DraftProblems): TimeRange => {
  const [start, end] = [Date.parse(draft.from), Date.parse(draft.to)];
  if (Number.isNaN(start)) problems.from = 'A date and a time.';
  if (Number.isNaN(end)) problems.to = 'A date and a time.';
  if (start >= end) problems.to = 'Must be after the start.';
  const micros = (millis: number) => (Number.isNaN(millis) ? 0n : BigInt(millis) * 1_000n);
  return { kind: 'fixed', startMicros: micros(start), endMicros: micros(end) };
};
