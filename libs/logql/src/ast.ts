/** LogQL as a tree: a query for lines, or one for numbers made of lines. */
export type LogqlExpr = LogExpr | MetricExpr;

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

export type Stage =
  | LineFilterStage
  | LabelFilterStage
  | JsonStage
  | LogfmtStage
  | RegexpStage
  | PatternStage
  | UnpackStage
  | LineFormatStage
  | LabelFormatStage
  | DecolorizeStage
  | DropStage
  | KeepStage;

export const LINE_FILTER_OPERATORS = ['|=', '!=', '|~', '!~', '|>', '!>'] as const;
export type LineFilterOperator = (typeof LINE_FILTER_OPERATORS)[number];

/** `|= "a" or "b"`: keeps a line that holds any of the texts; the negated operators drop such a line. */
export interface LineFilterStage {
  readonly kind: 'line-filter';
  readonly operator: LineFilterOperator;
  /** Texts, RE2 expressions that match anywhere in the line, or patterns. At least one. */
  readonly texts: readonly (string | IpPattern)[];
}

/** `ip("10.0.0.0/8")`: an address, a range of them, or a network. Only with `|=`, `!=` and, on labels, `=`, `!=`. */
export interface IpPattern {
  readonly kind: 'ip';
  readonly pattern: string;
}

/** `| trace_id="4bf9…" or level=~"warn|error"`. */
export interface LabelFilterStage {
  readonly kind: 'label-filter';
  readonly filter: LabelFilter;
}

export type LabelFilter = LabelComparison | QuantityComparison | IpComparison | LabelCombination;

export interface LabelComparison {
  readonly kind: 'comparison';
  readonly matcher: Matcher;
}

export const COMPARISON_OPERATORS = ['==', '!=', '>', '>=', '<', '<='] as const;
export type QuantityOperator = (typeof COMPARISON_OPERATORS)[number];

/** `| took > 1h30m`, `| size <= 20MB`, `| status >= 500`. A single `=` means `==`. */
export interface QuantityComparison {
  readonly kind: 'quantity';
  readonly name: string;
  readonly operator: QuantityOperator;
  readonly unit: 'number' | 'duration' | 'bytes';
  /** A number, seconds, or bytes. */
  readonly value: number;
}

export interface IpComparison {
  readonly kind: 'ip-comparison';
  readonly name: string;
  readonly operator: '=' | '!=';
  readonly pattern: string;
}

/** `and`, a comma and mere juxtaposition mean the same; they bind more tightly than `or`. */
export interface LabelCombination {
  readonly kind: 'and' | 'or';
  readonly left: LabelFilter;
  readonly right: LabelFilter;
}

/** `| json`, `| json status, first="errors[0].code"`. Without expressions every field becomes a label. */
export interface JsonStage {
  readonly kind: 'json';
  readonly extractions: readonly Extraction[];
}

export interface LogfmtStage {
  readonly kind: 'logfmt';
  /** Malformed pairs are an error instead of being skipped. */
  readonly strict: boolean;
  /** A key without a value becomes a label all the same. */
  readonly keepEmpty: boolean;
  readonly extractions: readonly Extraction[];
}

export interface Extraction {
  readonly label: string;
  /** A path into the JSON, or a key of the logfmt. */
  readonly expression: string;
}

/** `| regexp "(?P<method>\\w+) (?P<path>\\S+)"`. */
export interface RegexpStage {
  readonly kind: 'regexp';
  readonly expression: string;
}

/** `| pattern "<ip> - <_> <method>"`. */
export interface PatternStage {
  readonly kind: 'pattern';
  readonly pattern: string;
}

/** `| unpack`: reverses Promtail's stage `pack`. */
export interface UnpackStage {
  readonly kind: 'unpack';
}

/** `| line_format "{{.level}} {{.message}}"`. */
export interface LineFormatStage {
  readonly kind: 'line-format';
  readonly template: string;
}

/** `| label_format status=code, short="{{trunc 8 .trace_id}}"`. */
export interface LabelFormatStage {
  readonly kind: 'label-format';
  readonly formats: readonly LabelFormat[];
}

export interface LabelFormat {
  readonly label: string;
  readonly from:
    | { readonly kind: 'label'; readonly name: string }
    | { readonly kind: 'template'; readonly template: string };
}

export interface DecolorizeStage {
  readonly kind: 'decolorize';
}

export interface DropStage {
  readonly kind: 'drop';
  readonly labels: readonly LabelChoice[];
}

export interface KeepStage {
  readonly kind: 'keep';
  readonly labels: readonly LabelChoice[];
}

/** A label, or with a matcher, a label whose value matches. */
export type LabelChoice = string | Matcher;

export type MetricExpr =
  RangeAggregation | VectorAggregation | BinaryOperation | LabelReplace | VectorLiteral | NumberLiteral;

export const LOG_RANGE_OPERATIONS = [
  'rate',
  'count_over_time',
  'bytes_rate',
  'bytes_over_time',
  'absent_over_time',
] as const;
export const UNWRAP_OPERATIONS = [
  'rate',
  'rate_counter',
  'sum_over_time',
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile_over_time',
  'first_over_time',
  'last_over_time',
  'absent_over_time',
] as const;
export type RangeOperation = (typeof LOG_RANGE_OPERATIONS)[number] | (typeof UNWRAP_OPERATIONS)[number];

/** `count_over_time({a="b"} |= "x" [5m] offset 1h)`. */
export interface RangeAggregation {
  readonly kind: 'range-aggregation';
  readonly operation: RangeOperation;
  /** Quantile of `quantile_over_time`. */
  readonly parameter?: number;
  readonly log: LogExpr;
  readonly unwrap?: Unwrap;
  readonly intervalNanos: bigint;
  /** How far back the window is moved; may be negative. */
  readonly offsetNanos: bigint;
  readonly grouping?: Grouping;
}

/** `| unwrap duration(took) | __error__=""`: the number that a label holds. */
export interface Unwrap {
  readonly label: string;
  readonly conversion?: UnwrapConversion;
  readonly filters: readonly LabelFilter[];
}

export const UNWRAP_CONVERSIONS = ['bytes', 'duration', 'duration_seconds'] as const;
export type UnwrapConversion = (typeof UNWRAP_CONVERSIONS)[number];

export interface Grouping {
  readonly without: boolean;
  readonly labels: readonly string[];
}

export const VECTOR_OPERATIONS = [
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'sort',
  'sort_desc',
  'approx_topk',
] as const;
export type VectorOperation = (typeof VECTOR_OPERATIONS)[number];

/** `sum by (level) (…)`, `topk(3, …)`. */
export interface VectorAggregation {
  readonly kind: 'vector-aggregation';
  readonly operation: VectorOperation;
  /** Number of series of `topk`, `bottomk` and `approx_topk`; at least 1. */
  readonly parameter?: number;
  readonly grouping?: Grouping;
  readonly operand: MetricExpr;
}

export const SET_OPERATORS = ['and', 'or', 'unless'] as const;
export const ARITHMETIC_OPERATORS = ['+', '-', '*', '/', '%', '^'] as const;
export type SetOperator = (typeof SET_OPERATORS)[number];
export type ArithmeticOperator = (typeof ARITHMETIC_OPERATORS)[number];
export type BinaryOperator = SetOperator | QuantityOperator | ArithmeticOperator;

export interface BinaryOperation {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  /** A comparison returns 0 or 1 instead of filtering. */
  readonly returnsBool: boolean;
  readonly matching: VectorMatching;
  readonly left: MetricExpr;
  readonly right: MetricExpr;
}

export interface VectorMatching {
  /** Series belong together when they agree in `labels` (`on`), or in all other labels. */
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly cardinality: 'one-to-one' | 'many-to-one' | 'one-to-many';
  /** Labels that the result copies from the side `one`. */
  readonly include: readonly string[];
}

export interface LabelReplace {
  readonly kind: 'label-replace';
  readonly operand: MetricExpr;
  readonly destination: string;
  readonly replacement: string;
  readonly source: string;
  /** RE2, has to match the whole value. */
  readonly expression: string;
}

/** `vector(1)`: one series without labels. */
export interface VectorLiteral {
  readonly kind: 'vector';
  readonly value: number;
}

export interface NumberLiteral {
  readonly kind: 'number';
  readonly value: number;
}
