import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readTraceRequestJson } from '@lantern/otlp/json';
import { spansOf } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  orderTrace,
  resource,
  resourceSpans,
  span,
  traceId,
} from '@lantern/telemetry-model/testing';
import fc from 'fast-check';
import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import { maskedResourceSpans } from './masked.js';
import { readReport } from './read-report.js';
import { traceReport, type ReportedTrace } from './trace-report.js';
import { VIEWER_SCRIPT, VIEWER_STYLE } from './viewer-program.js';

const read = (traces: readonly ReportedTrace[], options = {}) => {
  const data = readReport(traceReport(traces, options));
  if (data === undefined) throw new Error('no report');
  return data;
};

const failed = orderTrace({ traceId: traceId(7), failed: true });

/** Secrets of one kind each, in every place where a sender can write. */
const SECRETS = [
  'hunter22',
  'sk-proj-abcdefghijklmnopqrstuvwx',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
];
const leaky = (): ReportedTrace => ({
  traceId: traceId(9),
  resourceSpans: [
    resourceSpans(
      resource('shop', { 'process.env.api_key': SECRETS[0] ?? '' }),
      span({
        traceId: traceId(9),
        name: `GET /?token=${SECRETS[0]}`,
        status: { code: 2, message: `bad key ${SECRETS[1]}` },
        attributes: attributes({
          'http.request.header.authorization': `Bearer ${SECRETS[2]}`,
          'url.full': `https://shop.example.com/?page=2&api_key=${SECRETS[0]}`,
          'http.request.body': `{"user":"1","password":"${SECRETS[0]}","nested":"{\\"token\\":\\"${SECRETS[0]}\\"}"}`,
        }),
        events: [
          {
            timeUnixNano: T0,
            name: 'exception',
            attributes: attributes({ 'exception.message': `Bearer ${SECRETS[2]} was rejected` }),
            droppedAttributesCount: 0,
          },
        ],
      }),
    ),
  ],
  lines: [
    {
      timeUnixNano: T0 + millis(1),
      line: `{"message":"login","password": "${SECRETS[0]}"}`,
      labels: { service_name: 'shop', secret: SECRETS[0] ?? '' },
      metadata: { jwt: SECRETS[2] ?? '' },
    },
  ],
});

describe('A report of traces', () => {
  it('a report contains every field of every span, as OTLP/JSON', () => {
    fc.assert(
      fc.property(anyResourceSpans, (groups) => {
        const [trace] = read([{ traceId: traceId(1), resourceSpans: groups }]).traces;
        const restored = readTraceRequestJson({ resourceSpans: [...(trace?.resourceSpans ?? [])] });
        expect(restored.resourceSpans).toEqual(maskedResourceSpans(groups));
        expect(trace?.rows.source).toHaveLength([...spansOf(groups)].length);
      }),
    );
  });

  it('a report contains no markup of a sender', () => {
    const hostile = fc.constantFrom(
      '</script>',
      '<!--',
      '<script>',
      '</title>',
      '<img src=x onerror=alert(1)>',
      '\u2028',
      '&lt;',
    );
    const text = fc.array(fc.oneof(hostile, fc.string()), { maxLength: 4 }).map((parts) => parts.join(''));
    const empty = traceReport([]);
    const tagsOf = (html: string) => html.match(/<[a-z!/]+/gi)?.sort();
    fc.assert(
      fc.property(text, text, text, (name, line, title) => {
        const trace = {
          traceId: traceId(1),
          resourceSpans: [resourceSpans(resource(name, { [name]: line }), span({ name }))],
          lines: [{ timeUnixNano: T0, line, labels: { [name]: line } }],
        };
        expect(tagsOf(traceReport([trace], { title, notes: [line] }))).toEqual(tagsOf(empty));
      }),
    );
  });

  it('a report allows no script and no style but its own, and no request', () => {
    const html = traceReport([failed]);
    const [, policy = ''] = /content-security-policy" content="([^"]+)"/.exec(html) ?? [];
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/]+=*'; style-src 'sha256-[\w+/]+=*'; base-uri 'none'; form-action 'none'$/,
    );
    expect(html.slice(0, html.indexOf('<title>'))).not.toContain('<script');
  });

  it('a report masks secrets in names, messages, attributes, resources, events, lines, labels and the title', () => {
    const html = traceReport([leaky(), leaky()], {
      isComparison: true,
      notes: [`expected Authorization: Bearer ${SECRETS[2]}`],
    });
    expect(SECRETS.filter((secret) => html.includes(secret))).toEqual([]);
    expect(readReport(html)?.traces[0]?.detections.map(({ title }) => title)).toContain('Secret in a URL');
  });

  it('a report hides the messages of model calls if asked to, and nothing else of them', () => {
    const chat = span({
      attributes: attributes({
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.input.messages': '[{"role":"user","content":"my diagnosis"}]',
        'gen_ai.prompt.0.content': 'my diagnosis',
      }),
      events: [
        {
          name: 'gen_ai.user.message',
          timeUnixNano: T0,
          attributes: attributes({ content: 'my diagnosis' }),
          droppedAttributesCount: 0,
        },
      ],
    });
    const trace = { traceId: traceId(1), resourceSpans: [resourceSpans('assistant', chat)] };
    expect(traceReport([trace])).toContain('my diagnosis');
    const hidden = traceReport([trace], { hidesMessages: true });
    expect(hidden).not.toContain('my diagnosis');
    expect(hidden).toContain('gpt-4o');
  });

  it('a report keeps what is no secret beside one', () => {
    const [trace] = read([leaky()]).traces;
    const values = trace?.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.attributes?.map(
      ({ value }) => value.stringValue,
    );
    expect(values).toEqual([
      '***',
      'https://shop.example.com/?page=2&api_key=***',
      String.raw`{"user":"1","password":"***","nested":"{\"token\":\"***\"}"}`,
    ]);
  });

  it('a report has the rows of the waterfall, the detections, the failure and the log lines with their fields', () => {
    const line = {
      timeUnixNano: T0 + millis(50),
      line: '{"level":"ERROR","message":"payment failed","span_id":"0000000000000009"}',
      labels: { service: 'order-service' },
    };
    const [trace] = read([{ ...failed, lines: [line] }]).traces;
    expect(trace?.rows).toMatchObject({ duration: 100e6, errorCount: 5, depth: [0, 1, 2, 3, 4, 5, 6, 7, 4] });
    expect(trace?.summary[0]).toBe(
      'Failed first in order-service calculate_total: Payment gateway timeout: Unable to reach provider',
    );
    expect(trace?.detections.map(({ title }) => title)).toEqual(['Error origin']);
    expect(trace?.lines).toEqual([
      {
        timeUnixNano: String(line.timeUnixNano),
        service: 'order-service',
        level: 'error',
        message: 'payment failed',
        spanId: '0000000000000009',
        line: line.line,
        labels: line.labels,
        metadata: {},
      },
    ]);
  });

  it('a report compares the second trace with the first', () => {
    const { comparison } = read([failed, orderTrace({ traceId: traceId(8) })], { isComparison: true });
    expect(comparison?.find(({ operation }) => operation === 'INSERT orders')?.change).toBe('added');
    expect(read([failed, failed]).comparison).toBeUndefined();
  });

  it('a report has at most 300 KB of program beside its data', () => {
    expect(traceReport([]).length).toBeLessThan(300_000);
  });
});

describe('The reader of reports', () => {
  it('readReport returns nothing for a text that is no report', () => {
    expect(readReport('{"resourceSpans":[]}')).toBeUndefined();
  });

  it('readReport rejects a report that was cut off, and one of a later version', () => {
    const html = traceReport([failed]);
    expect(() => readReport(html.slice(0, html.indexOf('resourceSpans')))).toThrow('The report is damaged');
    expect(() => readReport(html.replace('{"version":1', '{"version":2'))).toThrow(
      'The report has the version 2; this Lantern reads 1.',
    );
  });
});

describe('The program of reports', () => {
  it('the committed program of reports is what its source builds to', () => {
    const build = fileURLToPath(new URL('../build-viewer.mjs', import.meta.url));
    expect(() => execFileSync(process.execPath, [build, '--check'], { encoding: 'utf8' })).not.toThrow();
  });

  it('the program of reports does not parse texts as HTML', () => {
    expect(VIEWER_SCRIPT).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
    expect(VIEWER_STYLE).not.toMatch(/@import|url\(/);
  });
});
