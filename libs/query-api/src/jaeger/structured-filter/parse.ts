import {
  goQuote,
  parseGoBool,
  parseGoDuration,
  parseGoFloat,
  parseGoInt,
  parseRfc3339Nano,
} from '@lantern/go-syntax';
import { messageOf } from '../../message-of.js';
import {
  COMPARISONS,
  FIELD_LEVELS,
  LEVELS,
  type Comparison,
  type Constant,
  type FieldLevel,
  type Level,
  type Predicate,
  type Reference,
} from './ast.js';
import { FLAG_WORDS, ISSUE_WORDS, KIND_WORDS, STATUS_WORDS, fieldType, type FieldType } from './fields.js';
import { parsePattern } from './parse-pattern.js';
import { StructuredFilterError } from './structured-filter-error.js';

/** Calls within calls, as in Jaeger. */
const MAX_DEPTH = 20;

/** Characters: no search form makes more, and a URL hardly carries them. */
const MAX_LENGTH = 16_384;

/** A JSON object at a place in the filter. */
interface Node {
  readonly path: string;
  readonly members: Readonly<Record<string, unknown>>;
}

interface ListTerm {
  readonly term: 'list';
  readonly path: string;
  readonly type: ScalarType;
  readonly values: readonly string[];
}

/** A constant as it was written, not yet read as the type that its counterpart asks for. */
interface ScalarTerm {
  readonly term: 'scalar';
  readonly path: string;
  readonly type: ScalarType;
  readonly value: string;
}

interface NestedTerm {
  readonly term: 'nested';
  readonly level: 'event' | 'link';
}

interface CallTerm {
  readonly term: 'call';
  readonly predicate: Predicate;
}

type Term = Reference | ScalarTerm | ListTerm | NestedTerm | CallTerm;

const SCALAR_TYPES = ['', 'string', 'int', 'double', 'bool'] as const;
type ScalarType = (typeof SCALAR_TYPES)[number];

interface Scope {
  readonly depth: number;
  /** Collection that the enclosing `some` binds. */
  readonly bound: readonly Level[];
}

const TERM_NAMES: Readonly<Record<Term['term'], string>> = {
  attr: 'an attribute reference',
  field: 'a field reference',
  nested: 'a collection reference',
  scalar: 'a constant',
  list: 'a list',
  call: 'a predicate',
};

/**
 * Reads the JSON of `query.filter`.
 *
 * @throws {StructuredFilterError}
 */
export const parsePredicate = (json: string): Predicate => {
  if (json.length > MAX_LENGTH) {
    throw new StructuredFilterError('', `filter is longer than ${MAX_LENGTH} characters`);
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new StructuredFilterError('', `filter is no JSON: ${messageOf(error)}`);
  }
  return parseCall(value, '', { depth: 1, bound: [] });
};

const nodeAt = (value: unknown, path: string, allowed: readonly string[]): Node => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new StructuredFilterError(path, 'must be an object');
  }
  for (const name of Object.keys(value)) {
    if (!allowed.includes(name)) throw new StructuredFilterError(path, `unknown field ${goQuote(name)}`);
  }
  return { path, members: value as Record<string, unknown> };
};

const textIn = ({ path, members }: Node, name: string): string => {
  const value = Object.hasOwn(members, name) ? members[name] : '';
  if (typeof value !== 'string') throw new StructuredFilterError(path, `${goQuote(name)} must be a string`);
  return value;
};

const parseCall = (value: unknown, path: string, scope: Scope): Predicate => {
  if (scope.depth > MAX_DEPTH) {
    throw new StructuredFilterError(path, `filter nests calls more than ${MAX_DEPTH} deep`);
  }
  const node = nodeAt(value, path, ['op', 'args']);
  const op = textIn(node, 'op');
  const args = node.members.args ?? [];
  if (!Array.isArray(args)) throw new StructuredFilterError(path, '"args" must be an array');
  const refuse = (reason: string) => new StructuredFilterError(path, `operator ${goQuote(op)} ${reason}`);
  const term = (index: number, inner = scope) =>
    parseTerm(args[index], `${path === '' ? '' : `${path}.`}args[${index}]`, inner);
  const takes = (count: number) => {
    if (args.length !== count) throw refuse(`takes ${count} argument(s), got ${args.length}`);
  };
  const predicate = (index: number, inner = scope): Predicate => {
    const found = term(index, inner);
    if (found.term === 'call') return found.predicate;
    throw refuse(`takes predicates as arguments, got ${TERM_NAMES[found.term]}`);
  };
  const reference = (index: number): Reference => {
    const found = term(index);
    if (found.term === 'attr' || found.term === 'field') return found;
    throw refuse(`takes a reference, got ${TERM_NAMES[found.term]}`);
  };

  switch (op) {
    case 'and':
    case 'or':
      if (args.length < 2) throw refuse(`takes at least two arguments, got ${args.length}`);
      return { op, args: args.map((_argument, index) => predicate(index)) };
    case 'not':
      takes(1);
      return { op, arg: predicate(0) };
    case 'exists':
      takes(1);
      return { op, subject: reference(0) };
    case 'regex': {
      takes(2);
      const subject = reference(0);
      const pattern = term(1);
      if (pattern.term !== 'scalar' || (pattern.type !== '' && pattern.type !== 'string')) {
        throw refuse(`takes a constant string as its pattern, got ${TERM_NAMES[pattern.term]}`);
      }
      const type = typeOf(subject);
      if (type === 'duration' || type === 'time' || type === 'count') {
        throw refuse(`matches text, and ${describe(subject)} holds a ${type}`);
      }
      try {
        return { op, subject, matches: parsePattern(pattern.value) };
      } catch (error) {
        throw refuse(messageOf(error));
      }
    }
    case 'in':
    case 'not_in': {
      takes(2);
      const subject = reference(0);
      const list = term(1);
      if (list.term !== 'list') {
        throw refuse(`takes a list as its second argument, got ${TERM_NAMES[list.term]}`);
      }
      if (list.values.length === 0) throw refuse('takes a list with at least one element');
      if (subject.term === 'attr' && list.type === '') {
        throw refuse('takes a list that declares its element type when it is compared against an attribute');
      }
      const { path: at, type } = list;
      const values = list.values.map((text) =>
        constantFor(subject, { term: 'scalar', path: at, type, value: text }),
      );
      return { op, subject, values };
    }
    case 'some': {
      takes(2);
      const collection = term(0);
      if (collection.term !== 'nested') {
        throw refuse(
          `takes a collection reference as its first argument, got ${TERM_NAMES[collection.term]}`,
        );
      }
      const { level } = collection;
      if (scope.bound.includes(level)) throw refuse(`is already quantifying over ${goQuote(level)}`);
      return { op, level, predicate: predicate(1, { ...scope, bound: [...scope.bound, level] }) };
    }
    default:
      if (!(COMPARISONS as readonly string[]).includes(op)) {
        throw new StructuredFilterError(path, `unknown filter operator ${goQuote(op)}`);
      }
      takes(2);
      return parseComparison(op as Comparison, term(0), term(1), refuse);
  }
};

const REVERSED: Readonly<Record<Comparison, Comparison>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  lt: 'gt',
  gte: 'lte',
  lte: 'gte',
};

const parseComparison = (
  op: Comparison,
  left: Term,
  right: Term,
  refuse: (reason: string) => StructuredFilterError,
): Predicate => {
  for (const operand of [left, right]) {
    if (operand.term === 'call' || operand.term === 'list' || operand.term === 'nested') {
      throw refuse(`compares a reference or a constant, got ${TERM_NAMES[operand.term]}`);
    }
    const isWord = isReference(operand) && isWordType(typeOf(operand));
    if (op !== 'eq' && op !== 'ne' && (isWord || (operand.term === 'scalar' && operand.type === 'bool'))) {
      throw refuse(`has no ordering for ${isReference(operand) ? describe(operand) : 'a boolean constant'}`);
    }
  }
  if (isReference(left)) {
    if (!isReference(right)) {
      return { op, left, right: constantFor(left, right as ScalarTerm) };
    }
    const [a, b] = [typeOf(left), typeOf(right)].map((type) => (isWordType(type) ? 'text' : type));
    if (a !== undefined && b !== undefined && a !== b) {
      throw refuse(
        `compares ${describe(left)} against ${describe(right)}, which hold different kinds of value`,
      );
    }
    return { op, left, right };
  }
  if (!isReference(right)) throw refuse('compares two constants, which says nothing about a span');
  return { op: REVERSED[op], left: right, right: constantFor(right, left as ScalarTerm) };
};

const isReference = (term: Term): term is Reference => term.term === 'attr' || term.term === 'field';

const isWordType = (type: FieldType | undefined): boolean =>
  type !== undefined && ['kind', 'status', 'flag', 'issue'].includes(type);

/** Undefined for an attribute: it holds whatever its sender put there. */
const typeOf = (reference: Reference): FieldType | undefined =>
  reference.term === 'field' ? fieldType(reference.level, reference.name) : undefined;

const describe = (reference: Reference): string =>
  reference.term === 'field'
    ? `${reference.level}.${reference.name}`
    : `the attribute ${goQuote(reference.key)}`;

/** Reads a constant as the field opposite asks for it, or as it says itself. */
const constantFor = (reference: Reference, { path, type, value }: ScalarTerm): Constant => {
  const field = typeOf(reference);
  const refuse = (reason: string) =>
    new StructuredFilterError(
      path,
      `cannot compare ${describe(reference)} against ${goQuote(value)}: ${reason}`,
    );
  try {
    if (field === undefined) return ofType(type, value);
    if (type !== '' && !(type === 'string' && !['duration', 'time', 'count'].includes(field))) {
      throw new Error(`the field holds a ${field}, not a value of type ${type}`);
    }
    return ofField(field, value);
  } catch (error) {
    throw refuse(messageOf(error));
  }
};

const ofType = (type: ScalarType, value: string): Constant => {
  switch (type) {
    case '':
      return { term: 'constant', type: 'any', value };
    case 'string':
      return { term: 'constant', type, value };
    case 'int':
      return { term: 'constant', type, value: parseGoInt(value) };
    case 'double':
      return { term: 'constant', type, value: parseGoFloat(value) };
    case 'bool':
      return { term: 'constant', type, value: parseGoBool(value) };
  }
};

const ofField = (field: FieldType, value: string): Constant => {
  switch (field) {
    case 'duration':
      return { term: 'constant', type: 'duration', value: parseGoDuration(value) };
    case 'time':
      return { term: 'constant', type: 'time', value: parseRfc3339Nano(value) };
    case 'kind':
      return { term: 'constant', type: 'string', value: oneOf(KIND_WORDS, value) };
    case 'status':
      return { term: 'constant', type: 'string', value: oneOf(STATUS_WORDS, value) };
    case 'flag':
      return { term: 'constant', type: 'string', value: oneOf(FLAG_WORDS, value) };
    case 'issue':
      return { term: 'constant', type: 'string', value: oneOf(ISSUE_WORDS, value) };
    case 'count':
      return { term: 'constant', type: 'count', value: parseGoInt(value) };
    case 'text':
      return { term: 'constant', type: 'string', value };
  }
};

const oneOf = (words: readonly string[], value: string): string => {
  if (words.includes(value)) return value;
  throw new Error(`not one of ${words.join(', ')}`);
};

const parseTerm = (value: unknown, path: string, scope: Scope): Term => {
  const { members } = nodeAt(value, path, Object.keys(TERM_NAMES));
  const [name, ...others] = Object.keys(members);
  if (name === undefined || others.length > 0) {
    throw new StructuredFilterError(path, `must hold exactly one of ${Object.keys(TERM_NAMES).join(', ')}`);
  }
  const at = `${path}.${name}`;
  switch (name as Term['term']) {
    case 'call':
      return { term: 'call', predicate: parseCall(members.call, at, { ...scope, depth: scope.depth + 1 }) };
    case 'attr': {
      const node = nodeAt(members.attr, at, ['key', 'level']);
      const key = textIn(node, 'key');
      if (key === '') throw new StructuredFilterError(at, 'attribute reference has no key');
      return { term: 'attr', key, level: textIn(node, 'level') === '' ? undefined : levelIn(node, LEVELS) };
    }
    case 'field': {
      const node = nodeAt(members.field, at, ['name', 'level']);
      const level = levelIn(node, FIELD_LEVELS);
      const fieldName = textIn(node, 'name');
      if (fieldType(level, fieldName) === undefined) {
        throw new StructuredFilterError(
          at,
          `unknown built-in field ${goQuote(fieldName)} at the ${goQuote(level)} level; ` +
            'name an attribute to match a tag of that name instead',
        );
      }
      return { term: 'field', name: fieldName, level };
    }
    case 'nested': {
      const level = levelIn(nodeAt(members.nested, at, ['level']), LEVELS);
      if (level === 'event' || level === 'link') return { term: 'nested', level };
      throw new StructuredFilterError(at, `a collection is "event" or "link", not ${goQuote(level)}`);
    }
    case 'scalar': {
      const node = nodeAt(members.scalar, at, ['value', 'type']);
      return { term: 'scalar', path: at, type: scalarTypeIn(node), value: textIn(node, 'value') };
    }
    case 'list': {
      const node = nodeAt(members.list, at, ['values', 'type']);
      const values = node.members.values ?? [];
      if (!Array.isArray(values) || !values.every((element) => typeof element === 'string')) {
        throw new StructuredFilterError(at, '"values" must be an array of strings');
      }
      return { term: 'list', path: at, type: scalarTypeIn(node), values };
    }
  }
};

const levelIn = <L extends FieldLevel>(node: Node, levels: readonly L[]): L => {
  const level = levels.find((known) => known === textIn(node, 'level'));
  if (level !== undefined) return level;
  throw new StructuredFilterError(node.path, `unknown filter level ${goQuote(textIn(node, 'level'))}`);
};

const scalarTypeIn = (node: Node): ScalarType => {
  const type = SCALAR_TYPES.find((known) => known === textIn(node, 'type'));
  if (type !== undefined) return type;
  throw new StructuredFilterError(node.path, `unknown filter value type ${goQuote(textIn(node, 'type'))}`);
};
