import type { SpanInContext } from '@lantern/telemetry-model';
import type { Predicate } from './ast.js';
import { evaluate } from './evaluate.js';
import { parsePredicate } from './parse.js';

export { StructuredFilterError } from './structured-filter-error.js';

export interface StructuredFilter {
  readonly matches: (span: SpanInContext) => boolean;
  /** Values that every matching span has, as far as known. An index may narrow the search by them. */
  readonly service: string | undefined;
  readonly operation: string | undefined;
}

/**
 * The structured filter of Jaeger's RFC 0005.
 *
 * @param json one boolean `Call`
 * @throws {StructuredFilterError} that names the place in the filter
 */
export const parseStructuredFilter = (json: string): StructuredFilter => {
  const predicate = parsePredicate(json);
  return {
    matches: (span) => evaluate(predicate, span),
    service: requiredText(predicate, 'resource', 'service'),
    operation: requiredText(predicate, 'span', 'name'),
  };
};

const requiredText = (predicate: Predicate, level: string, name: string): string | undefined => {
  if (predicate.op === 'and') {
    for (const argument of predicate.args) {
      const text = requiredText(argument, level, name);
      if (text !== undefined) return text;
    }
    return undefined;
  }
  if (predicate.op !== 'eq') return undefined;
  const { left, right } = predicate;
  if (left.term !== 'field' || left.level !== level || left.name !== name) return undefined;
  return right.term === 'constant' && typeof right.value === 'string' ? right.value : undefined;
};
