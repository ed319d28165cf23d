import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fuzzRuns } from '../testing/fuzz-runs.js';
import { arbitraryExpr, comparable } from '../testing/arbitrary-expr.js';
import { selectorsOf, typeOf, type Expr } from './ast.js';
import { formatLine, formatPromql } from './format.js';
import { PromqlParseError } from './parse-error.js';
import { parsePromql, parseSelector } from './parser.js';

const errorOf = (query: string): string => {
  try {
    parsePromql(query);
  } catch (error) {
    if (error instanceof PromqlParseError) return error.message;
    throw error;
  }
  return 'no error';
};

const numberOf = (query: string): number => {
  const expr = parsePromql(query);
  if (expr.kind !== 'number') throw new Error(`${query} is a ${expr.kind}`);
  return expr.value;
};

describe('A number', () => {
  it.each([
    ['1', 1],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1_000],
    ['1E-2', 0.01],
    ['1_000', 1_000],
    ['0x1F', 31],
    ['0X_ff', 255],
    ['010', 8],
    ['08', 8],
    ['-2', -2],
    ['+Inf', Infinity],
    ['-inf', -Infinity],
    ['NaN', Number.NaN],
    ['5m', 300],
    ['1h30m', 5_400],
    ['-1d', -86_400],
    ['250ms', 0.25],
    ['1y1w', 365 * 86_400 + 7 * 86_400],
  ])('%s is %d', (text, value) => {
    expect(numberOf(text)).toBe(value);
  });
});

describe('A string', () => {
  it.each([
    ['"a\\"b"', 'a"b'],
    ["'a\\'b'", "a'b"],
    ['`a\\n"b`', 'a\\n"b'],
    ['"\\u00e9\\x41\\101\\t"', 'éAA\t'],
  ])('%s is read with its escapes', (text, value) => {
    expect(parsePromql(text)).toMatchObject({ kind: 'string', value });
  });
});

describe('A selector', () => {
  it('has a condition on the name like on any label', () => {
    const [selector] = selectorsOf(parsePromql('up{job=~"a|b", instance!="x",}'));
    expect(selector?.matchers.map(({ name, operator, value }) => `${name}${operator}${value}`)).toEqual([
      'job=~a|b',
      'instance!=x',
      '__name__=up',
    ]);
  });

  it('takes any text in quotes as a name of a metric or label', () => {
    const [selector] = selectorsOf(parsePromql('{"my.metric", "service.name"="x"}'));
    expect(selector?.matchers.map(({ name, value }) => [name, value])).toEqual([
      ['__name__', 'my.metric'],
      ['service.name', 'x'],
    ]);
  });

  it('takes keywords as the name of a metric', () => {
    for (const name of ['sum', 'by', 'offset', 'and', 'start', 'end', 'step', 'limitk']) {
      expect(parsePromql(name)).toMatchObject({ kind: 'vector-selector', metricName: name });
    }
    expect(parsePromql('sum + count{a="b"}')).toMatchObject({ kind: 'binary' });
  });

  it('matches whole values by expressions, in which a dot also stands for a line end', () => {
    const [matcher] = parseSelector('{a=~"b.c"}');
    expect(['b\nc', 'bxc', 'bxcd', ''].map((value) => matcher?.matches(value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('may match every series where it is not a query', () => {
    expect(parseSelector('{}')).toEqual([]);
    expect(errorOf('{a=~".*"}')).toBe(
      '1:1: parse error: vector selector must contain at least one non-empty matcher',
    );
  });
});

describe('Operators', () => {
  it.each([
    ['1 + 2 * 3', '1 + (2 * 3)'],
    ['2 ^ 3 ^ 2', '2 ^ (3 ^ 2)'],
    ['-2 ^ 2', '-(2 ^ 2)'],
    ['2 ^ -3 * 4', '(2 ^ -3) * 4'],
    ['-a * b', '(-a) * b'],
    ['a - b - c', '(a - b) - c'],
    ['a or b and c unless d', 'a or ((b and c) unless d)'],
    ['a + b > bool c', '(a + b) > bool c'],
    ['a atan2 b * c', '(a atan2 b) * c'],
    ['a </ 5 + 1', 'a </ (5 + 1)'],
    ['-a offset 5m', '-(a offset 5m)'],
    ['a + b[5m:] offset 1m', 'a + (b[5m:] offset 1m)'],
  ])('%s means %s', (query, explicit) => {
    // Types do not matter for precedence, but a range is no operand.
    const shape = (text: string) => {
      try {
        return comparable(parsePromql(text), { withoutParentheses: true });
      } catch (error) {
        return (error as Error).message.replace(/^\d+:\d+/, '');
      }
    };
    expect(shape(query)).toEqual(shape(explicit));
  });

  it('of sets match many series to many', () => {
    expect(parsePromql('a and on (b) c')).toMatchObject({
      matching: { cardinality: 'many-to-many', on: true },
    });
    expect(parsePromql('a * ignoring (b) group_left (c) d')).toMatchObject({
      matching: { cardinality: 'many-to-one', on: false, labels: ['b'], include: ['c'] },
    });
  });
});

describe('Offsets and fixed times', () => {
  it('belong to the selector in any order', () => {
    for (const query of ['up offset -1m @ 60.5', 'up @ 60.5 offset -1m']) {
      expect(parsePromql(query)).toMatchObject({ offsetMillis: -60_000, at: 60_500 });
    }
    expect(parsePromql('up[5m] @ start() offset 90')).toMatchObject({
      rangeMillis: 300_000,
      selector: { offsetMillis: 90_000, at: 'start' },
    });
    expect(parsePromql('up[1h:30s] @ end()')).toMatchObject({ stepMillis: 30_000, at: 'end' });
  });
});

describe('The message of a parse error', () => {
  it.each([
    ['', 'unknown position: parse error: no expression found in input'],
    ['# only a comment', '1:1: parse error: no expression found in input'],
    ['sum(', '1:5: parse error: unclosed left parenthesis'],
    ['up{', '1:4: parse error: unexpected end of input inside braces'],
    ['up[5m', '1:6: parse error: unclosed left bracket'],
    ['1 +', '1:4: parse error: unexpected end of input'],
    ['* up', '1:1: parse error: unexpected <op:*>'],
    ['up up', '1:4: parse error: unexpected identifier "up"'],
    ['up)', "1:4: parse error: unexpected right parenthesis ')'"],
    ['sum up', '1:5: parse error: unexpected identifier "up"'],
    ['sum()', '1:1: parse error: no arguments for aggregate expression provided'],
    [
      'topk(up)',
      '1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1',
    ],
    ['nosuch(up)', '1:1: parse error: unknown function with name "nosuch"'],
    ['abs(up,)', '1:7: parse error: trailing commas not allowed in function call args'],
    [
      'rate(up)',
      '1:6: parse error: expected type range vector in call to function "rate", got instant vector',
    ],
    ['rate()', '1:1: parse error: expected 1 argument(s) in call to "rate", got 0'],
    ['round()', '1:1: parse error: expected at least 1 argument(s) in call to "round", got 0'],
    ['round(up, 1, 2)', '1:1: parse error: expected at most 2 argument(s) in call to "round", got 3'],
    ['sum(1)', '1:5: parse error: expected type instant vector in aggregation expression, got scalar'],
    ['topk("a", up)', '1:6: parse error: expected type scalar in aggregation parameter, got string'],
    ['1 > 2', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
    ['up + bool up', '1:4: parse error: bool modifier can only be used on comparison operators'],
    ['1 and 2', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
    ['up and on (a) group_left up', '1:1: parse error: no grouping allowed for "and" operation'],
    [
      'up * on (a) group_left (a) up',
      '1:4: parse error: label "a" must not occur in ON and GROUP clause at once',
    ],
    ['1 + on (a) 2', '1:1: parse error: vector matching only allowed between instant vectors'],
    ['"a" + 1', '1:1: parse error: binary expression must contain only scalar and instant vector types'],
    [
      '-up[5m]',
      '1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "range vector"',
    ],
    ['up[5m][5m:]', '1:1: parse error: subquery is only allowed on instant vector, got matrix instead'],
    ['sum(up)[5m]', '1:8: parse error: ranges only allowed for vector selectors'],
    ['up offset 5m [5m]', '1:14: parse error: no offset modifiers allowed before range'],
    ['up @ 5 [5m]', '1:8: parse error: no @ modifiers allowed before range'],
    ['up offset 5m offset 5m', '1:1: parse error: offset may not be set multiple times'],
    ['up @ 5 @ 5', '1:1: parse error: @ <timestamp> may not be set multiple times'],
    ['up @ NaN', '1:1: parse error: timestamp out of bounds for @ modifier: NaN'],
    [
      'sum(up) offset 5m',
      '1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
    ],
    [
      'up offset',
      '1:10: parse error: unexpected end of input in offset, expected number, duration, step(), or range()',
    ],
    ['up[0s]', '1:4: parse error: duration must be greater than 0'],
    ['up[5m+1m]', '1:4: parse error: experimental duration expression is not enabled'],
    ['up[5x]', '1:4: parse error: bad number or duration syntax: "5"'],
    ['up[5m1h]', '1:4: parse error: not a valid duration string: "5m1h"'],
    ['up[1.5h]', '1:4: parse error: unknown unit "." in duration "1.5h"'],
    ['up[300y]', '1:4: parse error: duration out of range'],
    ['up[1hs]', '1:4: parse error: unknown unit "hs" in duration "1hs"'],
    ['1..2', '1:1: parse error: bad number or duration syntax: "1.."'],
    ['1m2x', '1:1: parse error: bad number or duration syntax: "1m2"'],
    ['up}', "1:3: parse error: unexpected character: '}'"],
    ['up{a}', '1:5: parse error: unexpected "}" in label matching, expected label matching operator'],
    ['up{a=b}', '1:6: parse error: unexpected identifier "b" in label matching, expected string'],
    [
      'up{a="b" c="d"}',
      '1:10: parse error: unexpected identifier "c" in label matching, expected "," or "}"',
    ],
    ['up{"other"}', '1:1: parse error: metric name must not be set twice: "up" or "other"'],
    ['sum by a (up)', '1:8: parse error: unexpected identifier "a" in grouping opts, expected "("'],
    [
      'sum by (a b) (up)',
      '1:11: parse error: unexpected identifier "b" in grouping opts, expected "," or ")"',
    ],
    [
      'limitk(1, up)',
      '1:1: parse error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions',
    ],
    ['sort_by_label(up, "a")', '1:1: parse error: function "sort_by_label" is not enabled'],
    ['"a', '1:1: parse error: unterminated quoted string'],
    ['`a', '1:1: parse error: unterminated raw string'],
    ['"\\q"', "1:1: parse error: unknown escape sequence U+0071 'q'"],
    ['up ! up', "1:4: parse error: unexpected character after '!': ' '"],
    ['up ~ up', "1:4: parse error: unexpected character: '~'"],
    ['a +\n  é', "2:3: parse error: unexpected character: 'é'"],
    ['{é="ü"} + {"ü"=1}', "1:2: parse error: unexpected character inside braces: 'é'"],
    ['{"ü"=1}', "1:7: parse error: unexpected character inside braces: '1'"],
  ])('of %j is %s', (query, message) => {
    expect(errorOf(query)).toBe(message);
  });

  it('points at a matcher whose expression is wrong, and quotes it as written', () => {
    expect(errorOf('up{a="b",c=~"("}')).toBe(
      '1:10: parse error: error parsing regexp: missing closing ): `(`',
    );
  });

  it('says that a query is nested too deeply, or too long', () => {
    expect(errorOf('('.repeat(5_000))).toContain('the query is nested too deeply');
    expect(errorOf('1+'.repeat(5_000))).toContain('the query has too many operators');
    expect(errorOf(`${'-'.repeat(100_000)}1`)).toContain('parse error');
    expect(errorOf(`up${' '.repeat(200_000)}`)).toContain('query is too long');
  });
});

describe('The formatter', () => {
  it.each([
    ['sum(rate(up{job="b",a="c"}[60s]))by(x,"y.z")', 'sum by (x, "y.z") (rate(up{a="c",job="b"}[1m]))'],
    ['a*on(x)group_left b', 'a * on (x) group_left () b'],
    ['a ==bool 1', 'a == bool 1'],
    ['{"my.metric"}', '{__name__="my.metric"}'],
    ['up offset -90s @ 1.5', 'up @ 1.500 offset -1m30s'],
    ['1e3+0x10', '1000 + 16'],
    ['max_over_time(up[1h:])', 'max_over_time(up[1h:])'],
    ['-  up', '-up'],
    [
      'sum by (service) (rate(http_server_request_duration_seconds_count{environment="production"}[5m])) > 0.05',
      '  sum by (service) (rate(http_server_request_duration_seconds_count{environment="production"}[5m]))\n>\n  0.05',
    ],
  ])('writes %s as Prometheus does', (query, formatted) => {
    expect(formatPromql(parsePromql(query))).toBe(formatted);
  });

  it('writes any query so that parsing it returns the same tree', () => {
    fc.assert(
      fc.property(arbitraryExpr, (expr: Expr) => {
        const text = formatPromql(expr);
        expect(comparable(parsePromql(text))).toEqual(comparable(expr));
        expect(comparable(parsePromql(formatLine(expr)))).toEqual(comparable(expr));
        expect(typeOf(parsePromql(text))).toBe(typeOf(expr));
      }),
      { numRuns: fuzzRuns(100) },
    );
  });
});

describe('The parser', () => {
  const PIECES = [
    ...'(){}[],=!<>~+-*/%^@:"\'`#.\n \\'.split(''),
    ...[
      'up',
      'sum',
      'by',
      'rate',
      'offset',
      'bool',
      'on',
      'group_left',
      '5m',
      '1',
      '0x',
      '1e',
      'Inf',
      '=~',
      'é',
      '[5m]',
    ],
  ];

  it('throws nothing but parse errors, whatever the text', () => {
    const text = fc.oneof(
      fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary', maxLength: 30 }),
    );
    fc.assert(
      fc.property(text, (query) => {
        for (const parse of [parsePromql, parseSelector]) {
          try {
            parse(query);
          } catch (error) {
            expect(error).toBeInstanceOf(PromqlParseError);
          }
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});
