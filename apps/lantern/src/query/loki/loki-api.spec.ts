import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LokiStats, LokiStatsSummary } from '@lantern/query-api';
import { MAX_BODY_BYTES } from '../../transport/requests/limits.js';
import { useLantern, type Answer } from '../../testing/running-lantern.js';
import { withoutStats } from '../../testing/without-stats.js';

const lantern = useLantern();

const TEXT = 'text/plain; charset=utf-8';
const SECOND = 1_000_000_000n;
const T0 = 1_767_225_600n * SECOND;
const at = (seconds: number): string => String(T0 + BigInt(seconds) * SECOND);

const ORDERS = { service: 'order-service', level: 'error', env: 'dev' };
const GATEWAY = { service: 'api-gateway', level: 'info' };
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

beforeAll(async () => {
  const { status } = await lantern.push({
    streams: [
      {
        stream: ORDERS,
        values: [
          [at(1), 'Payment gateway timeout: Unable to reach provider', { trace_id: TRACE_ID, order: '7' }],
          [at(3), 'Payment processing failed'],
        ],
      },
      { stream: GATEWAY, values: [[at(2), 'POST /orders 504', { trace_id: TRACE_ID }]] },
    ],
  });
  expect(status).toBe(204);
});

const summaryOf = (answer: Answer): LokiStatsSummary => {
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  return (answer.json() as { data: { stats: LokiStats } }).data.stats.summary;
};

const linesOf = (answer: Answer): string[] => {
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  const { data } = answer.json() as { data: { result: { values: [string, string][] }[] } };
  return data.result
    .flatMap(({ values }) => values)
    .sort(([a], [b]) => Number(BigInt(a) - BigInt(b)))
    .map(([, line]) => line);
};

const [TIMEOUT, GATEWAY_LINE, FAILED] = [
  'Payment gateway timeout: Unable to reach provider',
  'POST /orders 504',
  'Payment processing failed',
] as const;

describe('query_range', () => {
  it.each([
    ['{service="order-service"}', [TIMEOUT, FAILED]],
    ['{service_name="order-service"}', [TIMEOUT, FAILED]],
    ['{service!="order-service", level=~"info|debug"}', [GATEWAY_LINE]],
    ['{service=~".+"}', [TIMEOUT, GATEWAY_LINE, FAILED]],
    ['{service=~"order"}', []],
    ['{service=~"order.*", env!~"p.*"}', [TIMEOUT, FAILED]],
    ['{level="error", absent=""}', [TIMEOUT, FAILED]],
    ['{service="order-service"} |= "Payment gateway timeout"', [TIMEOUT]],
    ['{service="order-service"} |= "gateway" or "processing"', [TIMEOUT, FAILED]],
    ['{service="order-service"} != "gateway" or "nothing"', [FAILED]],
    ['{service=~".+"} |~ "50[0-9]$" or "^Payment g"', [TIMEOUT, GATEWAY_LINE]],
    ['{service=~".+"} |~ `(?i)payment` !~ "time.?out"', [FAILED]],
    [`{service=~".+"} | trace_id="${TRACE_ID}"`, [TIMEOUT, GATEWAY_LINE]],
    [`{service=~".+"} | trace_id="${TRACE_ID}" and service="api-gateway"`, [GATEWAY_LINE]],
    ['{service=~".+"} | trace_id="" or order=~"[0-9]+"', [TIMEOUT, FAILED]],
    ['{service=~".+"} | detected_level="error"', [TIMEOUT, FAILED]],
    ['{service=~".+", constructor=""} | toString=""', [TIMEOUT, GATEWAY_LINE, FAILED]],
    ['{service=~".+"} | trace_id!~"4bf9.*" |= "failed"', [FAILED]],
  ])('%s', async (query, lines) => {
    expect(linesOf(await lantern.queryLogs(query))).toEqual(lines);
  });

  it('answers byte by byte as Grafana reads it, structured metadata beside each line', async () => {
    const init = { headers: { 'X-Loki-Response-Encoding-Flags': 'other,categorize-labels' } };
    const answer = await lantern.queryLogs(
      '{service="order-service"}',
      { start: at(0), end: at(9), step: '15000ms' },
      init,
    );
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(withoutStats(answer.text)).toBe(
      '{"status":"success","data":{"resultType":"streams","encodingFlags":["categorize-labels"],"result":[' +
        '{"stream":{"env":"dev","level":"error","service":"order-service","service_name":"order-service"},"values":[' +
        `["${at(3)}","Payment processing failed",{"structuredMetadata":{"detected_level":"error"}}],` +
        `["${at(1)}","Payment gateway timeout: Unable to reach provider",` +
        `{"structuredMetadata":{"detected_level":"error","order":"7","trace_id":"${TRACE_ID}"}}]` +
        ']}],"stats":{…}}}',
    );
  });

  it.each([
    ['{service="order-service"}', 2, 74, 2],
    ['sum by (service) (bytes_over_time({service=~".+"}[1m]))', 3, 90, 8],
    ['sum by (service) (count_over_time({service=~".+"}[1m]))', 3, 0, 8],
  ])('query_range fills in statistics of %s', async (query, lines, bytes, entries) => {
    const params = { start: at(0), end: at(60), step: '15' };
    expect(summaryOf(await lantern.queryLogs(query, params))).toEqual({
      bytesProcessedPerSecond: expect.any(Number),
      linesProcessedPerSecond: expect.any(Number),
      totalBytesProcessed: bytes,
      totalLinesProcessed: lines,
      execTime: expect.any(Number),
      queueTime: 0,
      subqueries: 0,
      totalEntriesReturned: entries,
    });
  });

  it('query fills in statistics', async () => {
    const params = new URLSearchParams({
      query: 'sum by (service) (bytes_rate({service=~".+"}[1m]))',
      time: at(60),
    });
    const summary = summaryOf(await lantern.loki(`/loki/api/v1/query?${params.toString()}`));
    expect(summary).toMatchObject({
      totalBytesProcessed: 90,
      totalLinesProcessed: 3,
      totalEntriesReturned: 2,
    });
    expect(summary.execTime).toBeGreaterThan(0);
    expect(summary.linesProcessedPerSecond).toBeGreaterThan(0);
  });

  it('folds structured metadata into the labels for clients that do not ask otherwise', async () => {
    const { text } = await lantern.queryLogs('{service="order-service"}', { direction: 'forward' });
    expect(withoutStats(text)).toBe(
      '{"status":"success","data":{"resultType":"streams","result":[' +
        '{"stream":{"detected_level":"error","env":"dev","level":"error","order":"7","service":"order-service",' +
        `"service_name":"order-service","trace_id":"${TRACE_ID}"},` +
        `"values":[["${at(1)}","Payment gateway timeout: Unable to reach provider"]]},` +
        '{"stream":{"detected_level":"error","env":"dev","level":"error","service":"order-service",' +
        `"service_name":"order-service"},"values":[["${at(3)}","Payment processing failed"]]}` +
        '],"stats":{…}}}',
    );
  });

  it('returns the newest lines up to the limit, or the oldest, and excludes the end of the range', async () => {
    const query = '{service=~".+"}';
    expect(linesOf(await lantern.queryLogs(query, { limit: '1' }))).toEqual([FAILED]);
    expect(linesOf(await lantern.queryLogs(query, { limit: '2', direction: 'FORWARD' }))).toEqual([
      TIMEOUT,
      GATEWAY_LINE,
    ]);
    expect(linesOf(await lantern.queryLogs(query, { start: at(1), end: at(3) }))).toEqual([
      TIMEOUT,
      GATEWAY_LINE,
    ]);
    expect(
      linesOf(await lantern.queryLogs(query, { start: '2026-01-01T00:00:02Z', end: '1767225602.5' })),
    ).toEqual([GATEWAY_LINE]);
    const since = new URLSearchParams({ query, end: at(3), since: '1s' }).toString();
    expect(linesOf(await lantern.loki(`/loki/api/v1/query_range?${since}`))).toEqual([GATEWAY_LINE]);
  });

  it('accepts a form too', async () => {
    const form = new URLSearchParams({ query: '{service="api-gateway"}', start: '0', end: '4000000000' });
    const answer = await lantern.loki('/loki/api/v1/query_range', { method: 'POST', body: form });
    expect(linesOf(answer)).toEqual([GATEWAY_LINE]);
  });

  it('is answered on the port of the UI as well', async () => {
    const search = new URLSearchParams({ query: '{service="api-gateway"}', start: '0', end: '4000000000' });
    const answer = await lantern.jaeger(`/loki/api/v1/query_range?${search.toString()}`);
    expect(linesOf(answer)).toEqual([GATEWAY_LINE]);
  });

  it.each([
    [{ query: '' }, 'parse error at line 1, col 1: syntax error: unexpected $end'],
    [
      { query: '{service="a"' },
      'parse error at line 1, col 13: syntax error: unexpected $end, expecting } or ,',
    ],
    [{ query: '{a=~"("}' }, 'parse error : error parsing regexp: missing closing ): `(`'],
    [{ start: '2', end: '2' }, 'end timestamp must not be before or equal to start time'],
    [{ start: 'x' }, 'could not parse \'start\' parameter: strconv.ParseInt: parsing "x": invalid syntax'],
    [{ limit: '0' }, 'limit must be a positive value'],
    [{ limit: 'x' }, 'strconv.Atoi: parsing "x": invalid syntax'],
    [
      { limit: '5001' },
      'max entries limit per query exceeded, limit > max_entries_limit_per_query (5001 > 5000)',
    ],
    [{ direction: 'up' }, "invalid direction 'up'"],
    [{ step: '0' }, 'zero or negative query resolution step widths are not accepted. Try a positive integer'],
    [{ step: 'x' }, 'cannot parse "x" to a valid duration'],
  ])('refuses %j in the words of Loki', async (params, message) => {
    const answer = await lantern.queryLogs('{service="a"}', params);
    expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([
      400,
      TEXT,
      `${message}\n`,
    ]);
  });

  it('answers a selector by trace_id with the query that finds the lines', async () => {
    const byLabel = await lantern.queryLogs(`{service="order-service", trace_id="${TRACE_ID}"}`);
    const message =
      'no stream has the label "trace_id": it is structured metadata of the lines. Ask for it behind the selector: ';
    expect([byLabel.status, byLabel.text]).toEqual([
      400,
      `${message}{service="order-service"} | trace_id="${TRACE_ID}"\n`,
    ]);
    const alone = await lantern.queryLogs(`{trace_id="${TRACE_ID}"}`);
    expect(alone.text).toBe(`${message}{service_name=~".+"} | trace_id="${TRACE_ID}"\n`);
    const [, better = ''] = alone.text.split('selector: ');
    expect(linesOf(await lantern.queryLogs(better))).toEqual([TIMEOUT, GATEWAY_LINE]);
  });

  describe('a selector by a name that no stream has as a label', () => {
    beforeAll(async () => {
      const stream = (app: string, line: string, metadata = {}) => ({
        stream: { app },
        values: [[at(200), line, metadata]],
      });
      await lantern.push({
        streams: [
          stream('hint-json', '{"lvl":"error","n":{"m":1}}', { shard: '7' }),
          stream('hint-logfmt', 'lvl=error took=5ms'),
        ],
      });
    });

    it.each([
      [
        '{app="hint-json", lvl="error"}',
        'no stream has the label "lvl": it is a field in the json of the lines. ',
        '{app="hint-json"} | json | lvl="error"',
      ],
      [
        '{app="hint-logfmt", lvl=~"err.*"}',
        'no stream has the label "lvl": it is a field in the logfmt of the lines. ',
        '{app="hint-logfmt"} | logfmt | lvl=~"err.*"',
      ],
      [
        '{app="hint-json", shard="7"}',
        'no stream has the label "shard": it is structured metadata of the lines. ',
        '{app="hint-json"} | shard="7"',
      ],
      [
        '{shard="7", n_m!="", app=~"hint.+"}',
        'no stream has the label "shard": it is structured metadata of the lines. ',
        '{app=~"hint.+"} | json | shard="7" | n_m!=""',
      ],
      [
        '{detected_level="error"}',
        'no stream has the label "detected_level": it is structured metadata of the lines. ',
        '{service_name=~".+"} | detected_level="error"',
      ],
    ])('is answered with the query that finds the lines: %s', async (query, reason, better) => {
      const answer = await lantern.queryLogs(query);
      expect([answer.status, answer.text]).toEqual([
        400,
        `${reason}Ask for it behind the selector: ${better}\n`,
      ]);
      expect(linesOf(await lantern.queryLogs(better)).length).toBeGreaterThan(0);
    });

    it('is answered so by metric queries too', async () => {
      const count = `sum(count_over_time({app="hint-json", lvl="error"}[5m]))`;
      const range = { start: at(190), end: at(210), step: '10s' };
      expect((await lantern.queryLogs(count, range)).text).toContain(
        '{app="hint-json"} | json | lvl="error"',
      );
      const params = new URLSearchParams({ query: count, time: at(210) }).toString();
      expect((await lantern.loki(`/loki/api/v1/query?${params}`)).text).toContain('| json | lvl="error"');
    });

    it.each([
      '{app="hint-json", absent="x"}',
      '{app="hint-json", lvl="error", absent="x"}',
      '{app="hint-json", lvl=""} |= "nothing"',
      '{app="hint-json", level="error"}',
      '{app="none", lvl="error"}',
    ])('is answered with an empty list where that is right: %s', async (query) => {
      expect(linesOf(await lantern.queryLogs(query))).toEqual([]);
    });
  });

  it('accepts trace_id in a selector when a stream has such a label', async () => {
    await lantern.push({ streams: [{ stream: { Span_ID: 's' }, values: [['1', 'odd']] }] });
    expect(linesOf(await lantern.queryLogs('{Span_ID="s"}'))).toEqual(['odd']);
    expect(linesOf(await lantern.queryLogs('{Span_ID="t"}'))).toEqual([]);
  });

  it('is not held up by an expression that makes others backtrack', async () => {
    await lantern.push({ streams: [{ stream: { app: 'hostile' }, values: [['5', 'x'.repeat(50_000)]] }] });
    expect(linesOf(await lantern.queryLogs('{app="hostile"} |~ "(x+x+)+y"'))).toEqual([]);
  });
});

describe('labels, values and series', () => {
  const ALL = 'start=0&end=4000000000';

  it.each([
    [
      `/labels?${ALL}&query={env="dev"}`,
      '{"status":"success","data":["env","level","service","service_name"]}',
    ],
    [`/label/level/values?${ALL}`, '{"status":"success","data":["error","info"]}'],
    [`/label/level/values?${ALL}&query={service="api-gateway"}`, '{"status":"success","data":["info"]}'],
    [`/label/unknown/values?${ALL}`, '{"status":"success"}'],
    [`/label/constructor/values?${ALL}`, '{"status":"success"}'],
    [`/labels?start=1&end=2`, '{"status":"success"}'],
    [`/label?${ALL}&query={level="info"}`, '{"status":"success","data":["level","service","service_name"]}'],
    [
      `/series?${ALL}&match[]={level="info"}&match={service="api-gateway"}`,
      '{"status":"success","data":[{"level":"info","service":"api-gateway","service_name":"api-gateway"}]}',
    ],
    [`/series?${ALL}&match[]={level="none"}`, '{"status":"success"}'],
  ])('GET %s', async (path, text) => {
    const answer = await lantern.loki(`/loki/api/v1${path}`);
    expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([
      200,
      'application/json',
      text,
    ]);
  });

  it('lists every series for the empty selector, over the last six hours', async () => {
    await lantern.push({
      streams: [{ stream: { app: 'now' }, values: [[String(BigInt(Date.now()) * 1_000_000n), 'x']] }],
    });
    const answer = await lantern.loki('/loki/api/v1/series', {
      method: 'POST',
      body: new URLSearchParams({ match: '{}' }),
    });
    expect(answer.json()).toEqual({ status: 'success', data: [{ app: 'now', service_name: 'now' }] });
  });

  it.each([
    ['/series', '0 matcher groups supplied'],
    [
      '/labels?query={',
      'parse error at line 1, col 2: syntax error: unexpected $end, expecting IDENTIFIER or }',
    ],
    [
      '/label/a/values?start=x',
      'could not parse \'start\' parameter: strconv.ParseInt: parsing "x": invalid syntax',
    ],
    [
      '/query?query={a="b"}',
      'log queries are not supported as an instant query type, please change your query to a range query type',
    ],
  ])('GET %s is refused in the words of Loki', async (path, message) => {
    const { status, text } = await lantern.loki(`/loki/api/v1${path}`);
    expect([status, text]).toEqual([400, `${message}\n`]);
  });
});

describe('push', () => {
  const value = (line: unknown, time: unknown = at(100)) => ({
    streams: [{ stream: { app: 'a' }, values: [[time, line]] }],
  });

  it('accepts gzip', async () => {
    const body = gzipSync(JSON.stringify(value('by gzip', '77')));
    expect((await lantern.push(body, { 'content-encoding': 'gzip' })).status).toBe(204);
    expect(linesOf(await lantern.queryLogs('{app="a"}', { end: '1' }))).toEqual(['by gzip']);
  });

  it('keeps the same line at the same time in one stream once', async () => {
    const body = {
      streams: [
        {
          stream: { app: 'twice' },
          values: [
            ['9', 'x'],
            ['9', 'x'],
            ['9', 'y'],
          ],
        },
      ],
    };
    await lantern.push(body);
    expect((await lantern.push(body)).status).toBe(204);
    expect(linesOf(await lantern.queryLogs('{app="twice"}')).sort()).toEqual(['x', 'y']);
  });

  it('keeps labels and structured metadata that are not strings as their JSON text', async () => {
    const body =
      '{"streams":[{"values":[["5","x",{"n":1.50,"big":12345678901234567890,"no":null,"list":[1, 2],"s":"t"}],["6","y"]],' +
      '"stream":{"app":"typed","serverId":2,"on":true,"ratio":1.50,"none":null,"tags":["a", 1],"at":{"x": {"y": 1e3}}}},' +
      '{"stream":{"app":"typed","plain":"\\u00e9"},"values":[["7","z",{"a":"b"}]]}]}';
    const headers = { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' };
    expect((await lantern.push(Buffer.from(body))).status).toBe(204);
    const { json } = await lantern.queryLogs('{app="typed"}', { direction: 'forward' }, { headers });
    const { result } = (json() as { data: { result: unknown } }).data;
    const level = { detected_level: 'unknown' };
    expect(result).toEqual([
      {
        stream: {
          app: 'typed',
          at: '{"x": {"y": 1e3}}',
          none: 'null',
          on: 'true',
          ratio: '1.50',
          serverId: '2',
          service_name: 'typed',
          tags: '["a", 1]',
        },
        values: [
          [
            '5',
            'x',
            {
              structuredMetadata: {
                ...level,
                big: '12345678901234567890',
                list: '[1, 2]',
                n: '1.50',
                no: 'null',
                s: 't',
              },
            },
          ],
          ['6', 'y', { structuredMetadata: level }],
        ],
      },
      {
        stream: { app: 'typed', plain: 'é', service_name: 'typed' },
        values: [['7', 'z', { structuredMetadata: { ...level, a: 'b' } }]],
      },
    ]);
  });

  it('ignores what follows the structured metadata of an entry', async () => {
    const values = [['8', 'x', { a: 'b' }, 'more', 1]];
    expect((await lantern.push({ streams: [{ stream: { app: 'more' }, values }] })).status).toBe(204);
    expect(linesOf(await lantern.queryLogs('{app="more"} | a="b"'))).toEqual(['x']);
  });

  it('accepts a stream without entries', async () => {
    const body = { streams: [{ stream: { app: 'nothing' }, values: [] }] };
    expect((await lantern.push(body)).status).toBe(204);
  });

  it.each([
    ['with a header, as HTTP says', deflateSync],
    ['raw, as clients of Loki send it', deflateRawSync],
  ])('takes deflate %s', async (_form, compress) => {
    const body = compress(JSON.stringify(value(`by ${compress.name}`, '78')));
    expect((await lantern.push(body, { 'content-encoding': 'deflate' })).status).toBe(204);
    const { text } = await lantern.queryLogs('{app="a"}', { end: '1' });
    expect(text).toContain(`by ${compress.name}`);
  });

  it('has its older path too', async () => {
    const answer = await lantern.loki('/api/prom/push', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(value('by the older path', '79')),
    });
    expect(answer.status).toBe(204);
    expect((await lantern.queryLogs('{app="a"}', { end: '1' })).text).toContain('by the older path');
  });

  it('keeps nanoseconds', async () => {
    await lantern.push({ streams: [{ stream: { app: 'nanos' }, values: [['1767225600123456789', 'x']] }] });
    expect((await lantern.queryLogs('{app="nanos"}')).text).toContain('"1767225600123456789"');
  });

  it.each([
    [{ streams: {} }, 400, 'the body must be an object with the array "streams"'],
    [
      value('x', 1_767_225_600),
      400,
      'streams[0].values[0]: the timestamp must be a string of Unix nanoseconds',
    ],
    [value('x', '-1'), 400, 'streams[0].values[0]: the timestamp must be a string of Unix nanoseconds'],
    [value(5), 400, 'streams[0].values[0]: the line must be a string'],
    [{ streams: [{ stream: [], values: [] }] }, 400, 'streams[0].stream must be an object'],
    [
      { streams: [{ stream: {}, values: [['1', 'x', null]] }] },
      400,
      'streams[0].values[0][2] must be an object',
    ],
    [
      { streams: [{ stream: {}, values: [['1']] }] },
      400,
      'streams[0].values[0] must be an array of timestamp, line and, if any, structured metadata',
    ],
    [{ streams: [] }, 422, 'error at least one valid stream is required for ingestion'],
  ])('answers %j with %i', async (body, status, message) => {
    const answer = await lantern.push(body);
    expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([
      status,
      TEXT,
      `${message}\n`,
    ]);
  });

  it('keeps the valid lines of a request and rejects the others', async () => {
    const long = 'x'.repeat(262_145);
    const answer = await lantern.push({
      streams: [
        {
          stream: { app: 'partly' },
          values: [
            ['1', 'good'],
            ['2', long],
          ],
        },
        { stream: { 'not-a-name': 'a' }, values: [['1', 'bad']] },
      ],
    });
    expect([answer.status, answer.text]).toEqual([
      400,
      `max entry size '262144' bytes exceeded for stream '{app="partly", service_name="partly"}' while adding an entry with length '262145' bytes\n` +
        `error parsing labels '{not-a-name="a", service_name="unknown_service"}' with error: "not-a-name" is not a valid label name\n`,
    ]);
    expect(linesOf(await lantern.queryLogs('{app="partly"}'))).toEqual(['good']);
  });

  it.each([
    ['no JSON', Buffer.from('{'), {}, 400],
    ['broken gzip', Buffer.from('{}'), { 'content-encoding': 'gzip' }, 400],
    ['an unknown encoding', Buffer.from('{}'), { 'content-encoding': 'br' }, 400],
    ['too much', Buffer.alloc(MAX_BODY_BYTES + 1), {}, 413],
    [
      'too much once decompressed',
      gzipSync(Buffer.alloc(MAX_BODY_BYTES + 1)),
      { 'content-encoding': 'gzip' },
      413,
    ],
    ['broken snappy', Buffer.from([1]), { 'content-type': 'application/x-protobuf' }, 400],
  ])('refuses %s in plain text', async (_case, body, headers, status) => {
    const answer = await lantern.push(body, headers);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, TEXT]);
  });

  it('sees a line in queries once it is acknowledged, without a range', async () => {
    const now = String(BigInt(Date.now()) * 1_000_000n);
    await lantern.push({ streams: [{ stream: { app: 'fresh' }, values: [[now, 'just now']] }] });
    const search = new URLSearchParams({ query: '{app="fresh"}' });
    expect(linesOf(await lantern.loki(`/loki/api/v1/query_range?${search.toString()}`))).toEqual([
      'just now',
    ]);
  });

  it('is not answered on the port of the UI', async () => {
    const { status } = await lantern.jaeger('/loki/api/v1/push', { method: 'POST' });
    expect(status).toBe(404);
  });
});

describe('what probes ask', () => {
  it('serves metrics of the process and its log store to Prometheus', async () => {
    const answer = await lantern.loki('/metrics');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    const values = new Map(
      answer.text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.split(' ') as [string, string]),
    );
    expect(Array.from(values.keys())).toEqual([
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_start_time_seconds',
      'lantern_log_streams',
      'lantern_log_entries',
      'lantern_log_bytes',
      'lantern_log_evicted_entries_total',
    ]);
    expect(Number(values.get('lantern_log_entries'))).toBeGreaterThan(0);
    expect(answer.text).toContain('# TYPE lantern_log_evicted_entries_total counter\n');
  });

  it('is answered', async () => {
    const ready = await lantern.loki('/ready');
    expect([ready.status, ready.text]).toEqual([200, 'ready\n']);
    const { json } = await lantern.loki('/loki/api/v1/status/buildinfo');
    expect(Object.keys(json() as object)).toEqual([
      'version',
      'revision',
      'branch',
      'buildUser',
      'buildDate',
      'goVersion',
    ]);
    expect((await lantern.loki('/unknown')).text).toBe('404 page not found\n');
  });
});
