import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LabelFilter, LogExpr, LogqlExpr, Matcher, Stage } from './ast.js';
import { formatLogql } from './format.js';
import { LogqlParseError } from './parse-error.js';
import { parseLogql, parseSelector } from './parser.js';
import { fuzzRuns } from './testing/fuzz-runs.js';

const errorOf = (query: string): string => {
  try {
    parseLogql(query);
  } catch (error) {
    return error instanceof LogqlParseError ? error.message : `not a LogqlParseError: ${String(error)}`;
  }
  return 'no error';
};

const stagesOf = (query: string): readonly Stage[] => (parseLogql(query) as LogExpr).stages;

describe('parseLogql', () => {
  it('parseLogql reads a selector with every operator', () => {
    expect(parseLogql('{service="a", env!="dev",level=~"warn|error" , pod !~ `x.*`}')).toEqual({
      kind: 'log',
      matchers: [
        { name: 'service', operator: '=', value: 'a' },
        { name: 'env', operator: '!=', value: 'dev' },
        { name: 'level', operator: '=~', value: 'warn|error' },
        { name: 'pod', operator: '!~', value: 'x.*' },
      ],
      stages: [],
    });
  });

  it('parseLogql reads line filters, with "or" between texts', () => {
    expect(stagesOf('{a="b"} |= "Payment gateway timeout" != `x` |~ "1|2" or "3" !~ "4"')).toEqual([
      { kind: 'line-filter', operator: '|=', texts: ['Payment gateway timeout'] },
      { kind: 'line-filter', operator: '!=', texts: ['x'] },
      { kind: 'line-filter', operator: '|~', texts: ['1|2', '3'] },
      { kind: 'line-filter', operator: '!~', texts: ['4'] },
    ]);
  });

  it('parseLogql gives "and", comma and juxtaposition precedence over "or"', () => {
    expect(stagesOf('{a="b"} | c="1" or d="2" and e="3", f="4" g="5"')).toEqual(
      stagesOf('{a="b"} | c="1" or (((d="2" and e="3") and f="4") and g="5")'),
    );
    expect(stagesOf('{a="b"} | (c="1" or d="2") and e="3"')).toMatchObject([
      { filter: { kind: 'and', left: { kind: 'or' } } },
    ]);
  });

  it('parseLogql reads comments, line breaks and the escapes of Go', () => {
    expect(stagesOf('{a="b"} # services\n  |= "tab\\t\\"q\\" \\u00e9 \\xc3\\xa9 \\101"')).toEqual([
      { kind: 'line-filter', operator: '|=', texts: ['tab\t"q" é é A'] },
    ]);
  });

  it('parseLogql distinguishes a stage from a label of the same name', () => {
    expect(stagesOf('{a="b"} | json="x"')).toMatchObject([{ filter: { matcher: { name: 'json' } } }]);
  });

  it.each([
    ['', 'parse error at line 1, col 1: syntax error: unexpected $end'],
    ['{foo="bar}', 'parse error at line 1, col 6: literal not terminated'],
    ['{foo="bar"', 'parse error at line 1, col 11: syntax error: unexpected $end, expecting } or ,'],
    [
      '{foo="bar"} |~',
      'parse error at line 1, col 15: syntax error: unexpected $end, expecting STRING or ip',
    ],
    ['{foo="bar"} "foo"', 'parse error at line 1, col 13: syntax error: unexpected STRING'],
    ['{foo="bar"} foo', 'parse error at line 1, col 13: syntax error: unexpected IDENTIFIER'],
    ['{app=', 'parse error at line 1, col 6: syntax error: unexpected $end, expecting STRING'],
    ['{', 'parse error at line 1, col 2: syntax error: unexpected $end, expecting IDENTIFIER or }'],
    ['{a="b",}', 'parse error at line 1, col 8: syntax error: unexpected }, expecting IDENTIFIER'],
    [
      '{é="b"}\n  |= x',
      'parse error at line 2, col 6: syntax error: unexpected IDENTIFIER, expecting STRING or ip',
    ],
    ['{a="b"} ; x', 'parse error at line 1, col 9: syntax error: unexpected ;'],
    ['{a="\\q"}', 'parse error at line 1, col 4: invalid char escape'],
    ['{a=~"("}', 'parse error : error parsing regexp: missing closing ): `(`'],
    ['{a="b"} |~ "a**"', 'parse error : error parsing regexp: invalid nested repetition operator: `**`'],
  ])('says of %j what Loki says', (query, message) => {
    expect(errorOf(query)).toBe(message);
  });

  it.each([
    ['count_over_time({a="b"})', 'at line 1, col 24: syntax error: unexpected ), expecting RANGE'],
    ['count_over_time({a="b"}[5x])', 'at line 1, col 24: not a valid duration string: "5x"'],
    ['count_over_time({a="b"}[5m', "at line 1, col 24: missing closing ']' in duration"],
    ['sum({a="b"})', 'at line 1, col 12: syntax error: unexpected ), expecting RANGE'],
    ['{a="b"}[5m]', 'at line 1, col 8: syntax error: unexpected RANGE'],
    ['rate({a="b"}[5m]) by', 'at line 1, col 21: syntax error: unexpected $end, expecting ('],
    ['sum by (rate({a="b"}[5m]))', 'at line 1, col 13: syntax error: unexpected (, expecting , or )'],
    ['{a="b"} | a=>5', 'at line 1, col 13: syntax error: unexpected >'],
    ['count_over_time({a="b"} | unwrap x [5m])', ': invalid aggregation count_over_time with unwrap'],
    ['sum_over_time({a="b"}[5m])', ': invalid aggregation sum_over_time without unwrap'],
    ['rate({a="b"}[5m]) by (x)', ': grouping not allowed for rate aggregation'],
    ['quantile_over_time({a="b"} | unwrap x [5m])', ': parameter required for operation quantile_over_time'],
    ['rate(5, {a="b"}[5m])', ': parameter 5 not supported for operation rate'],
    ['topk(rate({a="b"}[5m]))', ': parameter required for operation topk'],
    ['topk(0, rate({a="b"}[5m]))', ': invalid parameter (must be greater than 0) topk(0'],
    ['topk(1.5, rate({a="b"}[5m]))', ': invalid parameter topk(1.5,'],
    ['sum(3, rate({a="b"}[5m]))', ': unsupported parameter for operation sum(3,'],
    ['sort by (x) (rate({a="b"}[5m]))', ": sort and sort_desc doesn't allow grouping by "],
    ['approx_topk(1, rate({a="b"}[5m])) by (x)', ': grouping not allowed for approx_topk aggregation'],
    ['{a="b"} + 1', ': unexpected type for left leg of binary operation (+): *syntax.MatchersExpr'],
    ['1 + {a="b"} |= "x"', ': unexpected type for right leg of binary operation (+): *syntax.PipelineExpr'],
    ['1 and vector(1)', ': unexpected literal for left leg of logical/set binary operation (and): 1.000000'],
    [
      'label_replace(vector(1), "a", "b", "c", "(")',
      ': invalid regex in label_replace: error parsing regexp: missing closing ): `(`',
    ],
  ])('says of the metric query %j what Loki says', (query, message) => {
    expect(errorOf(query)).toBe(`parse error ${message}`);
  });

  it('parseLogql reads every kind of metric query', () => {
    expect(parseLogql('SUM BY (level) (count_over_time({a="b"} | json [5m] offset -1h))')).toEqual({
      kind: 'vector-aggregation',
      operation: 'sum',
      grouping: { without: false, labels: ['level'] },
      operand: {
        kind: 'range-aggregation',
        operation: 'count_over_time',
        log: {
          kind: 'log',
          matchers: [{ name: 'a', operator: '=', value: 'b' }],
          stages: [{ kind: 'json', extractions: [] }],
        },
        intervalNanos: 300_000_000_000n,
        offsetNanos: -3_600_000_000_000n,
      },
    });
  });

  it.each([
    'sum(rate({a="b"} |= "x" [1h30m])) by (c, d)',
    'sum without (c) (count_over_time({a="b"}[1w]))',
    'quantile_over_time(0.95, {a="b"} | json | unwrap duration(took) | __error__="" [5m]) by (c)',
    'avg_over_time(({a="b"} | logfmt | unwrap x)[5m] offset 1h)',
    'topk(5, sum by (c) (rate({a="b"}[1m]))) > bool 2',
    'rate({a="b"}[1m]) / ignoring (c) group_left (d) rate({e="f"}[1m])',
    'vector(1) + on () vector(2) or vector(3) unless vector(4)',
    'label_replace(rate({a="b"}[1m]), "x", "$1", "y", "(.*)")',
    '{a="b"} | json c="d[0].e", f | logfmt --strict --keep-empty g | regexp "(?P<h>.)" | pattern "<i> <_>" | unpack',
    '{a="b"} | line_format "{{.x}}" | label_format y="{{.z}}", w=v | decolorize | drop u, t="s" | keep r, q=~"p"',
    '{a="b"} |> "<_> x <_>" !> "y <_>" |= ip("10.0.0.0/8") | c=ip("::1") | d>5 | e<=1h30m | f!=20MB | g=-5',
    'bytes_over_time({a="b"}[90s]) # with a comment\n * 0x1p3',
  ])('formats %s as something that means the same', (query) => {
    const formatted = formatLogql(parseLogql(query));
    expect(parseLogql(formatted)).toEqual(parseLogql(query));
    expect(formatLogql(parseLogql(formatted))).toBe(formatted);
  });

  it.each(['{}', '{app=~".*"}', '{app!="a"}', '{app=""}', '{app!~"a"}'])(
    'parseLogql rejects %s, which would read every stream',
    (query) => {
      expect(errorOf(query)).toBe(
        'parse error : queries require at least one regexp or equality matcher that does not have an ' +
          'empty-compatible value. For instance, app=~".*" does not meet this requirement, but app=~".+" will',
      );
    },
  );

  it('parseLogql rejects queries that are too long or too deep', () => {
    expect(errorOf(`{a="${'x'.repeat(131_072)}"}`)).toBe(
      'parse error : input size too long (131078 > 131072)',
    );
    expect(errorOf(`{a="b"} | ${'('.repeat(50_000)}`)).toContain('nested too deeply');
    expect(errorOf(`${'('.repeat(50_000)}1`)).toContain('nested too deeply');
    expect(errorOf(`${'sum('.repeat(10_000)}1`)).toContain('nested too deeply');
    expect(errorOf(`1${'^1'.repeat(10_000)}`)).toContain('nested too deeply');
    expect(errorOf(`1${'+vector(1)'.repeat(10_000)}`)).toContain('too many operators');
    expect(errorOf(`{a="b"} | c="1"${' or c="1"'.repeat(10_000)}`)).toContain('too many operators');
    expect(errorOf(`{a=~"${'('.repeat(50_000)}"}`)).toContain('parse error : error parsing regexp');
  });
});

describe('parseSelector', () => {
  it('parseSelector accepts a selector of every stream', () => {
    expect(parseSelector('{}')).toEqual([]);
    expect(parseSelector('{a=~".*"}')).toEqual([{ name: 'a', operator: '=~', value: '.*' }]);
  });

  it('parseSelector rejects anything after the selector', () => {
    expect(() => parseSelector('{a="b"} |= "c"')).toThrow(
      'parse error at line 1, col 9: syntax error: unexpected |=, expecting $end',
    );
  });
});

const name = fc
  .stringMatching(/^[a-z_][a-z0-9_]{0,8}$/)
  .filter((word) => !['or', 'and', 'ip'].includes(word));
const text = fc.string({ unit: 'binary', maxLength: 12 });
const matcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.record({ name, operator: fc.constantFrom('=', '!='), value: text }),
  fc.record({ name, operator: fc.constantFrom('=~', '!~'), value: fc.constantFrom('a|b', '.+', '', 'x{2}') }),
);
const { filter } = fc.letrec<{ filter: LabelFilter; leaf: LabelFilter; pair: LabelFilter }>((tie) => ({
  leaf: fc.record({ kind: fc.constant('comparison' as const), matcher }),
  pair: fc.record({ kind: fc.constantFrom('and', 'or'), left: tie('filter'), right: tie('filter') }),
  filter: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('pair')),
}));
const stage: fc.Arbitrary<Stage> = fc.oneof(
  fc.record({
    kind: fc.constant('line-filter' as const),
    operator: fc.constantFrom('|=', '!='),
    texts: fc.array(text, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('label-filter' as const), filter }),
);
const certain = fc.record({ name, operator: fc.constant('=' as const), value: text.filter((t) => t !== '') });
const query: fc.Arbitrary<LogqlExpr> = fc.record({
  kind: fc.constant('log' as const),
  matchers: fc.tuple(certain, fc.array(matcher, { maxLength: 3 })).map(([first, rest]) => [first, ...rest]),
  stages: fc.array(stage, { maxLength: 4 }),
});

describe('formatLogql', () => {
  it('formatLogql writes text that the parser reads as the same tree', () => {
    fc.assert(
      fc.property(query, (expression) => {
        expect(parseLogql(formatLogql(expression))).toEqual(expression);
      }),
    );
  });

  it('formatLogql writes the usual form', () => {
    expect(formatLogql(parseLogql('{ a = `b"` } |= "x" or `y` | (c="1" or d!="2") e=~"3"'))).toBe(
      '{a="b\\""} |= "x" or "y" | (c="1" or d!="2") and e=~"3"',
    );
  });
});

describe('the parser under odd input', () => {
  const expectOnlyParseErrors = (input: string) => {
    const error = errorOf(input);
    expect(error === 'no error' || error.startsWith('parse error')).toBe(true);
  };

  it('The parser throws nothing but its own error for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), expectOnlyParseErrors));
  });

  it('The parser throws nothing but its own error for fragments of LogQL', () => {
    const scrap = fc.constantFrom(
      ...[
        '{',
        '}',
        '(',
        ')',
        '|',
        '|=',
        '!~',
        '=~',
        '=',
        '!=',
        ',',
        '"x"',
        '`y`',
        '"(',
        'a',
        'or',
        'and',
        'ip',
      ],
      ...[
        'json',
        'by',
        '5m',
        '[5m]',
        '10KB',
        '0x1f',
        '0x1p3',
        '1_0',
        'offset',
        '999999d',
        '99999999999PB',
        '-',
        '>',
        '#',
        '\n',
        ' ',
        '"[a',
        '\\',
        'é',
        '"a{1001}"',
        ...[
          'sum',
          'rate(',
          'count_over_time(',
          'topk(',
          'vector(',
          'label_replace(',
          '{a="b"}',
          '| unwrap x',
          'offset',
          'on',
          'bool',
        ],
        ...[
          'line_format',
          '"{{.x}}"',
          'label_format',
          'drop',
          'keep',
          'logfmt',
          'pattern',
          '"<a>"',
          '--strict',
          '^',
          '==',
        ],
        ...['group_left', 'unless', 'without', '1e999', '9999999999h', '[99999999y]', '1', '20MB'],
      ],
    );
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 25 }), fc.constantFrom('', ' '), (scraps, space) =>
        expectOnlyParseErrors(scraps.join(space)),
      ),
      { numRuns: fuzzRuns(2_000) },
    );
  });

  it.each([
    ['count_over_time({a="b"}[2m] offset 999999d)', 'line 1, col 36: duration out of range'],
    ['count_over_time({a="b"}[2m] offset -999999d)', 'line 1, col 37: duration out of range'],
    ['count_over_time({a="b"}[999999d])', 'line 1, col 24: duration out of range'],
    ['{a="b"} | c > 999999d', 'line 1, col 15: duration out of range'],
    ['{a="b"} | c > 99999999999PB', 'line 1, col 15: too large: 99999999999PB'],
    [
      '1 + 0x10',
      'parse error : unable to parse literal as a float: strconv.ParseFloat: parsing "0x10": invalid syntax',
    ],
    ['0b11', 'unable to parse literal as a float: strconv.ParseFloat: parsing "0b11": invalid syntax'],
    [
      'vector(0x10)',
      'unable to parse vectorExpr as a float: strconv.ParseFloat: parsing "0x10": invalid syntax',
    ],
    ['topk(0x2, vector(1))', 'invalid parameter topk(0x2,'],
  ])('refuses a number that is none, or is too large: %s', (text, message) => {
    expect(errorOf(text)).toContain(message);
  });

  it.each([
    ['0x1p3', 8],
    ['0x1.8p1', 3],
    ['0x_1p3', 8],
    ['1_000', 1_000],
    ['1_0.5e1_0', 10.5e10],
    ['017', 17],
    ['08.5', 8.5],
    ['5.', 5],
    ['-.5', -0.5],
  ])('The parser reads %s as Go does', (text, value) => {
    expect(parseLogql(text)).toEqual({ kind: 'number', value });
  });

  it('The parser throws nothing but its own error for a valid query with one character changed', () => {
    fc.assert(
      fc.property(query, fc.nat(), fc.string({ unit: 'binary', maxLength: 2 }), (expression, at, scrap) => {
        const valid = formatLogql(expression);
        const place = at % valid.length;
        expectOnlyParseErrors(valid.slice(0, place) + scrap + valid.slice(place + 1));
      }),
    );
  });
});
