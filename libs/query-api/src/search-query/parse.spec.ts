import { describe, expect, it } from '@jest/globals';
import { parseStructuredFilter } from '../jaeger/structured-filter/structured-filter.js';
import fc from 'fast-check';
import type { FilterCall } from './filter.js';
import { parseQuery, QuerySyntaxError } from './parse.js';
import { quoted } from './tokens.js';

/** Formats a filter as `op(a, b)`. */
const short = ({ op, args }: FilterCall): string =>
  `${op}(${args
    .map((arg) => {
      if ('call' in arg) return short(arg.call);
      if ('scalar' in arg) return arg.scalar.value;
      if ('nested' in arg) return arg.nested.level;
      return 'field' in arg
        ? `${arg.field.level}:${arg.field.name}`
        : `${arg.attr.level ?? ''}@${arg.attr.key}`;
    })
    .join(', ')})`;

const problem = (query: string): QuerySyntaxError => {
  try {
    parseQuery(query);
  } catch (error) {
    if (error instanceof QuerySyntaxError) return error;
    throw error;
  }
  throw new Error(`${query} was read as a query.`);
};

describe('parseQuery', () => {
  it.each([
    ['duration > 250ms', 'gt(span:duration, 250ms)'],
    ['service = "order service"', 'eq(resource:service, order service)'],
    ['http.response.status_code >= 500', 'gte(@http.response.status_code, 500)'],
    ['name =~ "GET .*"', 'regex(span:name, GET .*)'],
    ['http.route !~ internal', 'and(exists(@http.route), not(regex(@http.route, internal)))'],
    ['resource.host.name != a', 'ne(resource@host.name, a)'],
    ['"name" = x', 'eq(@name, x)'],
    ['user.id', 'exists(@user.id)'],
    ['user.id exists', 'exists(@user.id)'],
    ['kind in (server, consumer)', 'or(eq(span:kind, server), eq(span:kind, consumer))'],
    ['a not in (1, 2)', 'and(exists(@a), not(or(eq(@a, 1), eq(@a, 2))))'],
    ['error=true', 'eq(span:status, error)'],
    ['error != true', 'not(eq(span:status, error))'],
    [
      'event(name = exception and exception.type = Timeout)',
      'some(event, and(eq(event:name, exception), eq(event@exception.type, Timeout)))',
    ],
    ['event.name = retry', 'eq(event:name, retry)'],
    ['issue = n+1 and spanCount > 500', 'and(eq(trace:issue, n+1), gt(trace:spanCount, 500))'],
    ['incomplete = true', 'eq(trace:incomplete, true)'],
    ['origin.service = payment', 'eq(trace:originService, payment)'],
    ['root = "POST /orders"', 'eq(trace:rootName, POST /orders)'],
    ['traceDuration >= 1s', 'gte(trace:duration, 1s)'],
  ])('parseQuery parses %s', (query, expected) => {
    expect(short(parseQuery(query))).toBe(expected);
  });

  it.each([
    ['a=1 or b=2 and c=3', 'or(eq(@a, 1), and(eq(@b, 2), eq(@c, 3)))'],
    ['(a=1 or b=2) and c=3', 'and(or(eq(@a, 1), eq(@b, 2)), eq(@c, 3))'],
    ['not a=1 and b=2', 'and(not(eq(@a, 1)), eq(@b, 2))'],
    ['!(a=1 || b=2) && c=3', 'and(not(or(eq(@a, 1), eq(@b, 2))), eq(@c, 3))'],
    ['a=1 and b=2 and c=3', 'and(eq(@a, 1), eq(@b, 2), eq(@c, 3))'],
  ])('parseQuery applies the precedence of “and” over “or” in %s', (query, expected) => {
    expect(short(parseQuery(query))).toBe(expected);
  });

  it('parseQuery accepts a list of tags, which the form also accepts', () => {
    expect(short(parseQuery('error=true http.route="/users/:id" user.id=1'))).toBe(
      'and(eq(span:status, error), eq(@http.route, /users/:id), eq(@user.id, 1))',
    );
  });

  it.each([
    ['duration >', 'Expected a value, found the end of the query.', '>'],
    ['duration > 250', 'Use a duration with a unit, such as 250ms or 1.5s.', '250'],
    ['status = failed', 'A status is one of unset, ok, error.', 'failed'],
    ['kind > server', 'A kind has no order. Use = or !=.', '>'],
    ['incomplete > true', 'This field has no order. Use = or !=.', '>'],
    ['spanCount > many', 'Use a whole number, such as 500.', 'many'],
    ['a = "x', 'Missing closing quotation mark.', '"x'],
    ['(a = 1', 'Expected a closing parenthesis, found the end of the query.', '(a = 1'],
    ['a = 1)', 'Closing parenthesis without an opening one.', ')'],
    ['a = 1 & b = 2', 'Use && or and.', '&'],
    ['and a = 1', 'Expected a condition such as duration > 250ms, found and.', 'and'],
    ['error > 1', 'Use error=true or error=false.', 'error > 1'],
    ['startTime > yesterday', 'Use a time such as 2026-11-26T14:00:00Z.', 'yesterday'],
    ['"" = 1', 'The attribute has no name.', '""'],
    ['resource.', 'The attribute has no name.', 'resource.'],
    ['event(event(a=1))', 'Conditions inside event(…) cannot contain event(…) or link(…).', 'event'],
  ])('parseQuery names the error of %s, and its position', (query, message, at) => {
    const { from, to, message: said } = problem(query);
    expect([said, query.slice(from, to)]).toEqual([message, at]);
  });

  it('parseQuery reads back every quoted value, and the API accepts its filter', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (key, value) => {
        const query = `${JSON.stringify(key) === `"${key}"` ? `"${key}"` : 'key'} = ${quoted(value)}`;
        const call = parseQuery(query);
        expect(call.args[1]).toEqual({ scalar: { value } });
        parseStructuredFilter(JSON.stringify(call));
      }),
    );
  });

  it('parseQuery returns a filter or an error position for every text', () => {
    const piece = fc.constantFrom(
      'a',
      '=',
      '"',
      '(',
      ')',
      ' ',
      '.',
      'not',
      'and',
      'or',
      'in',
      ',',
      '!',
      '&&',
      'event',
      '5ms',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const query = pieces.join('');
        try {
          parseStructuredFilter(JSON.stringify(parseQuery(query)));
        } catch (error) {
          expect(error).toBeInstanceOf(QuerySyntaxError);
          const { from, to } = error as QuerySyntaxError;
          expect(from >= 0 && from <= to && to <= query.length).toBe(true);
        }
      }),
    );
  });
});
