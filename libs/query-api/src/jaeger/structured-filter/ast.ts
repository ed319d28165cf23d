import type { DurationNano, UnixNano } from '@lantern/telemetry-model';

/**
 * A condition on one span, as a tree. What a caller writes (`parse.ts` reads it):
 *
 * ```json
 * {"op":"and","args":[
 *   {"call":{"op":"eq","args":[{"field":{"level":"resource","name":"service"}},{"scalar":{"value":"orders"}}]}},
 *   {"call":{"op":"gt","args":[{"field":{"level":"span","name":"duration"}},{"scalar":{"value":"250ms"}}]}}]}
 * ```
 *
 * @see https://github.com/jaegertracing/jaeger/blob/main/docs/rfc/0005-structured-query-filters.md
 */
export type Predicate =
  | { readonly op: 'and' | 'or'; readonly args: readonly Predicate[] }
  | { readonly op: 'not'; readonly arg: Predicate }
  | { readonly op: Comparison; readonly left: Operand; readonly right: Operand }
  | { readonly op: 'regex'; readonly subject: Reference; readonly matches: (text: string) => boolean }
  | { readonly op: 'exists'; readonly subject: Reference }
  | { readonly op: 'in' | 'not_in'; readonly subject: Reference; readonly values: readonly Constant[] }
  /** One and the same event, or link, satisfies the predicate. */
  | { readonly op: 'some'; readonly level: 'event' | 'link'; readonly predicate: Predicate };

export const COMPARISONS = ['eq', 'ne', 'gt', 'lt', 'gte', 'lte'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export const LEVELS = ['span', 'resource', 'scope', 'event', 'link'] as const;
export type Level = (typeof LEVELS)[number];

/** Levels of fields. Fields of the trace are Lantern's own. */
export const FIELD_LEVELS = [...LEVELS, 'trace'] as const;
export type FieldLevel = (typeof FIELD_LEVELS)[number];

/** Without a level an attribute is looked for in the span and in its resource. */
export type Reference =
  | { readonly term: 'attr'; readonly key: string; readonly level: Level | undefined }
  | { readonly term: 'field'; readonly name: string; readonly level: FieldLevel };

export type Operand = Reference | Constant;

/** Type of a constant. `any` matches a value of any type by its text, and by its number. */
export type Constant =
  | { readonly term: 'constant'; readonly type: 'any' | 'string'; readonly value: string }
  | { readonly term: 'constant'; readonly type: 'int' | 'count'; readonly value: bigint }
  | { readonly term: 'constant'; readonly type: 'double'; readonly value: number }
  | { readonly term: 'constant'; readonly type: 'bool'; readonly value: boolean }
  | { readonly term: 'constant'; readonly type: 'duration'; readonly value: DurationNano }
  | { readonly term: 'constant'; readonly type: 'time'; readonly value: UnixNano };
