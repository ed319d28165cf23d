import { describe, expect, it } from '@jest/globals';
import { evaluateMetric } from './eval/evaluate-metric.js';
import type { MetricExpr } from './ast.js';
import { formatLogql } from './format.js';
import { parseLogql } from './parser.js';
import { FREE_RUN, LineSource, row } from './testing/line-source.js';
import { pipeLine } from './testing/one-line.js';

// Every form of the language once: it is parsed, formatted and evaluated.

const JSON_LINE =
  '{"status":504,"took":"1.5s","size":"2KB","ip":"10.0.0.7","a":{"b":["x","y"]},"level":"error"}';
const LOGFMT_LINE = 'level=error status=504 msg="it failed" empty=';

/** `undefined`: the line is dropped. */
const line = (pipeline: string, text = JSON_LINE): string | undefined =>
  pipeLine(pipeline, text, { app: 'x' }, { trace_id: 't1' })?.line;

const label = (name: string, pipeline: string, text = JSON_LINE): string | undefined =>
  pipeLine(pipeline, text, { app: 'x' }, { trace_id: 't1' })?.all[name];

describe('selectors', () => {
  const streams = [row(1, 'l', { app: 'foo', env: 'p' }), row(1, 'l', { app: 'bar' })];
  it.each([
    ['{app="foo"}', 1],
    ['{app!="foo", env=~".*", app=~".+"}', 1],
    ['{app=~"f.*"}', 1],
    ['{app=~"f"}', undefined],
    ['{app=~".+", app!~"f.*"}', 1],
    ['{app=~"foo|bar"}', 2],
    ['{app=`foo`}', 1],
  ])('%s', async (selector, expected) => {
    expect(await numberOf(`sum(count_over_time(${selector}[5s]))`, 3, streams)).toBe(expected);
  });
});

describe('filters of lines', () => {
  it.each<[string, boolean]>([
    ['|= "504"', true],
    ['|= `"status":504`', true],
    ['!= "504"', false],
    ['|~ "st[a-z]+s"', true],
    ['|~ "(?i)STATUS"', true],
    ['!~ "50[0-9]"', false],
    ['|= "absent" or "504"', true],
    ['!= "absent" or "504"', false],
    ['|~ "absent" or "5.4"', true],
    ['|= ip("10.0.0.0/8")', true],
    ['!= ip("10.0.0.1-10.0.0.9")', false],
    ['|> "<_>took<_>"', true],
    ['!> "<_>took<_>"', false],
    ['|= "504" != "absent" |~ "took"', true],
  ])('%s', (pipeline, isKept) => {
    expect(line(pipeline)).toBe(isKept ? JSON_LINE : undefined);
  });
});

describe('parsers', () => {
  it.each<[string, string, string, string | undefined, string?]>([
    ['| json', 'status', '', '504'],
    ['| json', 'trace_id', '', 't1'],
    ['| json first="a.b[0]", took', 'first', '', 'x'],
    ['| json first="a.b[0]", took', 'took', '', '1.5s'],
    ['| json first="a[\\"b\\"][1]"', 'first', '', 'y'],
    ['| json', '__error__', 'no json', 'JSONParserErr'],
    ['| logfmt', 'msg', LOGFMT_LINE, 'it failed'],
    ['| logfmt', 'empty', LOGFMT_LINE, undefined],
    ['| logfmt --keep-empty', 'empty', LOGFMT_LINE, ''],
    ['| logfmt --strict', '__error__', 'a=1 b="', 'LogfmtParserErr'],
    ['| logfmt s="status", level', 's', LOGFMT_LINE, '504'],
    ['| regexp "status=(?P<code>\\\\d+)"', 'code', LOGFMT_LINE, '504'],
    ['| pattern "level=<level> status=<code> <_>"', 'code', LOGFMT_LINE, '504'],
    ['| unpack', 'pod', '{"_entry":"the line","pod":"p1"}', 'p1'],
  ])('%s: %s', (pipeline, name, text, expected) => {
    expect(label(name, pipeline, text || JSON_LINE)).toBe(expected);
  });

  it('The form of unpack restores the line', () => {
    expect(line('| unpack', '{"_entry":"the line","pod":"p1"}')).toBe('the line');
  });
});

describe('filters of labels', () => {
  it.each<[string, boolean]>([
    ['| app="x"', true],
    ['| app!="x"', false],
    ['| trace_id=~"t.*"', true],
    ['| trace_id!~"t.*"', false],
    ['| json | status > 500', true],
    ['| json | status >= 504', true],
    ['| json | status < 504', false],
    ['| json | status <= 504', true],
    ['| json | status == 504', true],
    ['| json | status = 504', true],
    ['| json | status != 504', false],
    ['| json | status > 0x1F4p0', true],
    ['| json | status > 5_00', true],
    ['| json | status > 5e2', true],
    ['| json | took > 1s', true],
    ['| json | took > 1h30m', false],
    ['| json | size > 1KB', true],
    ['| json | size >= 20MB', false],
    ['| json | size > 1KiB', true],
    ['| json | ip=ip("10.0.0.0/24")', true],
    ['| json | ip!=ip("10.0.0.7")', false],
    ['| json | status > 500 and took > 1s', true],
    ['| json | status > 600 or took > 1s', true],
    ['| json | status > 500, took > 2s', false],
    ['| json | status > 500 took > 1s', true],
    ['| json | (status > 600 or took > 1s) and level="error"', true],
  ])('%s', (pipeline, isKept) => {
    expect(line(pipeline)).toBe(isKept ? JSON_LINE : undefined);
  });
});

describe('formats and choices', () => {
  it.each<[string, string, string | undefined]>([
    ['| json | line_format "{{.status}} {{ .took }}"', '', '504 1.5s'],
    ['| line_format `{{ __line__ | trunc 9 }}`', '', '{"status"'],
    ['| json | label_format code=status', 'code', '504'],
    ['| json | label_format code="{{.status}}!", other=app', 'code', '504!'],
    ['| json | line_format "\\u001b[31mred\\u001b[0m" | decolorize', '', 'red'],
    ['| json | drop status, level="error"', 'level', undefined],
    ['| json | drop level=~"w.*"', 'level', 'error'],
    ['| json | keep status', 'level', undefined],
    ['| json | keep level=~"e.*"', 'level', 'error'],
  ])('%s %s', (pipeline, name, expected) => {
    expect(name === '' ? line(pipeline) : label(name, pipeline)).toBe(expected);
  });
});

describe('functions of templates', () => {
  // As Loki documents them, the older names in upper camel case among them.
  it.each<[string, string]>([
    ['{{ ToLower .A }}|{{ .A | lower }}', 'some text|some text'],
    ['{{ ToUpper .A }}|{{ upper .A }}', 'SOME TEXT|SOME TEXT'],
    ['{{ title "a b" }}', 'A B'],
    ['{{ trunc 4 .A }}|{{ trunc -4 .A }}', 'Some|Text'],
    ['{{ substr 0 4 .A }}', 'Some'],
    ['{{ contains "Te" .A }}|{{ eq .n "7" }}', 'true|true'],
    ['{{ hasPrefix "So" .A }}|{{ hasSuffix "xt" .A }}', 'true|true'],
    ['{{ indent 2 "a" }}|{{ nindent 2 "a" }}', '  a|\n  a'],
    ['{{ replace "Some" "Any" .A }}|{{ Replace .A "e" "3" -1 }}', 'Any Text|Som3 T3xt'],
    ['{{ repeat 3 "a" }}', 'aaa'],
    ['{{ trim " a " }}|{{ TrimSpace " a " }}|{{ trimAll "$" "$a$" }}', 'a|a|a'],
    ['{{ trimPrefix "S" .A }}|{{ trimSuffix "t" .A }}|{{ TrimPrefix .A "S" }}', 'ome Text|Some Tex|ome Text'],
    [
      '{{ Trim "$a$" "$" }}|{{ TrimLeft "$a" "$" }}|{{ TrimRight "a$" "$" }}|{{ TrimSuffix .A "t" }}',
      'a|a|a|Some Tex',
    ],
    [
      '{{ regexReplaceAll "(o)m" .A "<${1}>" }}|{{ regexReplaceAllLiteral "om" .A "$1" }}',
      'S<o>e Text|S$1e Text',
    ],
    ['{{ count "e" .A }}', '2'],
    ['{{ urlencode "a b" }}|{{ urldecode "a+b" }}', 'a+b|a b'],
    ['{{ b64enc "a" }}|{{ b64dec "YQ==" }}', 'YQ==|a'],
    ['{{ alignLeft 6 "ab" }}|{{ alignRight 6 "ab" }}', 'ab    |    ab'],
    ['{{ int "7" }}|{{ float64 "7.5" }}', '7|7.5'],
    ['{{ add 1 2 3 }}|{{ sub 5 2 }}|{{ mul 2 3 }}|{{ div 7 2 }}|{{ mod 7 2 }}', '6|3|6|3|1'],
    ['{{ addf 1.5 2 }}|{{ subf 5.5 2 }}|{{ mulf 2 1.5 }}|{{ divf 7 2 }}', '3.5|3.5|3|3.5'],
    ['{{ min 1 2 }}|{{ max 1 2 }}|{{ minf 1.5 2 }}|{{ maxf 1.5 2 }}', '1|2|1.5|2'],
    ['{{ ceil 1.2 }}|{{ floor 1.8 }}|{{ round 1.25 1 }}', '2|1|1.3'],
    ['{{ with fromJson .j }}{{ .k }}{{ end }}', 'v'],
    ['{{ date "2006-01-02" (toDate "2006-01-02" "2026-01-05") }}', '2026-01-05'],
    ['{{ toDateInZone "2006-01-02" "UTC" "2026-01-05" | date "01/02" }}', '01/05'],
    [
      '{{ unixEpoch (toDate "2006-01-02" "1970-01-02") }}|{{ unixEpochMillis (toDate "2006-01-02" "1970-01-02") }}',
      '86400|86400000',
    ],
    [
      '{{ unixEpochNanos (toDate "2006-01-02" "1970-01-02") }}|{{ unixToTime "1767225600" | date "2006-01-02" }}',
      '86400000000000|2026-01-01',
    ],
    ['{{ bytes "2KB" }}|{{ duration "1m30s" }}|{{ duration_seconds "1m30s" }}', '2000|90|90'],
    ['{{ default "d" .absent }}|{{ default "d" .n }}', 'd|7'],
    ['{{ __timestamp__ | unixEpochMillis }}|{{ __line__ }}', '1500|the line'],
    ['{{ if gt (len .A) 3 }}long{{ else }}short{{ end }}|{{ printf "%05d" (int .n) }}', 'long|00007'],
  ])('%s', (template, expected) => {
    const labels = { A: 'Some Text', n: '7', j: '{"k":"v"}' };
    const piped = pipeLine(
      `| line_format ${JSON.stringify(template)}`,
      'the line',
      labels,
      {},
      1_500_000_000n,
    );
    expect([piped?.line, piped?.all.__error_details__]).toEqual([expected, undefined]);
  });
});

const ROWS = [
  row(1, '{"n":1,"took":"250ms","size":"2KB"}', { app: 'x', env: 'p' }),
  row(2, '{"n":4,"took":"1s","size":"1KB"}', { app: 'x', env: 'p' }),
  row(3, '{"n":9,"took":"2s","size":"1KB"}', { app: 'y', env: 'p' }),
];

/** Returns the value of the only series at one moment. */
const numberOf = async (query: string, seconds = 4, rows = ROWS): Promise<number | undefined> => {
  const expression = parseLogql(query) as MetricExpr;
  expect(parseLogql(formatLogql(expression))).toEqual(expression);
  const steps = { startUnixNano: BigInt(seconds) * 1_000_000_000n, stepNanos: 1n, count: 1 };
  const series = await evaluateMetric(expression, steps, new LineSource(rows), FREE_RUN);
  expect(series.length).toBeLessThan(2);
  return series[0]?.points[0]?.value;
};

describe('numbers of lines', () => {
  it.each<[string, number | undefined]>([
    ['sum(count_over_time({env="p"}[5s]))', 3],
    ['sum(rate({env="p"}[4s]))', 0.75],
    ['sum(bytes_over_time({app="y"}[5s]))', 32],
    ['sum(bytes_rate({app="y"}[4s]))', 8],
    ['absent_over_time({app="z"}[5s])', 1],
    ['absent_over_time({app="x"}[5s])', undefined],
    ['sum(count_over_time({env="p"} |= "n" [5s] offset 1s))', 3],
    ['sum(count_over_time({env="p"}[1s] offset -1s))', undefined],
    ['sum(count_over_time({env="p"}[5s] | json | n > 1))', 2],
    ['sum(count_over_time({env="p"} | json | n > 1 [5s])) # with a comment', 2],
  ])('%s', async (query, expected) => {
    expect(await numberOf(query)).toBe(expected);
  });
});

describe('numbers in lines', () => {
  const unwrapped = (operation: string, more = '| unwrap n', grouping = ' by (env)'): string =>
    `${operation}({env="p"} | json ${more} [5s])${grouping}`;
  it.each<[string, number]>([
    [`sum(${unwrapped('sum_over_time', '| unwrap n', '')})`, 14],
    [unwrapped('avg_over_time'), 14 / 3],
    [unwrapped('min_over_time'), 1],
    [unwrapped('max_over_time'), 9],
    [unwrapped('first_over_time'), 1],
    [unwrapped('last_over_time'), 9],
    [unwrapped('stdvar_over_time'), 10.888888888888889],
    [unwrapped('stddev_over_time'), Math.sqrt(10.888888888888889)],
    [unwrapped('quantile_over_time').replace('(', '(0.5, '), 4],
    [`sum(${unwrapped('rate', '| unwrap n', '')})`, 14 / 5],
    [unwrapped('max_over_time', '| unwrap duration(took)'), 2],
    [unwrapped('max_over_time', '| unwrap duration_seconds(took)'), 2],
    [unwrapped('max_over_time', '| unwrap bytes(size)'), 2000],
    [unwrapped('max_over_time', '| unwrap n | __error__=""'), 9],
  ])('%s', async (query, expected) => {
    expect(await numberOf(query)).toBeCloseTo(expected, 9);
  });

  it('The form of rate_counter uses the increase of a counter', async () => {
    const counter = [1, 2, 3].map((seconds) => row(seconds, `n=${10 * seconds}`, { app: 'c' }));
    expect(
      await numberOf('sum(rate_counter({app="c"} | logfmt | unwrap n [4s]))', 4, counter),
    ).toBeGreaterThan(0);
  });
});

describe('aggregations', () => {
  const counts = 'count_over_time({env="p"}[5s])';
  it.each<[string, number | undefined]>([
    [`sum(${counts})`, 3],
    [`avg(${counts})`, 1.5],
    [`min(${counts})`, 1],
    [`max(${counts})`, 2],
    [`count(${counts})`, 2],
    [`stddev(${counts})`, 0.5],
    [`stdvar(${counts})`, 0.25],
    [`topk(1, ${counts})`, 2],
    [`bottomk(1, ${counts})`, 1],
    [`approx_topk(1, ${counts})`, 2],
    [`topk(1, sort(${counts}))`, 2],
    [`topk(1, sort_desc(${counts}))`, 2],
    [`sum by (env) (${counts})`, 3],
    [`sum(${counts}) by (env)`, 3],
    [`sum without (app) (${counts})`, 3],
    [`sum(${counts}) without (app)`, 3],
  ])('%s', async (query, expected) => {
    expect(await numberOf(query)).toBe(expected);
  });
});

describe('operators', () => {
  const x = 'sum by (env) (count_over_time({app="x"}[5s]))';
  const y = 'sum by (env) (count_over_time({app="y"}[5s]))';
  const byApp = 'sum by (app, env) (count_over_time({app="x"}[5s]))';
  it.each<[string, number | undefined]>([
    [`${x} + ${y}`, 3],
    [`${x} - ${y}`, 1],
    [`${x} * ${y}`, 2],
    [`${x} / ${y}`, 2],
    [`${x} % ${y}`, 0],
    [`${x} ^ 3`, 8],
    [`${x} == 2`, 2],
    [`${x} != 2`, undefined],
    [`${x} > 1`, 2],
    [`${x} >= bool 3`, 0],
    [`${x} < bool 3`, 1],
    [`${x} <= 2`, 2],
    [`${x} and ${y}`, 2],
    [`${x} or ${y}`, 2],
    [`${x} unless ${y}`, undefined],
    [`${byApp} / on (env) ${y}`, 2],
    [`${byApp} / ignoring (app) ${y}`, 2],
    [`${byApp} / on (env) group_left () ${y}`, 2],
    [`${y} / on (env) group_right () ${byApp}`, 0.5],
    ['vector(1) + vector(1)', 2],
    ['vector(3)', 3],
    [`label_replace(${x}, "to", "$1", "env", "(.*)")`, 2],
    [`2 * ${x} + 1`, 5],
    [`-1 * ${x}`, -2],
  ])('%s', async (query, expected) => {
    expect(await numberOf(query)).toBe(expected);
  });
});
