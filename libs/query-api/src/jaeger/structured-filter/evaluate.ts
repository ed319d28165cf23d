import {
  attributeText,
  attributeValue,
  type AnyValue,
  type Attributes,
  type SpanEvent,
  type SpanInContext,
  type SpanLink,
} from '@lantern/telemetry-model';
import type { Comparison, Constant, FieldLevel, Operand, Predicate, Reference } from './ast.js';
import { eventField, linkField, spanField, traceField } from './fields.js';
import type { TraceDigest } from './trace-digest.js';

/** A span, and the event and link that `some` has bound. */
interface Context {
  /** Undefined for a predicate on the whole trace. */
  readonly span: SpanInContext | undefined;
  readonly trace?: TraceDigest;
  readonly event?: SpanEvent;
  readonly link?: SpanLink;
}

/**
 * Whether a predicate holds for a span. What a span does not have satisfies no comparison, not even `ne`; only
 * `not` turns that around. A reference may have several values: then one of them has to satisfy `eq` and its
 * like, and none may equal what `ne` and `not_in` name.
 */
export const evaluate = (predicate: Predicate, span: SpanInContext): boolean => holds(predicate, { span });

/** Returns whether a predicate that names only fields of the trace holds for it. */
export const evaluateTrace = (predicate: Predicate, trace: TraceDigest): boolean =>
  holds(predicate, { span: undefined, trace });

const holds = (predicate: Predicate, context: Context): boolean => {
  switch (predicate.op) {
    case 'and':
      return predicate.args.every((argument) => holds(argument, context));
    case 'or':
      return predicate.args.some((argument) => holds(argument, context));
    case 'not':
      return !holds(predicate.arg, context);
    case 'exists':
      return valuesOf(predicate.subject, context).length > 0;
    case 'regex':
      return valuesOf(predicate.subject, context).some((value) => predicate.matches(attributeText(value)));
    case 'in':
    case 'not_in': {
      const values = valuesOf(predicate.subject, context);
      const isIn = values.some((value) =>
        predicate.values.some((constant) => compares('eq', value, constant)),
      );
      return predicate.op === 'in' ? isIn : values.length > 0 && !isIn;
    }
    case 'some':
      return predicate.level === 'event'
        ? (context.span?.span.events ?? []).some((event) => holds(predicate.predicate, { ...context, event }))
        : (context.span?.span.links ?? []).some((link) => holds(predicate.predicate, { ...context, link }));
    default: {
      const { op, left, right } = predicate;
      const lefts = valuesOf(left as Reference, context);
      const rights: readonly (AnyValue | Constant)[] = isConstant(right) ? [right] : valuesOf(right, context);
      const isAny = (comparison: Comparison) =>
        lefts.some((a) => rights.some((b) => compares(comparison, a, b)));
      return op === 'ne' ? lefts.length > 0 && rights.length > 0 && !isAny('eq') : isAny(op);
    }
  }
};

const isConstant = (operand: Operand | AnyValue): operand is Constant =>
  typeof operand === 'object' && operand !== null && 'term' in operand && operand.term === 'constant';

const valuesOf = (reference: Reference, context: Context): readonly AnyValue[] => {
  if (reference.term === 'field') return fieldValues(reference.level, reference.name, context);
  if (context.span === undefined) return [];
  const { span, scope, resource } = context.span;
  const { key, level } = reference;
  switch (level) {
    case undefined:
      return attributesNamed(key, [span, resource]);
    case 'span':
      return attributesNamed(key, [span]);
    case 'resource':
      return attributesNamed(key, [resource]);
    case 'scope':
      return attributesNamed(key, [scope]);
    case 'event':
      return attributesNamed(key, context.event ? [context.event] : span.events);
    case 'link':
      return attributesNamed(key, context.link ? [context.link] : span.links);
  }
};

const attributesNamed = (key: string, holders: readonly { readonly attributes: Attributes }[]): AnyValue[] =>
  holders.map(({ attributes }) => attributeValue(attributes, key)).filter((value) => value !== undefined);

const fieldValues = (
  level: FieldLevel,
  name: string,
  { span, trace, event, link }: Context,
): readonly AnyValue[] => {
  if (level === 'trace') return trace === undefined ? [] : traceField(name, trace);
  if (span === undefined) return [];
  const found =
    level === 'event'
      ? (event ? [event] : span.span.events).map((one) => eventField(name, one, span))
      : level === 'link'
        ? (link ? [link] : span.span.links).map((one) => linkField(name, one))
        : [spanField(level, name, span)];
  return found.filter((value) => value !== undefined);
};

const compares = (op: Comparison, value: AnyValue, other: AnyValue | Constant): boolean => {
  const order = isConstant(other) ? orderToConstant(value, other) : orderOf(value, other);
  switch (op) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== undefined && order !== 0;
    case 'gt':
      return order !== undefined && order > 0;
    case 'lt':
      return order !== undefined && order < 0;
    case 'gte':
      return order !== undefined && order >= 0;
    case 'lte':
      return order !== undefined && order <= 0;
  }
};

/** Negative, 0 or positive; undefined for values that do not compare, NaN being one. */
const orderOf = (a: AnyValue, b: AnyValue): number | undefined => {
  const areNumbers = isNumeric(a) && isNumeric(b);
  const areTexts = typeof a === 'string' && typeof b === 'string';
  if (areNumbers || areTexts) return a < b ? -1 : a > b ? 1 : a >= b ? 0 : undefined;
  if (typeof a !== typeof b || isNumeric(a) || isNumeric(b)) return undefined;
  return attributeText(a) === attributeText(b) ? 0 : undefined;
};

const isNumeric = (value: AnyValue): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

const orderToConstant = (value: AnyValue, constant: Constant): number | undefined => {
  switch (constant.type) {
    case 'any':
      return orderToText(value, constant.value);
    case 'string':
      return typeof value === 'string' ? orderOf(value, constant.value) : undefined;
    case 'bool':
      return value === constant.value ? 0 : undefined;
    case 'double':
      return typeof value === 'number' ? orderOf(value, constant.value) : undefined;
    case 'int':
    case 'count':
    case 'duration':
    case 'time':
      return typeof value === 'bigint' ? orderOf(value, constant.value) : undefined;
  }
};

const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** Numbers wherever both sides are numbers, however they were sent: "9" is less than "500". */
const orderToText = (value: AnyValue, text: string): number | undefined => {
  if (isNumeric(value)) {
    if (/^[-+]?\d+$/.test(text)) return orderOf(value, BigInt(text.replace('+', '')));
    return DECIMAL.test(text) ? orderOf(value, Number(text)) : undefined;
  }
  if (typeof value !== 'string') return attributeText(value) === text ? 0 : undefined;
  if (value === text) return 0;
  return DECIMAL.test(value) && DECIMAL.test(text)
    ? orderOf(Number(value), Number(text))
    : orderOf(value, text);
};
