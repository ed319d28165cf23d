import { parseGoDuration } from '@lantern/go-syntax';
import {
  all,
  any,
  compare,
  exists,
  not,
  type Comparison,
  type FilterCall,
  type FilterReference,
} from './filter.js';
import { ERROR_WORD, TRACE_ISSUES, readReference, type FieldType } from './references.js';
import { tokensOf, type Token } from './tokens.js';

/** Syntax error of a query, with its position. */
export class QuerySyntaxError extends Error {
  override readonly name = 'QuerySyntaxError';

  constructor(
    message: string,
    readonly from: number,
    readonly to: number,
  ) {
    super(message);
  }
}

/** Maximum nesting depth that the API accepts. */
const MAX_DEPTH = 20;

/**
 * Parses a query on one span:
 *
 *     query      := and ("or" and)*
 *     and        := not ("and"? not)*                     a space means "and", as in a list of tags
 *     not        := "not" not | "(" query ")" | ("event" | "link") "(" query ")" | condition
 *     condition  := key (operator value | "exists" | "not"? "in" "(" value ("," value)* ")")?
 *     operator   := "=" | "!=" | ">" | ">=" | "<" | "<=" | "=~" | "!~"
 *
 * A key alone requires that the attribute exists. A key in quotes is always an attribute, even if a field has its name.
 * Inside `event(…)` all conditions must match one event.
 *
 * @throws {QuerySyntaxError}
 */
export const parseQuery = (query: string): FilterCall => new Parser(query).parse();

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': 'eq',
  '==': 'eq',
  '!=': 'ne',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
};

type Collection = 'event' | 'link' | undefined;

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(private readonly query: string) {
    this.tokens = tokensOf(query);
  }

  parse(): FilterCall {
    const call = this.parseOr(undefined, 1);
    const rest = this.tokens[this.at];
    if (rest !== undefined)
      throw wrong(
        rest,
        rest.kind === 'close' ? 'Closing parenthesis without an opening one.' : unexpected(rest),
      );
    return call;
  }

  private parseOr(inside: Collection, depth: number): FilterCall {
    const calls = [this.parseAnd(inside, depth)];
    while (this.takeKeyword('or')) calls.push(this.parseAnd(inside, depth));
    return any(calls);
  }

  private parseAnd(inside: Collection, depth: number): FilterCall {
    const calls = [this.parseNot(inside, depth)];
    while (this.takeKeyword('and') || this.startsCondition()) calls.push(this.parseNot(inside, depth));
    return all(calls);
  }

  private parseNot(inside: Collection, depth: number): FilterCall {
    const token = this.tokens[this.at];
    if (token !== undefined && depth > MAX_DEPTH)
      throw wrong(token, `The maximum nesting depth of conditions is ${MAX_DEPTH}.`);
    if (this.takeKeyword('not')) return not(this.parseNot(inside, depth + 1));
    if (token?.kind === 'open') return this.parseGroup(inside, depth);
    const collection = this.collectionAt();
    if (collection === undefined) return this.parseCondition(inside);
    if (inside !== undefined && token !== undefined)
      throw wrong(token, `Conditions inside ${inside}(…) cannot contain event(…) or link(…).`);
    this.at++;
    return {
      op: 'some',
      args: [{ nested: { level: collection } }, { call: this.parseGroup(collection, depth) }],
    };
  }

  private parseGroup(inside: Collection, depth: number): FilterCall {
    const open = this.tokens[this.at++];
    const call = this.parseOr(inside, depth + 1);
    if (this.tokens[this.at]?.kind === 'close') this.at++;
    else throw this.expected('a closing parenthesis', open);
    return call;
  }

  private parseCondition(inside: Collection): FilterCall {
    const key = this.tokens[this.at];
    if (key?.kind !== 'word' && key?.kind !== 'text')
      throw this.expected('a condition such as duration > 250ms');
    this.at++;
    const isField = key.kind === 'word';
    if (isField && key.value === ERROR_WORD && inside === undefined) return this.parseError(key);
    const { reference, type } = isField
      ? readReference(key.value, inside)
      : {
          reference: { attr: inside ? { key: key.value, level: inside } : { key: key.value } },
          type: undefined,
        };
    if ('attr' in reference && reference.attr.key === '') throw wrong(key, 'The attribute has no name.');

    const next = this.tokens[this.at];
    if (next?.kind === 'operator') {
      this.at++;
      return this.parseComparison(reference, type, next);
    }
    if (this.takeKeyword('exists')) return exists(reference);
    if (this.takeKeyword('in')) return any(this.parseValues(reference, type));
    if (next?.kind === 'keyword' && next.value === 'not' && this.isKeyword(this.at + 1, 'in')) {
      this.at += 2;
      // Like `!=`, `not in` requires that the attribute exists.
      return all([exists(reference), not(any(this.parseValues(reference, type)))]);
    }
    return exists(reference);
  }

  private parseComparison(
    reference: FilterReference,
    type: FieldType | undefined,
    operator: Token,
  ): FilterCall {
    const value = this.takeValue(type, operator);
    if (operator.value === '=~') return compare('regex', reference, value);
    if (operator.value === '!~') return all([exists(reference), not(compare('regex', reference, value))]);
    const op = COMPARISONS[operator.value];
    if (op === undefined) throw wrong(operator, unexpected(operator));
    if (isWordType(type) && op !== 'eq' && op !== 'ne') {
      throw wrong(operator, `${NAMES[type]} has no order. Use = or !=.`);
    }
    return compare(op, reference, value);
  }

  private parseValues(reference: FilterReference, type: FieldType | undefined): FilterCall[] {
    const open = this.tokens[this.at];
    if (open?.kind !== 'open') throw this.expected('a list of values in parentheses');
    const calls: FilterCall[] = [];
    do {
      this.at++;
      calls.push(compare('eq', reference, this.takeValue(type, open)));
    } while (this.tokens[this.at]?.kind === 'comma');
    if (this.tokens[this.at]?.kind !== 'close') throw this.expected('a closing parenthesis', open);
    this.at++;
    return calls;
  }

  private parseError(key: Token): FilterCall {
    const failed = compare('eq', { field: { level: 'span', name: 'status' } }, 'error');
    const operator = this.tokens[this.at];
    if (operator?.kind !== 'operator') return failed;
    this.at++;
    const value = this.takeValue(undefined, operator);
    const isNegated = operator.value === '!=';
    if ((!isNegated && COMPARISONS[operator.value] !== 'eq') || (value !== 'true' && value !== 'false')) {
      throw new QuerySyntaxError('Use error=true or error=false.', key.from, this.end());
    }
    return (value === 'true') === isNegated ? not(failed) : failed;
  }

  private takeValue(type: FieldType | undefined, after: Token): string {
    const token = this.tokens[this.at];
    // A keyword in value position is an ordinary word.
    if (token === undefined || !['word', 'text', 'keyword'].includes(token.kind)) {
      throw this.expected('a value', after);
    }
    this.at++;
    const value = token.kind === 'keyword' ? this.query.slice(token.from, token.to) : token.value;
    const problem = problemOf(type, value);
    if (problem !== undefined) throw wrong(token, problem);
    return value;
  }

  private takeKeyword(word: string): boolean {
    if (!this.isKeyword(this.at, word)) return false;
    this.at++;
    return true;
  }

  private isKeyword(at: number, word: string): boolean {
    const token = this.tokens[at];
    return token?.kind === 'keyword' && token.value === word;
  }

  private startsCondition(): boolean {
    const token = this.tokens[this.at];
    return (
      token?.kind === 'word' ||
      token?.kind === 'text' ||
      token?.kind === 'open' ||
      this.isKeyword(this.at, 'not')
    );
  }

  private collectionAt(): Collection {
    const [token, next] = this.tokens.slice(this.at, this.at + 2);
    const isCollection = token?.kind === 'word' && next?.kind === 'open' && next.from === token.to;
    return isCollection && (token.value === 'event' || token.value === 'link') ? token.value : undefined;
  }

  /** Returns the error for a missing token: at the next token, or after `after` at the end of the query. */
  private expected(what: string, after = this.tokens[this.at - 1]): QuerySyntaxError {
    const token = this.tokens[this.at];
    if (token?.kind === 'wrong') return wrong(token, unexpected(token));
    if (token !== undefined) return wrong(token, `Expected ${what}, found ${token.value}.`);
    const end = this.query.length;
    return new QuerySyntaxError(`Expected ${what}, found the end of the query.`, after?.from ?? end, end);
  }

  private end(): number {
    return this.tokens[this.at - 1]?.to ?? this.query.length;
  }
}

const wrong = ({ from, to }: Token, message: string): QuerySyntaxError =>
  new QuerySyntaxError(message, from, to);

const unexpected = ({ value }: Token): string => {
  if (value.startsWith('"')) return 'Missing closing quotation mark.';
  if (value === '&' || value === '|') return `Use ${value}${value} or ${value === '&' ? 'and' : 'or'}.`;
  return `Unexpected ${value}.`;
};

const WORDS = {
  flag: ['true', 'false'],
  issue: TRACE_ISSUES,
  kind: ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'],
  status: ['unset', 'ok', 'error'],
} as const;

type WordType = keyof typeof WORDS;

const isWordType = (type: FieldType | undefined): type is WordType =>
  type !== undefined && Object.hasOwn(WORDS, type);

/** Types as sentences begin with them. */
const NAMES: Readonly<Record<WordType, string>> = {
  flag: 'This field',
  issue: 'An issue',
  kind: 'A kind',
  status: 'A status',
};

const problemOf = (type: FieldType | undefined, value: string): string | undefined => {
  if (isWordType(type)) {
    const words: readonly string[] = WORDS[type];
    return words.includes(value) ? undefined : `${NAMES[type]} is one of ${words.join(', ')}.`;
  }
  if (type === 'count') return /^\d{1,15}$/.test(value) ? undefined : 'Use a whole number, such as 500.';
  if (type === 'duration') {
    try {
      parseGoDuration(value);
    } catch {
      return 'Use a duration with a unit, such as 250ms or 1.5s.';
    }
  }
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$/.test(value);
  return type === 'time' && !isTime ? 'Use a time such as 2026-11-26T14:00:00Z.' : undefined;
};

export const valuesOfField = (type: FieldType): readonly string[] => (isWordType(type) ? WORDS[type] : []);
