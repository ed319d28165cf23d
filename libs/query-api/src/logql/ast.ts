/**
 * LogQL as a tree. Metric expressions, when they are added, become further members of {@link LogqlExpr};
 * parsers and formatters, further members of {@link Stage}.
 */
export type LogqlExpr = LogExpr;

/** A query for log lines, for example `{service="order-service"} |= "timeout" | trace_id="4bf9…"`. */
export interface LogExpr {
  readonly kind: 'log';
  readonly matchers: readonly Matcher[];
  readonly stages: readonly Stage[];
}

export const MATCH_OPERATORS = ['=', '!=', '=~', '!~'] as const;
export type MatchOperator = (typeof MATCH_OPERATORS)[number];

/** One condition on a label. An absent label reads as the empty string. */
export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  /** A value, or an RE2 expression that has to match the whole value. */
  readonly value: string;
}

export type Stage = LineFilterStage | LabelFilterStage;

export const LINE_FILTER_OPERATORS = ['|=', '!=', '|~', '!~'] as const;
export type LineFilterOperator = (typeof LINE_FILTER_OPERATORS)[number];

/** `|= "a" or "b"`: keeps a line that holds any of the texts; the negated operators drop such a line. */
export interface LineFilterStage {
  readonly kind: 'line-filter';
  readonly operator: LineFilterOperator;
  /** Texts, or RE2 expressions that match anywhere in the line. At least one. */
  readonly texts: readonly string[];
}

/** `| trace_id="4bf9…" or level=~"warn|error"`. */
export interface LabelFilterStage {
  readonly kind: 'label-filter';
  readonly filter: LabelFilter;
}

export type LabelFilter = LabelComparison | LabelCombination;

export interface LabelComparison {
  readonly kind: 'comparison';
  readonly matcher: Matcher;
}

/** `and`, a comma and mere juxtaposition mean the same; they bind more tightly than `or`. */
export interface LabelCombination {
  readonly kind: 'and' | 'or';
  readonly left: LabelFilter;
  readonly right: LabelFilter;
}
