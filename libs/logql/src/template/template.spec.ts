import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Template } from './template.js';
import { TemplateError } from './value.js';
import { fuzzRuns } from '../testing/fuzz-runs.js';

const T = 1_767_225_600_123_456_789n;
const LABELS = { level: 'error', n: '7', path: '/a/b', json: '{"a":[1,2.5,"x"],"b":{"c":null}}', empty: '' };

const run = (template: string, line = 'the line'): string =>
  new Template(template, 'line').execute({ labels: LABELS, line, timeUnixNano: T });

describe('templates', () => {
  it.each([
    ['plain', 'plain'],
    ['{{.level}} {{ .path }}!', 'error /a/b!'],
    ['{{.missing}}|{{.empty}}|', '||'],
    ['a {{- " b " -}} c', 'a b c'],
    ['x{{/* note */}}y', 'xy'],
    ['x {{- /* note */ -}} y', 'xy'],
    ['{{__line__}} at {{__timestamp__ | unixEpoch}}', 'the line at 1767225600'],
    ['{{if .empty}}a{{else if eq .level "error"}}b{{else}}c{{end}}', 'b'],
    ['{{if and .level (not .empty)}}yes{{end}}', 'yes'],
    ['{{or .empty .level}} {{and .level .n}}', 'error 7'],
    ['{{with .level}}{{.}}{{else}}none{{end}}{{with .empty}}x{{else}}none{{end}}', 'errornone'],
    ['{{$x := .n}}{{$x}}{{if true}}{{$x = "8"}}{{end}}{{$x}}{{$.level}}', '78error'],
    ['{{range $i, $v := (fromJson .json).a}}{{$i}}={{$v}};{{end}}', '0=1;1=2.5;2=x;'],
    ['{{range (fromJson .json).a}}{{if eq (printf "%v" .) "2.5"}}{{continue}}{{end}}{{.}}{{end}}', '1x'],
    [
      '{{range (fromJson .json).a}}{{break}}{{else}}none{{end}}{{range (fromJson "[]")}}x{{else}}none{{end}}',
      'none',
    ],
    ['{{(fromJson .json).b}} {{fromJson .json | len}}', 'map[c:<nil>] 2'],
    ['{{ne 1 2}} {{lt 1 2}} {{ge "b" "a"}} {{eq .level "x" "error"}}', 'true true true true'],
    ['{{index (fromJson .json) "a" 1}} {{slice .path 1 2}} {{len .path}}', '2.5 a 4'],
    [
      '{{print 1 2 "x" 3}} {{printf "%05.1f|%-4s|%4d|%q|%x|%%" 2.25 "ab" 7 "c" "hi"}}',
      '1 2x3 002.3|ab  |   7|"c"|6869|%',
    ],
    ['{{html "<a>"}} {{urlquery "a b&c"}}', '&lt;a&gt; a+b%26c'],
  ])('%s', (template, text) => {
    expect(run(template)).toBe(text);
  });

  it.each([
    [
      '{{ToUpper .level}} {{.level | ToLower}} {{Replace .path "/" "-" 1}} {{Trim "xax" "x"}}',
      'ERROR error -a/b a',
    ],
    [
      '{{TrimPrefix .path "/a"}} {{TrimSuffix .path "/b"}} {{TrimLeft "xxa" "x"}}{{TrimRight "axx" "x"}}{{TrimSpace " a "}}',
      '/b /a aaa',
    ],
    ['{{lower "AB"}} {{upper "ab"}} {{title "one two"}}', 'ab AB One Two'],
    ['{{trunc 2 .level}} {{trunc -2 .level}} {{substr 1 3 .level}}', 'er or rr'],
    ['{{contains "rr" .level}} {{hasPrefix "er" .level}} {{hasSuffix "er" .level}}', 'true true false'],
    ['{{indent 2 "a\\nb"}}|{{nindent 1 "a"}}', '  a\n  b|\n a'],
    [
      '{{replace "/" "-" .path}} {{repeat 3 "ab"}} {{trim " a "}} {{trimAll "$" "$5$"}} {{trimPrefix "-" "-a"}} {{trimSuffix "-" "a-"}}',
      '-a-b ababab a 5 a a',
    ],
    [
      '{{regexReplaceAll "(e)(r+)" .level "${2}$1"}} {{regexReplaceAllLiteral "r" .level "$1"}} {{count "r" .level}}',
      'rreor e$1$1o$1 3',
    ],
    [
      '{{urlencode "a b/ü"}} {{urldecode "a+b%2F"}} {{b64enc "hé"}} {{b64dec "aMOp"}}',
      'a+b%2F%C3%BC a b/ aMOp hé',
    ],
    [
      '[{{alignLeft 4 "ab"}}][{{alignRight 4 "ab"}}][{{alignLeft 1 "ab"}}][{{alignRight 1 "ab"}}]',
      '[ab  ][  ab][a][b]',
    ],
    [
      '{{add 1 2 .n}} {{sub 5 2}} {{mul 2 3 4}} {{div 7 2}} {{mod 7 4}} {{max 1 5 3}} {{min 4 2}}',
      '10 3 24 3 3 5 2',
    ],
    [
      '{{addf 0.1 0.2}} {{subf 3 1.5}} {{mulf 1.5 2}} {{divf 1 4}} {{maxf 1 2.5}} {{minf 1.5 2}}',
      '0.3 1.5 3 0.25 2.5 1.5',
    ],
    [
      '{{ceil 1.2}} {{floor 1.8}} {{round 123.555555 3}} {{int "12"}} {{float64 "1.5"}}',
      '2 1 123.556 12 1.5',
    ],
    ['{{default "-" .empty}} {{.n | default "-"}}', '- 7'],
    ['{{bytes "2KB"}} {{duration "1m30s"}} {{duration_seconds "250ms"}}', '2000 90 0.25'],
    [
      '{{__timestamp__ | date "2006-01-02T15:04:05.000Z07:00"}} {{date "Mon, 2 Jan 06 3:04PM" __timestamp__}}',
      '2026-01-01T00:00:00.123Z Thu, 1 Jan 26 12:00AM',
    ],
    [
      '{{toDate "2006-01-02" "2026-03-01" | unixEpoch}} {{unixToTime "1767225600" | unixEpochMillis}}',
      '1772323200 1767225600000',
    ],
    [
      '{{toDateInZone "2006-01-02 15:04" "Europe/Berlin" "2026-07-01 12:00" | date "15:04 -0700"}}',
      '12:00 +0200',
    ],
    [
      '{{__timestamp__ | unixEpochNanos}} {{__timestamp__}}',
      '1767225600123456789 2026-01-01 00:00:00.123456789 +0000 UTC',
    ],
  ])('%s', (template, text) => {
    expect(run(template)).toBe(text);
  });

  it.each([
    ['{{', 'unclosed action'],
    ['{{.x', 'unclosed action'],
    ['{{if .x}}', 'unexpected EOF'],
    ['{{end}}', 'unexpected {{end}}'],
    ['{{else}}', 'unexpected {{else}}'],
    ['{{nope .x}}', 'function "nope" not defined'],
    ['{{$x}}', 'undefined variable "$x"'],
    ['{{"open}}', 'unterminated quoted string'],
    ['{{break}}', '{{break}} outside {{range}}'],
    ['{{template "x"}}', '{{template}} is not supported'],
    ['{{}}', 'missing value for command'],
    ['{{.a | 1}}', 'non executable command in pipeline'],
    ['{{(.a}}', 'unclosed left paren'],
    ['{{`a'.padEnd(3, '{'), 'unterminated raw quoted string'],
  ])('%s is no template', (template, message) => {
    expect(() => new Template(template, 'line')).toThrow(message);
  });

  it.each([
    ['{{.level.x}}', "can't evaluate field x in type string"],
    ['{{ToLower 5}}', 'expected string; got int64'],
    ['{{div 1 0}}', 'integer divide by zero'],
    ['{{lt 1 "a"}}', 'incompatible types for comparison'],
    ['{{index .level 99}}', 'index out of range'],
    ['{{repeat 100000000 "x"}}', 'longer than'],
    ['{{printf "%999999999d" 1}}', 'longer than'],
    ['{{range 100000000}}{{end}}', 'more than 50000 steps'],
    [
      '{{$x := repeat 100000 "a"}}{{range 40000}}{{$y := regexReplaceAll "a|b" $x "c"}}{{end}}',
      'more than 50000 steps',
    ],
    ['{{$x := "aaaaaaaaaa"}}{{range 40}}{{$x = print $x $x}}{{end}}{{$x}}', 'longer than'],
    ['{{regexReplaceAll "(" .level ""}}', 'error parsing regexp'],
  ])('%s ends with an error, not with the process', (template, message) => {
    expect(() => run(template)).toThrow(TemplateError);
    expect(() => run(template)).toThrow(message);
  });

  it('A template throws nothing but its own error for any text', () => {
    const scrap = fc.constantFrom(
      ...[
        '{{',
        '}}',
        '{{-',
        '-}}',
        '.',
        '.level',
        '$',
        '$x',
        ':=',
        '=',
        '|',
        '(',
        ')',
        ',',
        ' ',
        '"a"',
        '`b`',
        "'c'",
        '1',
        '-2.5',
      ],
      ...[
        'if',
        'else',
        'end',
        'range',
        'with',
        'eq',
        'len',
        'index',
        'printf',
        'add',
        'fromJson',
        '.json',
        'nil',
        'true',
        '/*',
        '*/',
        'break',
      ],
      ...[
        '{{range (fromJson .json).a}}',
        '{{end}}',
        '{{if .n}}',
        'substr 1 2',
        'date',
        '__line__',
        '__timestamp__',
        'trunc',
        '0x1f',
        'é',
      ],
    );
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 20 }), (scraps) => {
        try {
          run(scraps.join(''));
          run(`{{${scraps.join(' ')}}}`);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
      { numRuns: fuzzRuns(2_000) },
    );
  });
});
