import type { AttributeName, ServiceName, SpanName } from '../names.js';
import type { SpanKindName, SpanStatusName, TestSpan, TestSpanEvent } from '../trace/test-span.js';
import { rejectUnknownMembers, similarity } from './similarity.js';
import { describeValue, matchesValue, type TextPattern, type ValuePattern } from './value-pattern.js';

export interface EventPattern {
  readonly name?: TextPattern;
  readonly attributes?: Readonly<Record<string, ValuePattern>>;
}

export interface SpanFields {
  readonly service?: TextPattern<ServiceName>;
  readonly name?: TextPattern<SpanName>;
  readonly kind?: SpanKindName;
  readonly status?: SpanStatusName;
  readonly statusMessage?: TextPattern;
  /** Each given attribute must match; others are ignored. */
  readonly attributes?: Readonly<Partial<Record<AttributeName, ValuePattern>>>;
  /** Attributes of the process that sent the span. */
  readonly resource?: Readonly<Record<string, ValuePattern>>;
  /** Each given event must match one event of the span. */
  readonly events?: readonly EventPattern[];
  /** Pattern of the direct parent. */
  readonly parent?: SpanPattern;
}

/**
 * Description of a span: its fields, or the text `name` or `service: name`.
 *
 * ```ts
 * 'order-service: calculate_total'
 * { service: 'order-service', name: /^calculate/, status: 'error', attributes: { product: 'laptop' } }
 * ```
 */
export type SpanPattern = SpanName | SpanFields;

/** Condition on one field of a span. */
interface FieldCheck {
  readonly field: string;
  /** Share in the similarity of a span: a span of another name is further away than one of another status. */
  readonly weight: number;
  readonly expected: string;
  readonly matches: (span: TestSpan) => boolean;
  readonly received: (span: TestSpan) => string;
  /** From 0 to 1, for a span that does not match. */
  readonly similarity?: (span: TestSpan) => number;
}

export type ReadSpanPattern = readonly FieldCheck[];

const MEMBERS = [
  'service',
  'name',
  'kind',
  'status',
  'statusMessage',
  'attributes',
  'resource',
  'events',
  'parent',
] as const satisfies readonly (keyof SpanFields)[];

const WEIGHTS: Readonly<Record<string, number>> = { name: 4, service: 2 };

/** JavaScript may pass anything. */
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** @throws TypeError for a member that a pattern does not have */
export const readSpanPattern = (pattern: SpanPattern): ReadSpanPattern => {
  if (typeof pattern === 'string') return [nameCheck(pattern)];
  if (!isObject(pattern)) {
    throw new TypeError(`A pattern of a span is a text or an object, received: ${describeValue(pattern)}.`);
  }
  rejectUnknownMembers('A pattern of a span', pattern, MEMBERS);
  const checks: FieldCheck[] = [];
  for (const field of ['service', 'name', 'kind', 'status', 'statusMessage'] as const) {
    const expected = pattern[field];
    if (expected !== undefined) checks.push(valueCheck(field, expected, (span) => span[field]));
  }
  for (const field of ['attributes', 'resource'] as const) {
    for (const [key, expected] of Object.entries(pattern[field] ?? {})) {
      checks.push(valueCheck(`${field}["${key}"]`, expected, (span) => span[field][key]));
    }
  }
  for (const event of pattern.events ?? []) checks.push(eventCheck(event));
  if (pattern.parent !== undefined) checks.push(parentCheck(pattern.parent));
  return checks;
};

const nameCheck = (text: string): FieldCheck => {
  const received = ({ service, name }: TestSpan): string =>
    text.includes(': ') ? `${service}: ${name}` : name;
  return {
    field: text.includes(': ') ? 'span' : 'name',
    weight: 4,
    expected: describeValue(text),
    matches: ({ service, name }) => name === text || `${service}: ${name}` === text,
    received: (span) => describeValue(received(span)),
    similarity: (span) => similarity(text, received(span)),
  };
};

const valueCheck = (
  field: string,
  expected: ValuePattern,
  valueOf: (span: TestSpan) => unknown,
): FieldCheck => ({
  field,
  weight: WEIGHTS[field] ?? 1,
  expected: describeValue(expected),
  matches: (span) => matchesValue(expected, valueOf(span)),
  received: (span) => describeValue(valueOf(span)),
  similarity: (span) => {
    const value = valueOf(span);
    return typeof expected === 'string' && typeof value === 'string' ? similarity(expected, value) : 0;
  },
});

const eventCheck = (pattern: EventPattern): FieldCheck => {
  rejectUnknownMembers('A pattern of an event', pattern, ['name', 'attributes']);
  const isMatch = (event: TestSpanEvent): boolean =>
    (pattern.name === undefined || matchesValue(pattern.name, event.name)) &&
    (pattern.attributes === undefined || matchesValue(pattern.attributes, event.attributes));
  return {
    field: 'events',
    weight: 1,
    expected: describeValue(pattern),
    matches: ({ events }) => events.some(isMatch),
    received: ({ events }) =>
      describeValue(events.map(({ name, attributes }) => ({ name, attributes: { ...attributes } }))),
  };
};

const parentCheck = (pattern: SpanPattern): FieldCheck => {
  const wanted = readSpanPattern(pattern);
  return {
    field: 'parent',
    weight: 2,
    expected: describeSpanPattern(wanted),
    matches: ({ parent }) => parent !== undefined && matchesSpan(parent, wanted),
    received: ({ parent }) =>
      parent === undefined ? 'no parent' : describeValue(`${parent.service}: ${parent.name}`),
  };
};

export const matchesSpan = (span: TestSpan, wanted: ReadSpanPattern): boolean =>
  wanted.every(({ matches }) => matches(span));

/** Returns the text of a pattern in a message: `service "order-service", name "calculate_total"`. */
export const describeSpanPattern = (wanted: ReadSpanPattern): string =>
  wanted.length === 0 ? 'any span' : wanted.map(({ field, expected }) => `${field} ${expected}`).join(', ');

/** Span that comes closest to a pattern that it does not match. */
export interface NearestMiss {
  readonly span: TestSpan;
  /** One line for each field that differs. */
  readonly differences: readonly string[];
}

export const nearestMiss = (spans: readonly TestSpan[], wanted: ReadSpanPattern): NearestMiss | undefined => {
  let nearest: { readonly span: TestSpan; readonly score: number } | undefined;
  for (const span of spans) {
    let score = 0;
    for (const check of wanted) {
      score += check.weight * (check.matches(span) ? 1 : 0.9 * (check.similarity?.(span) ?? 0));
    }
    if (nearest === undefined || score > nearest.score) nearest = { span, score };
  }
  if (nearest === undefined) return undefined;
  const { span } = nearest;
  return {
    span,
    differences: wanted
      .filter(({ matches }) => !matches(span))
      .map(({ field, expected, received }) => `${field}: expected ${expected}, received ${received(span)}`),
  };
};
