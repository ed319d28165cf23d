import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compilePatternTest } from '@lantern/logql';
import { useLantern, type Answer } from '../../testing/running-lantern.js';
import { withoutStats } from '../../testing/without-stats.js';

// As `npm start` has it: lines in a folder.
const dataDir = mkdtempSync(join(tmpdir(), 'lantern-grafana-'));
const lantern = useLantern({}, { dataDir });
afterAll(() => rmSync(dataDir, { recursive: true }));

const SECOND = 1_000_000_000n;
const T0 = 1_767_225_600n;
const at = (seconds: number): string => String((T0 + BigInt(seconds)) * SECOND);
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const LOGFMT = `level=info traceID=${TRACE_ID} msg="user read" took=12ms`;
const JSON_LINE = `{"level":"error","message":"Payment gateway timeout","status":504,"traceId":"${TRACE_ID}"}`;

beforeAll(async () => {
  await lantern.push({
    streams: [
      {
        stream: { service: 'order-service', env: 'dev' },
        values: [
          [at(1), JSON_LINE, { trace_id: TRACE_ID }],
          [at(61), 'Payment gateway timeout', { trace_id: 'other' }],
        ],
      },
      { stream: { service: 'user-service', env: 'dev' }, values: [[at(2), LOGFMT]] },
    ],
  });
});

/** As Grafana's data source sends everything: by GET, with its header. */
const grafana = (path: string, params: Record<string, string> = {}): Promise<Answer> =>
  lantern.loki(`/loki/api/v1/${path}?${new URLSearchParams(params).toString()}`, {
    headers: {
      'X-Loki-Response-Encoding-Flags': 'categorize-labels',
      'X-Query-Tags': 'Source=logvolhist',
      'X-Loki-Query-Limits-Context': '{"expr":"{env=\\"dev\\"}","from":0,"to":1}',
      'X-Scope-OrgID': 'anyone',
    },
  });

const range = { start: at(0), end: at(120), step: '60000ms' };

const queryRange = (query: string, params: Record<string, string> = {}) =>
  grafana('query_range', { query, direction: 'backward', limit: '1000', ...range, ...params });

const linesOf = async (answer: Promise<Answer>): Promise<string[]> => {
  const { status, text, json } = await answer;
  expect([status, text]).toEqual([200, expect.anything()]);
  const { data } = json() as { data: { result: { values: [string, string][] }[] } };
  return data.result.flatMap(({ values }) => values.map(([, line]) => line));
};

describe("what Grafana's Loki data source sends", () => {
  it('"Save & test" gets one sample of 2', async () => {
    // Four seconds in nanoseconds, which have as few digits as seconds: Loki, too, reads them as those.
    const { status, text } = await grafana('query', { query: 'vector(1)+vector(1)', time: '4000000000' });
    expect([status, withoutStats(text)]).toEqual([
      200,
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[4000000000,"2"]}],"stats":{…}}}',
    ]);
  });

  it('lines have encodingFlags before the result, and a third element each', async () => {
    const { text } = await queryRange('{service="order-service"} | json | status > 500');
    expect(withoutStats(text)).toBe(
      '{"status":"success","data":{"resultType":"streams","encodingFlags":["categorize-labels"],"result":[' +
        '{"stream":{"env":"dev","service":"order-service","service_name":"order-service"},"values":[' +
        `["${at(1)}",${JSON.stringify(JSON_LINE)},{"structuredMetadata":{"detected_level":"error","trace_id":"${TRACE_ID}"},` +
        `"parsed":{"level":"error","message":"Payment gateway timeout","status":"504","traceId":"${TRACE_ID}"}}]` +
        ']}],"stats":{…}}}',
    );
    expect(withoutStats((await queryRange('{service="none"}')).text)).toBe(
      '{"status":"success","data":{"resultType":"streams","encodingFlags":["categorize-labels"],"result":[],"stats":{…}}}',
    );
  });

  it('the histogram of the volume is a matrix at whole steps', async () => {
    const { text } = await queryRange(
      'sum by (level, detected_level) (count_over_time({env="dev"} | drop __error__[1m]))',
    );
    expect(withoutStats(text)).toBe(
      '{"status":"success","data":{"resultType":"matrix","result":[' +
        `{"metric":{"detected_level":"error"},"values":[[${T0 + 60n},"1"]]},` +
        `{"metric":{"detected_level":"info"},"values":[[${T0 + 60n},"1"]]},` +
        `{"metric":{"detected_level":"unknown"},"values":[[${T0 + 120n},"1"]]}` +
        '],"stats":{…}}}',
    );
  });

  it('a range begins at or before its start, and ends at or after its end, at multiples of the step', async () => {
    const { text } = await queryRange('vector(1)', { start: at(5), end: at(70) });
    expect(text).toContain(`"values":[[${T0},"1"],[${T0 + 60n},"1"],[${T0 + 120n},"1"]]`);
  });

  it.each([
    [
      'by default, filtered by trace',
      `{service_name="order-service"} | label_format log_line_contains_trace_id=\`{{ contains "${TRACE_ID}" __line__  }}\` ` +
        `| log_line_contains_trace_id="true" or trace_id="${TRACE_ID}"`,
      [JSON_LINE],
    ],
    [
      'by default, filtered by trace and span',
      `{service_name="order-service"} | label_format log_line_contains_trace_id=\`{{ contains "${TRACE_ID}" __line__  }}\` ` +
        `| log_line_contains_trace_id="true" or trace_id="${TRACE_ID}" ` +
        '| label_format log_line_contains_span_id=`{{ contains "00f067aa0ba902b7" __line__  }}` ' +
        '| log_line_contains_span_id="true" or span_id="00f067aa0ba902b7"',
      [],
    ],
    ['with a query of its own', `{service=~".+"} | json | trace_id="${TRACE_ID}"`, [JSON_LINE]],
    [
      'from Drilldown',
      '{service="user-service"} | json | logfmt | drop __error__, __error_details__',
      [LOGFMT],
    ],
    [
      'as the text itself',
      '{service="order-service"} |= "Payment gateway timeout"',
      ['Payment gateway timeout', JSON_LINE],
    ],
    ['as the text of both ids', `{service="user-service"} |= "${TRACE_ID}" |= "took"`, [LOGFMT]],
  ])('from a trace to its lines, %s', async (_case, query, lines) => {
    expect(await linesOf(queryRange(query))).toEqual(lines);
  });

  it.each(
    ['traceID', 'trace_id', 'traceId', 'TraceID', 'TraceId', 'otel_trace_id'].flatMap(
      (name) =>
        [
          [
            `{service_name="order-service"} | logfmt | json | drop __error__ | ${name}="${TRACE_ID}"`,
            ['trace_id', 'traceId'].includes(name) ? [JSON_LINE] : [],
          ],
          [
            `{service_name="user-service"} | logfmt | json | drop __error__ | ${name}="${TRACE_ID}"`,
            name === 'traceID' ? [LOGFMT] : [],
          ],
        ] as [string, string[]][],
    ),
  )('the probe %s', async (query, lines) => {
    expect(await linesOf(queryRange(query))).toEqual(lines);
  });

  it('the probe by job finds no such label and no error', async () => {
    expect(
      await linesOf(
        queryRange(
          `{job=~"(.*/)?(order-service)"} | logfmt | json | drop __error__ | trace_id="${TRACE_ID}"`,
        ),
      ),
    ).toEqual([]);
  });

  it('the context of a line, forward and backward', async () => {
    const selector = '{env="dev", service="order-service", service_name="order-service"}';
    expect(
      await linesOf(queryRange(selector, { direction: 'forward', start: at(1), end: at(7_201) })),
    ).toHaveLength(2);
    expect(
      await linesOf(queryRange(selector, { direction: 'backward', start: at(-7_199), end: at(1) })),
    ).toEqual([]);
  });

  it('metric queries at one moment', async () => {
    const { text } = await grafana('query', {
      query: 'topk(1, sum by (service) (count_over_time({env="dev"}[5m])))',
      time: at(120),
    });
    expect(withoutStats(text)).toBe(
      `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"service":"order-service"},"value":[${T0 + 120n},"2"]}],"stats":{…}}}`,
    );
    expect(withoutStats((await grafana('query', { query: '1 + 1', time: '4.5' })).text)).toBe(
      '{"status":"success","data":{"resultType":"scalar","result":[4.5,"2"],"stats":{…}}}',
    );
  });

  it.each([
    [
      'query_range',
      { query: 'sum by (x) (count_over_time({env="dev"} | json [5m]))' },
      400,
      "pipeline error: 'JSONParserErr' for series: '{",
    ],
    [
      'query_range',
      { query: 'vector(1) / on (a) rate({env="dev"}[1s])', start: '0', end: '9999999999', step: '30d' },
      400,
      'the query time range exceeds the limit (query length: ',
    ],
    [
      'query_range',
      { query: 'rate({env="dev"}[1s])', step: '1ms' },
      400,
      'exceeded maximum resolution of 11,000 points per time series',
    ],
    ['query_range', { query: '{env="dev"} | json | line_format "{{.x"' }, 400, 'parse error : stage '],
    ['query', { query: '{env="dev"}' }, 400, 'log queries are not supported as an instant query type'],
    [
      'query_range',
      { query: 'sum by (env) (rate({env="dev"}[5m])) + on (env) rate({env="dev"}[5m])' },
      500,
      'found duplicate series on the right hand-side',
    ],
  ])('%s refuses %j in plain text', async (path, params, status, message) => {
    const answer = await grafana(path, { ...range, ...params });
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(message)]);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });
});

describe('what Explore and Logs Drilldown ask for', () => {
  it.each([
    ['labels', {}, '{"status":"success","data":["env","service","service_name"]}'],
    [
      'label/service/values',
      { query: '{env="dev"}' },
      '{"status":"success","data":["order-service","user-service"]}',
    ],
    [
      'series',
      { 'match[]': '{service="user-service"}' },
      '{"status":"success","data":[{"env":"dev","service":"user-service","service_name":"user-service"}]}',
    ],
    [
      'detected_labels',
      {},
      '{"detectedLabels":[{"label":"env","cardinality":1},{"label":"service","cardinality":2},{"label":"service_name","cardinality":2}]}',
    ],
    ['format_query', { query: '{ a = "b"}|="c"' }, '{"status":"success","data":"{a=\\"b\\"} |= \\"c\\""}'],
    ['detected_field/status/values', { query: '{env="dev"}' }, '{"values":["504"],"limit":1000}'],
    ['detected_field/unknown/values', { query: '{env="dev"}' }, '{"values":[],"limit":1000}'],
  ])('%s %j', async (path, params, text) => {
    const answer = await grafana(path, { ...range, ...params });
    expect([answer.status, answer.text]).toEqual([200, text]);
  });

  it('the size of a selection', async () => {
    const { text, json } = await grafana('index/stats', { query: '{service="user-service"}', ...range });
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['streams', 'chunks', 'bytes', 'entries']);
    expect(json()).toMatchObject({
      streams: 1,
      entries: 1,
      bytes: LOGFMT.length + 'detected_level'.length + 'info'.length,
    });
  });

  it('volumes by series, by label and over time', async () => {
    const series = await grafana('index/volume', { query: '{env=~".+"}', targetLabels: 'service', ...range });
    expect(series.json()).toMatchObject({
      data: {
        resultType: 'vector',
        result: [
          { metric: { service: 'order-service' }, value: [Number(T0) + 120, expect.any(String)] },
          { metric: { service: 'user-service' } },
        ],
      },
    });
    const labels = await grafana('index/volume', {
      query: '{env=~".+"}',
      aggregateBy: 'labels',
      limit: '1',
      ...range,
    });
    expect(labels.json()).toMatchObject({ data: { result: [{ metric: { env: '' } }] } });
    const over = await grafana('index/volume_range', { query: '{service="order-service"}', ...range });
    expect(over.json()).toMatchObject({
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: { service: 'order-service' },
            values: [
              [Number(T0) + 59.999, expect.any(String)],
              [Number(T0) + 120, expect.any(String)],
            ],
          },
        ],
      },
    });
  });

  it('volumes over time by periods at multiples of the step, each with the time of its end', async () => {
    const params = { query: '{service="order-service"}', step: '60', end: String(Number(T0) + 100) };
    const over = await grafana('index/volume_range', { ...params, start: String(Number(T0) - 30) });
    const { data } = over.json() as { data: { result: { values: [number, string][] }[] } };
    expect(data.result[0]?.values.map(([time]) => time)).toEqual([Number(T0) + 59.999, Number(T0) + 100]);
  });

  it('the fields of lines, with their types and where they stand', async () => {
    const { json } = await grafana('detected_fields', { query: '{env="dev"}', ...range });
    const { fields, limit } = json() as { fields: { label: string }[]; limit: number };
    expect(limit).toBe(1000);
    expect(fields).toContainEqual({
      label: 'status',
      type: 'int',
      cardinality: 1,
      parsers: ['json'],
      jsonPath: ['status'],
    });
    expect(fields).toContainEqual({ label: 'took', type: 'duration', cardinality: 1, parsers: ['logfmt'] });
    expect(fields).toContainEqual({ label: 'trace_id', type: 'string', cardinality: 2, parsers: null });
  });

  it('patterns, each of which finds its own lines', async () => {
    const lines = [1, 2, 3].flatMap((n) => [
      `GET /users/${n} answered in ${n}0ms`,
      `POST /orders answered in ${n}ms by ${['a', 'b', 'c'][n - 1]}`,
    ]);
    await lantern.push({
      streams: [{ stream: { app: 'patterns' }, values: lines.map((line, index) => [at(index), line]) }],
    });
    const { json } = await grafana('patterns', { query: '{app="patterns"}', ...range });
    const { data } = json() as { data: { pattern: string; level: string; samples: number[][] }[] };
    expect(data).toEqual([
      { pattern: 'GET <_> answered in <_>', level: 'unknown', samples: [[Number(T0), 3]] },
      { pattern: 'POST /orders answered in <_> by <_>', level: 'unknown', samples: [[Number(T0), 3]] },
    ]);
    for (const { pattern } of data) expect(lines.filter(compilePatternTest(pattern))).toHaveLength(3);
  });

  it('limits, and a wrong query to format', async () => {
    expect((await grafana('drilldown-limits')).json()).toMatchObject({
      limits: { volume_enabled: true },
      pattern_ingester_enabled: true,
    });
    const wrong = await grafana('format_query', { query: '{' });
    expect([wrong.status, wrong.text]).toEqual([
      400,
      '{"status":"invalid-query","error":"parse error at line 1, col 2: syntax error: unexpected $end, expecting IDENTIFIER or }"}',
    ]);
  });
});
