import type { SpanInContext } from '@lantern/telemetry-model';
import type { Predicate, Reference } from './ast.js';
import { evaluate, evaluateTrace } from './evaluate.js';
import { parsePredicate } from './parse.js';
import { StructuredFilterError } from './structured-filter-error.js';
import type { TraceCondition } from './trace-digest.js';

export { StructuredFilterError } from './structured-filter-error.js';

export interface StructuredFilter {
  /** Condition on one span; undefined for a filter that names only fields of the trace. */
  readonly span: ((span: SpanInContext) => boolean) | undefined;
  /** Condition on the whole trace, besides that on a span. */
  readonly trace: TraceCondition | undefined;
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
  const [ofSpan, ofTrace] = partsOf(predicate);
  return {
    span: ofSpan.length === 0 ? undefined : (span) => ofSpan.every((part) => evaluate(part, span)),
    trace:
      ofTrace.length === 0
        ? undefined
        : {
            matches: (trace) => ofTrace.every((part) => evaluateTrace(part, trace)),
            needsDetections: ofTrace.flatMap(referencesIn).some(isIssue),
          },
    service: requiredText(predicate, 'resource', 'service'),
    operation: requiredText(predicate, 'span', 'name'),
  };
};

/** Separates the conditions on one span from those on the whole trace. */
const partsOf = (predicate: Predicate): [ofSpan: Predicate[], ofTrace: Predicate[]] => {
  if (predicate.op === 'and') {
    const parts = predicate.args.map(partsOf);
    return [parts.flatMap(([ofSpan]) => ofSpan), parts.flatMap(([, ofTrace]) => ofTrace)];
  }
  const fields = referencesIn(predicate).map(isOfTrace);
  if (!fields.includes(true)) return [[predicate], []];
  if (!fields.includes(false)) return [[], [predicate]];
  throw new StructuredFilterError(
    '',
    'conditions on the trace and on a span are joined by "and" only: no "or" and no "not" can hold both',
  );
};

const isOfTrace = (reference: Reference): boolean =>
  reference.term === 'field' && reference.level === 'trace';

const isIssue = (reference: Reference): boolean =>
  isOfTrace(reference) && 'name' in reference && reference.name === 'issue';

const referencesIn = (predicate: Predicate): Reference[] => {
  switch (predicate.op) {
    case 'and':
    case 'or':
      return predicate.args.flatMap(referencesIn);
    case 'not':
      return referencesIn(predicate.arg);
    case 'some':
      return referencesIn(predicate.predicate);
    case 'exists':
    case 'regex':
    case 'in':
    case 'not_in':
      return [predicate.subject];
    default:
      return [predicate.left, predicate.right].filter((operand) => operand.term !== 'constant');
  }
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
