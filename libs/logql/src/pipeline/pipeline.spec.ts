import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseLogql } from '../parser.js';
import { pipeLine } from '../testing/one-line.js';
import { compileJson } from './json.js';
import { LineLabels } from './line-labels.js';

const parsed = (pipeline: string, line: string, stream = {}, metadata = {}) =>
  pipeLine(pipeline, line, stream, metadata)?.parsed;

const keeps = (pipeline: string, line: string, stream = {}, metadata = {}) =>
  pipeLine(pipeline, line, stream, metadata) !== undefined;

describe('json', () => {
  it('json turns every field into a label, and names nested fields by their path', () => {
    expect(
      parsed(
        '| json',
        '{"msg":"it \\"works\\" \\u00e9","n":1.50,"big":12345678901234567890,"ok":true,"no":null,"list":[1,{"x":[2]}],' +
          '"http":{"status code":200,"2xx":false,"":"empty"},"":"x"," pad ":"p"}',
      ),
    ).toEqual({
      msg: 'it "works" é',
      n: '1.50',
      big: '12345678901234567890',
      ok: 'true',
      http_status_code: '200',
      http_2xx: 'false',
      http_: 'empty',
      pad: 'p',
    });
  });

  it('json keeps the first of two fields with one name', () => {
    expect(parsed('| json', '{"a":"1","a":"2","b":{"c":"3"},"b_c":"4"}')).toEqual({ a: '1', b_c: '3' });
  });

  it('json reads a line independently of the keys of the previous line', () => {
    const pipeline = compileJson();
    const labels = new LineLabels();
    const read = (line: string) => {
      labels.reset({}, {});
      pipeline(line, labels, 0n);
      return labels.categories().parsed;
    };
    const lines = [
      '{"a":"1","b":{"c":2},"d":3}',
      '{"a":"2","c":{"c":4},"d":5}',
      '{ "d" : 1, "a" : {"b":2} }',
      '{}',
      '{"a":"1","b":{"c":2},"d":3}',
    ];
    expect(lines.map(read)).toEqual(lines.map((line) => parsed('| json', line)));
    fc.assert(
      fc.property(
        fc.array(
          fc.dictionary(
            fc.constantFrom('a', 'b', 'c'),
            fc.oneof(fc.nat(9), fc.record({ a: fc.nat(9), b: fc.nat(9) })),
          ),
          { maxLength: 5 },
        ),
        (objects) => {
          for (const object of objects) {
            const line = JSON.stringify(object);
            expect(read(line)).toEqual(parsed('| json', line));
          }
        },
      ),
    );
  });

  it('json adds the suffix _extracted to labels that the stream or its metadata has', () => {
    expect(
      pipeLine('| json', '{"service":"x","trace_id":"y"}', { service: 'a' }, { trace_id: '1', service: 'b' })
        ?.all,
    ).toEqual({ service: 'a', trace_id: '1', service_extracted: 'x', trace_id_extracted: 'y' });
  });

  it.each(['', 'plain', '[1]', '"text"', '{', '{"a":1', '{"a" 1}', '{"a":tru}', '{"a":"x', '{a:1}'])(
    'lets %j go on with an error',
    (line) => {
      expect(pipeLine('| json', line)).toMatchObject({ line, parsed: { __error__: 'JSONParserErr' } });
    },
  );

  it('json keeps the fields before a syntax error', () => {
    expect(parsed('| json', '{"a":"1","b":')).toMatchObject({ a: '1', __error__: 'JSONParserErr' });
  });

  it('json with expressions extracts their fields', () => {
    const line = '{"a":{"b":[{"c":1.0},"x \\n"]},"d e":[[1,2],{"k":null}],"s":"t"}';
    expect(
      parsed(
        '| json first="a.b[0].c", second="a.b[1]", s, deep="[\\"d e\\"][0][1]", none="a.x", nil="[\\"d e\\"][1].k", all="a.b"',
        line,
      ),
    ).toEqual({
      first: '1.0',
      second: 'x \n',
      s: 't',
      deep: '2',
      none: '',
      nil: '',
      all: '[{"c":1.0},"x \\n"]',
    });
    expect(parsed('| json x="a"', 'plain')).toMatchObject({ __error__: 'JSONParserErr' });
    expect(parsed('| json x="a"', '{"b":1,"a":tru}')).toMatchObject({ x: '', __error__: 'JSONParserErr' });
  });

  it('json with an expression without a match keeps the label of the stream', () => {
    expect(parsed('| json app="a"', '{"b":1}', { app: 'x' })).toEqual({});
    expect(parsed('| json app="a"', '{"a":1}', { app: 'x' })).toEqual({ app_extracted: '1' });
    expect(parsed('| logfmt app="a"', 'b=1', { app: 'x' })).toEqual({});
  });

  it('json agrees with JSON.parse about the texts of an object', () => {
    const key = fc.stringMatching(/^[a-z]{1,6}$/);
    const object = fc.dictionary(key, fc.oneof(fc.string({ unit: 'binary' }), fc.boolean(), fc.integer()), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 2), (value, indent) => {
        const expected = Object.fromEntries(
          Object.entries(value).map(([name, item]) => [name, String(item).replaceAll('\ufffd', ' ')]),
        );
        expect(parsed('| json', JSON.stringify(value, null, indent))).toEqual(expected);
      }),
    );
  });

  it.each([
    ['{"a":7,}', { a: '7' }],
    ['{"a":{"b":1, } ,"c":2,}', { a_b: '1', c: '2' }],
    ['{"a":"t\tx\\n"}', { a: 't\tx\n' }],
    ['{"a":"x\\q","b":"\\ud83d","c":"bad\ufffd"}', { a: '', b: '', c: 'bad ' }],
  ])('json accepts what Loki accepts beyond JSON: %j', (line, labels) => {
    expect(parsed('| json', line)).toEqual(labels);
  });

  it.each(['{"a":1,,}', '{,}', '{"a":1,'])(
    'json passes %j on with an error, because only one extra comma is accepted',
    (line) => {
      expect(parsed('| json', line)).toMatchObject({ __error__: 'JSONParserErr' });
    },
  );

  it('json rejects deep and malformed input in linear time', () => {
    const deep = '{"a":'.repeat(50_000);
    expect(parsed('| json', deep)).toMatchObject({ __error__: 'JSONParserErr' });
    expect(parsed('| json', '['.repeat(100_000))).toMatchObject({ __error__: 'JSONParserErr' });
    expect(parsed('| json', `{"a":"${'\\"'.repeat(100_000)}`)).toMatchObject({ __error__: 'JSONParserErr' });
  });
});

describe('logfmt', () => {
  const line = 'level=info msg="it \\"works\\" fine" empty= alone took=1.5s http.status=200';

  it('logfmt turns pairs into labels', () => {
    expect(parsed('| logfmt', line)).toEqual({
      level: 'info',
      msg: 'it "works" fine',
      took: '1.5s',
      http_status: '200',
    });
    expect(parsed('| logfmt --keep-empty', line)).toMatchObject({ empty: '', alone: '' });
  });

  it('logfmt skips malformed pairs, and reports them in strict mode', () => {
    expect(parsed('| logfmt', 'a=1 b"=2 =3 c=4')).toEqual({ a: '1', c: '4' });
    expect(parsed('| logfmt --strict', 'a=1 b"=2 c=4')).toMatchObject({
      a: '1',
      __error__: 'LogfmtParserErr',
    });
    expect(parsed('| logfmt --strict', 'a="open')).toMatchObject({ __error__: 'LogfmtParserErr' });
  });

  it('logfmt with names extracts only these labels', () => {
    expect(parsed('| logfmt lvl="level", took, none', line)).toEqual({ lvl: 'info', took: '1.5s', none: '' });
  });
});

describe('quoted values of logfmt', () => {
  it.each([
    [
      'a raw newline and tab beside escapes',
      'a="x\ny" b="t\\tt\tr" c=1',
      { a: 'x\ny', b: 't\tt\tr', c: '1' },
    ],
    ['every escape', String.raw`a="\b\f\n\r\t\"\\\/\'\u00e9\ud83d\ude00"`, { a: '\b\f\n\r\t"\\/\'é😀' }],
    ['half of a surrogate pair', String.raw`a="x\ud83d"`, { a: 'x ' }],
    ['an invalid escape, which drops the pair', String.raw`a="x\qy" b=1`, { b: '1' }],
    ['a cut escape, which drops the pair', String.raw`a="x\u12" b=2`, { b: '2' }],
    ['bytes that were not UTF-8', 'a="bad\ufffd\\n" b=\ufffd', { a: 'bad \n', b: ' ' }],
    ['single quotes', "a='x' b=1", { a: "'x'", b: '1' }],
  ])('Quoted logfmt values are parsed as Loki parses them: %s', (_case, line, labels) => {
    expect(parsed('| logfmt', line)).toEqual(labels);
  });

  it('Quoted logfmt values with an invalid escape are an error in strict mode', () => {
    expect(parsed('| logfmt --strict', String.raw`a="x\qy" b=1`)).toMatchObject({
      __error__: 'LogfmtParserErr',
      __error_details__: 'logfmt syntax error at pos 9 : invalid quoted value',
    });
  });

  it('Repeated logfmt keys have their last value for a named label, and their first value otherwise', () => {
    const line = 'level=a level=b msg=1';
    expect(parsed('| logfmt level, msg', line)).toEqual({ level: 'b', msg: '1' });
    expect(parsed('| logfmt level, again="level"', line)).toEqual({ level: 'b', again: 'b' });
    expect(parsed('| logfmt', line)).toEqual({ level: 'a', msg: '1' });
  });
});

describe('errors of several stages', () => {
  it('The last error of a parser or template is kept, and a label filter does not replace it', () => {
    expect(parsed('| json | line_format `{{ .x | int | div 0 }}`', 'bad')).toMatchObject({
      __error__: 'TemplateFormatErr',
    });
    expect(parsed('| logfmt --strict | json', 'a="b')).toMatchObject({ __error__: 'JSONParserErr' });
    expect(parsed('| json | app > 5', 'bad', { app: 'x' })).toMatchObject({ __error__: 'JSONParserErr' });
  });
});

describe('regexp, pattern and unpack', () => {
  it('regexp turns named groups into labels', () => {
    const pipeline = '| regexp "(?P<method>\\\\w+) (?P<path>\\\\S+)( \\\\((?P<took>\\\\w+)\\\\))?"';
    expect(parsed(pipeline, 'GET /x (5ms)')).toEqual({ method: 'GET', path: '/x', took: '5ms' });
    expect(parsed(pipeline, 'GET /x')).toEqual({ method: 'GET', path: '/x', took: '' });
    expect(parsed(pipeline, '-')).toEqual({});
  });

  it('pattern splits the line into labels', () => {
    const line = '10.0.0.1 - - [01/Jan] "GET /x HTTP/1.1" 200';
    expect(parsed('| pattern `<ip> - <_> [<_>] "<method> <path> <_>" <status>`', line)).toEqual({
      ip: '10.0.0.1',
      method: 'GET',
      path: '/x',
      status: '200',
    });
    expect(parsed('| pattern `x<a>`', line)).toEqual({});
    expect(parsed('| pattern `<a>|<b>`', 'no bar')).toEqual({ a: 'no bar' });
  });

  it('unpack restores the packed line and labels', () => {
    expect(pipeLine('| unpack', '{"pod":"p","_entry":"the \\"line\\"","n":1}')).toMatchObject({
      line: 'the "line"',
      parsed: { pod: 'p' },
    });
    expect(pipeLine('| unpack', '{"pod":"p"}')).toMatchObject({ line: '{"pod":"p"}', parsed: {} });
    expect(parsed('| unpack', 'x')).toMatchObject({ __error__: 'JSONParserErr' });
  });
});

describe('line filters', () => {
  it.each([
    ['|> "<_>err<_>"', 'an err here', true],
    ['|> "<_>err<_>"', 'err here', false],
    ['|> "err <_>"', 'err here', true],
    ['|> "err <_>"', 'an err here', false],
    ['|> "<_> 200"', 'GET 200', true],
    ['|> "<_> 200"', 'GET 2000', false],
    ['!> "err <_>"', 'err here', false],
    ['!> "err <_>" or "warn <_>"', 'info here', true],
    ['|= ip("10.0.0.0/8")', 'from 10.1.2.3:8080 to', true],
    ['|= ip("10.0.0.0/8")', 'from 11.1.2.3', false],
    ['|= ip("192.168.4.5-192.168.4.20")', 'x 192.168.4.7.', true],
    ['|= ip("192.168.4.5-192.168.4.20")', 'x 192.168.4.21', false],
    ['!= ip("10.0.0.1")', 'x 10.0.0.1', false],
    ['|= ip("2001:db8::/32")', 'peer [2001:db8::1]:443', true],
    ['|= ip("::1")', 'peer ::1', true],
    ['|= ip("10.0.0.1") or "x"', 'x', true],
    ['| addr=ip("10.0.0.0/8")', '', true],
    ['| addr!=ip("10.0.0.0/8")', '', false],
    ['| none=ip("10.0.0.0/8")', '', false],
  ])('%s on %j: %j', (pipeline, line, kept) => {
    expect(keeps(pipeline, line, {}, { addr: '10.9.8.7' })).toBe(kept);
  });
});

describe('label filters', () => {
  const labels = { status: '503', took: '1.5s', size: '20MB', zero: '0', text: 'x', float: '1e3' };

  it.each([
    ['status >= 500', true],
    ['status > 503', false],
    ['status == 503', true],
    ['status = 503', true],
    ['status != 503', false],
    ['status < 1e3', true],
    ['zero > -1', true],
    ['float == 1000', true],
    ['took > 1s', true],
    ['took >= 1500ms', true],
    ['took < 1m30s', true],
    ['size <= 20MB', true],
    ['size > 19.5MB', true],
    ['size > 1KiB', true],
    ['none >= 500', false],
    ['status >= 500 and took > 1s', true],
    ['status >= 500, took > 2s', false],
    ['status < 500 or took > 1s', true],
    ['(status < 500 or took > 1s) text="y"', false],
    ['none=""', true],
    ['none!="x"', true],
  ])('%s: %j', (filter, kept) => {
    expect(keeps(`| ${filter}`, '', {}, labels)).toBe(kept);
  });

  it('A label filter passes on a line whose value is not a quantity, with an error', () => {
    expect(parsed('| text > 5', '', {}, labels)).toEqual({
      __error__: 'LabelFilterErr',
      __error_details__: 'strconv.ParseFloat: parsing "x": invalid syntax',
    });
    expect(parsed('| text > 5s', '', {}, labels)).toMatchObject({
      __error_details__: 'time: invalid duration "x"',
    });
    expect(keeps('| text > 5 | __error__=""', '', {}, labels)).toBe(false);
  });
});

describe('drop, keep, label_format, decolorize', () => {
  const line = '{"a":"1","b":"2"}';
  const stream = { service: 's', env: 'dev' };

  it('drop removes labels and errors', () => {
    expect(pipeLine('| json | drop a, env="dev", service="x"', line, stream)?.all).toEqual({
      service: 's',
      b: '2',
    });
    expect(parsed('| json | drop __error__', 'x')).not.toHaveProperty('__error__');
    expect(parsed('| json | drop __error__, __error_details__', 'x')).toEqual({});
  });

  it('keep removes all other labels, and keeps errors', () => {
    expect(pipeLine('| json | keep a, env=~"d.*"', line, stream)?.all).toEqual({ a: '1', env: 'dev' });
    expect(pipeLine('| json | keep a', 'x', stream)?.all).toMatchObject({ __error__: 'JSONParserErr' });
  });

  it('A removed label can be extracted again under the same name', () => {
    expect(pipeLine('| json | drop a | json', line)?.parsed).toEqual({ b: '2', a: '1' });
    expect(pipeLine('| drop service | json', '{"service":"x"}', stream)?.all).toEqual({
      env: 'dev',
      service_extracted: 'x',
    });
    expect(pipeLine('| json | drop service_extracted', '{"service":"x"}', stream)?.all).toEqual(stream);
  });

  it('label_format renames labels, and its templates read the labels before the stage', () => {
    expect(
      pipeLine(
        '| json | label_format c=a, d="{{.a}}{{.b}}{{.c}}", service="{{.service}}!", x=none',
        line,
        stream,
      )?.all,
    ).toEqual({ env: 'dev', b: '2', c: '1', d: '21', service: 's!' });
  });

  it('decolorize removes ANSI colors', () => {
    expect(pipeLine('| decolorize', '\u001b[31;1mred\u001b[0m plain \u001b]0;title\u0007')?.line).toBe(
      'red plain ',
    );
  });
});

describe('the default queries of Grafana', () => {
  it.each([
    ['the id stands in the line', 'x 4bf9 y', {}, true],
    ['the id is structured metadata', 'x', { trace_id: '4bf9' }, true],
    ['the id is nowhere', 'x', { trace_id: '1' }, false],
  ])('A default query of Grafana finds a line when %s', (_case, line, metadata, kept) => {
    const pipeline =
      '| label_format log_line_contains_trace_id=`{{ contains "4bf9" __line__  }}` ' +
      '| log_line_contains_trace_id="true" or trace_id="4bf9"';
    expect(keeps(pipeline, line, {}, metadata)).toBe(kept);
  });
});

describe('a stage that cannot be', () => {
  it.each([
    ['| regexp "("', 'invalid regexp parser: error parsing regexp: missing closing ): `(`'],
    ['| regexp "x"', 'invalid regexp parser: at least one named capture must be supplied'],
    ['| pattern "x"', 'invalid pattern parser: at least one capture is required'],
    ['| pattern "<a><b>"', 'invalid pattern parser: found consecutive capture'],
    ['|= ip("x")', 'ip: invalid pattern: "x"'],
    ['|~ ip("10.0.0.1")', 'ip: invalid operation'],
    ['| json a="x["', 'cannot parse expression [x[]: syntax error: unexpected ['],
    [
      '| line_format "{{.x"',
      'stage \'| line_format "{{.x"\' : invalid line template: template: line:1: unclosed action',
    ],
    [
      '| label_format a="{{nope}}"',
      'stage \'| label_format a="{{nope}}"\' : invalid template for label \'a\': template: label:1: function "nope" not defined',
    ],
    [
      '| label_format a=b, a=c',
      "stage '| label_format a=b, a=c' : multiple label name 'a' not allowed in a single format operation",
    ],
    ['| label_format __error__=b', "stage '| label_format __error__=b' : __error__ cannot be formatted"],
  ])('%s', (pipeline, message) => {
    expect(() => parseLogql(`{a="b"} ${pipeline}`)).toThrow(`parse error : ${message}`);
  });
});
