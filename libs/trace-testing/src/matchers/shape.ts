import { rejectUnknownMembers } from '../patterns/similarity.js';
import { describeValue } from '../patterns/value-pattern.js';
import type { AttributeName } from '../names.js';
import type { TestSpan } from '../trace/test-span.js';
import type { TestTrace } from '../trace/test-trace.js';

const FIELDS = ['service', 'name', 'kind', 'status', 'events'] as const;
export type ShapeField = (typeof FIELDS)[number];

/** Fields of a span that its line in the shape has. Everything else is left out, so that it cannot change the snapshot. */
export interface ShapeOptions {
  /** Default: service, name, kind and status. */
  readonly fields?: readonly ShapeField[];
  /** Attributes to write behind each span that has them. Default: none. */
  readonly attributes?: readonly AttributeName[];
}

/** Text tree of a trace for a snapshot. */
export class Shape {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/**
 * Returns the shape of a trace: one line for each span, children indented.
 *
 * - IDs and numbers in names become placeholders: `GET /users/17` is `GET /users/{n}`.
 * - Siblings are in the order in which they started; those that overlap in time are sorted by their text, because the order
 *   of concurrent spans is chance.
 * - Equal neighbors with equal subtrees are one line with `×N`.
 *
 * @throws TypeError for an option or a field that does not exist
 */
export const shapeOf = (trace: TestTrace, options: ShapeOptions = {}): Shape => {
  rejectUnknownMembers('The options of toMatchShape()', options, ['fields', 'attributes']);
  const fields = options.fields ?? ['service', 'name', 'kind', 'status'];
  rejectUnknownMembers(
    'The fields of toMatchShape()',
    Object.fromEntries(fields.map((field) => [field, true])),
    FIELDS,
  );
  const draw = (span: TestSpan): string[] => {
    const below = drawSiblings(span.children).map((line) => `  ${line}`);
    return [lineOf(span, new Set(fields), options.attributes ?? []), ...below];
  };
  const drawSiblings = (siblings: readonly TestSpan[]): string[] =>
    fold(overlapping(siblings).flatMap((group) => group.map(draw).sort(byText)));
  return new Shape(drawSiblings(trace.roots).join('\n'));
};

const lineOf = (span: TestSpan, fields: ReadonlySet<ShapeField>, attributes: readonly string[]): string => {
  const parts = [
    fields.has('service') && fields.has('name') && `${span.service}: ${templated(span.name)}`,
    fields.has('service') && !fields.has('name') && span.service,
    !fields.has('service') && fields.has('name') && templated(span.name),
    fields.has('kind') && `(${span.kind})`,
    fields.has('status') && span.status === 'error' && '✗',
    ...attributes.flatMap((key) => {
      const value = span.attributes[key];
      return value === undefined ? [] : [`${key}=${withoutIds(describeValue(value))}`];
    }),
    fields.has('events') && span.events.length > 0 && `[${span.events.map(({ name }) => name).join(', ')}]`,
  ];
  return parts.filter((part) => part !== false).join(' ');
};

const ID = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b|\b(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{8,}\b/gi;
const NUMBER = /(?<=^|[/:\s=("])\d+(?:\.\d+)?(?=$|[/:\s)?&",])/g;

const withoutIds = (text: string): string =>
  text.replaceAll(ID, (id) => (id.includes('-') ? '{uuid}' : '{id}'));

const templated = (name: string): string => withoutIds(name).replaceAll(NUMBER, '{n}');

/** Groups siblings, sorted by start, into runs of spans that overlap in time. */
const overlapping = (siblings: readonly TestSpan[]): TestSpan[][] => {
  const groups: TestSpan[][] = [];
  let end = -1n;
  for (const span of siblings) {
    const group = groups.at(-1);
    if (group === undefined || span.startUnixNano >= end) groups.push([span]);
    else group.push(span);
    if (span.endUnixNano > end) end = span.endUnixNano;
  }
  return groups;
};

const byText = (a: readonly string[], b: readonly string[]): number => {
  const [first, second] = [a.join('\n'), b.join('\n')];
  return first < second ? -1 : first > second ? 1 : 0;
};

/** Writes equal neighbors once. */
const fold = (subtrees: readonly (readonly string[])[]): string[] => {
  const folded: { readonly lines: readonly string[]; count: number }[] = [];
  for (const lines of subtrees) {
    const last = folded.at(-1);
    if (last?.lines.join('\n') === lines.join('\n')) last.count++;
    else folded.push({ lines, count: 1 });
  }
  return folded.flatMap(({ lines: [first = '', ...below], count }) => [
    count === 1 ? first : `${first} ×${count}`,
    ...below,
  ]);
};
