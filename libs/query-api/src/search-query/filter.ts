/**
 * A condition on one span as `query.filter` of the API takes it.
 *
 * @see https://github.com/jaegertracing/jaeger/blob/main/docs/rfc/0005-structured-query-filters.md
 */
export interface FilterCall {
  readonly op: FilterOp;
  readonly args: readonly FilterTerm[];
}

export type FilterOp = 'and' | 'or' | 'not' | 'exists' | 'some' | 'regex' | Comparison;

export type Comparison = 'eq' | 'ne' | 'gt' | 'lt' | 'gte' | 'lte';

export type FilterLevel = 'span' | 'resource' | 'scope' | 'event' | 'link';

/** Levels of fields. Those of the trace are properties of all its spans together. */
export type FieldLevel = FilterLevel | 'trace';

export type FilterReference =
  /** Without a level, the API searches the span and its resource. */
  | { readonly attr: { readonly key: string; readonly level?: FilterLevel } }
  | { readonly field: { readonly name: string; readonly level: FieldLevel } };

export type FilterTerm =
  | FilterReference
  /** Without a type, the API compares as text, or as a number if both sides are numeric. */
  | { readonly scalar: { readonly value: string } }
  | { readonly nested: { readonly level: 'event' | 'link' } }
  | { readonly call: FilterCall };

export const all = (calls: readonly FilterCall[]): FilterCall => joined('and', calls);
export const any = (calls: readonly FilterCall[]): FilterCall => joined('or', calls);
export const not = (call: FilterCall): FilterCall => ({ op: 'not', args: [{ call }] });
export const exists = (reference: FilterReference): FilterCall => ({ op: 'exists', args: [reference] });
export const compare = (op: Comparison | 'regex', reference: FilterReference, value: string): FilterCall => ({
  op,
  args: [reference, { scalar: { value } }],
});

/** The API rejects a conjunction of one call and limits nesting depth, so chains are flattened. */
const joined = (op: 'and' | 'or', calls: readonly FilterCall[]): FilterCall => {
  const [only, ...others] = calls;
  if (only !== undefined && others.length === 0) return only;
  return { op, args: calls.flatMap((call) => (call.op === op ? call.args : [{ call }])) };
};
