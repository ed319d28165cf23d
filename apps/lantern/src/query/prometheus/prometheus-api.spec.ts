import { beforeAll, describe, expect, it } from '@jest/globals';
import { REMOTE_WRITE_HEADERS, writeRequest, type WrittenSeries } from '../../testing/remote-write.js';
import { useLantern } from '../../testing/running-lantern.js';

const lantern = useLantern();

const T0 = 1_700_000_000;

const write = (...series: readonly WrittenSeries[]) =>
  lantern.prometheus('/api/v1/write', {
    method: 'POST',
    headers: REMOTE_WRITE_HEADERS,
    body: new Uint8Array(writeRequest(...series)),
  });

const counter = (labels: Record<string, string>, perSecond: number): WrittenSeries => ({
  labels: { __name__: 'http_requests_total', ...labels },
  points: Array.from({ length: 41 }, (_, i) => [(T0 + i * 15) * 1000, i * 15 * perSecond] as const),
});

const get = async (path: string, params: Record<string, string> = {}) => {
  const search = new URLSearchParams(params).toString();
  const answer = await lantern.prometheus(`/api/v1${path}${search === '' ? '' : `?${search}`}`);
  return { ...answer, body: answer.json() as { status: string; data?: unknown; error?: string } };
};

beforeAll(async () => {
  const answer = await write(
    counter({ code: '200', job: 'shop' }, 2),
    counter({ code: '500', job: 'shop' }, 1),
    counter({ code: '200', job: 'other', 'my.label': 'x' }, 4),
    {
      labels: { __name__: 'special' },
      points: [Number.NaN, Infinity, -Infinity, -0, 1e-7, 1e21, 0.1].map((value, i) => [
        (T0 + i) * 1000,
        value,
      ]),
    },
  );
  expect([answer.status, answer.text]).toEqual([204, '']);
});

describe('Queries of the Prometheus API', () => {
  it('An instant query answers a vector of the last samples', async () => {
    const { body, headers } = await get('/query', {
      query: 'sum by (code) (round(rate(http_requests_total{job="shop"}[5m]), 0.01))',
      time: String(T0 + 600),
    });
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).toEqual({
      status: 'success',
      data: {
        resultType: 'vector',
        result: [
          { metric: { code: '200' }, value: [T0 + 600, '2'] },
          { metric: { code: '500' }, value: [T0 + 600, '1'] },
        ],
      },
    });
  });

  it('A range query answers a matrix, also as a form', async () => {
    const form = {
      query: 'http_requests_total{code="500"}',
      start: String(T0),
      end: String(T0 + 60),
      step: '30',
    };
    const posted = await lantern.prometheus('/api/v1/query_range', {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    const { body } = await get('/query_range', form);
    expect(posted.json()).toEqual(body);
    expect(body.data).toEqual({
      resultType: 'matrix',
      result: [
        {
          metric: { __name__: 'http_requests_total', code: '500', job: 'shop' },
          values: [
            [T0, '0'],
            [T0 + 30, '30'],
            [T0 + 60, '60'],
          ],
        },
      ],
    });
  });

  it('Values have the shortest form, and a range selector keeps the times of its samples', async () => {
    const { body } = await get('/query', { query: 'special[10s]', time: String(T0 + 6) });
    const [series] = (body.data as { result: { values: [number, string][] }[] }).result;
    expect(series?.values.map(([, value]) => value)).toEqual([
      'NaN',
      '+Inf',
      '-Inf',
      '-0',
      '1e-07',
      '1e+21',
      '0.1',
    ]);
    expect(series?.values.map(([time]) => time - T0)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('Scalars and texts are answered, and a query without data has an empty result', async () => {
    expect((await get('/query', { query: '1 + 1', time: '1' })).body.data).toEqual({
      resultType: 'scalar',
      result: [1, '2'],
    });
    expect((await get('/query', { query: '"a\\"b"', time: '1' })).body.data).toEqual({
      resultType: 'string',
      result: [1, 'a"b'],
    });
    expect((await get('/query', { query: 'none' })).body.data).toEqual({ resultType: 'vector', result: [] });
  });

  it('Warnings, truncation and statistics stand beside the data', async () => {
    const time = String(T0 + 600);
    const warned = await get('/query', { query: 'quantile(2, http_requests_total)', time });
    expect(warned.body).toMatchObject({
      warnings: ['PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)'],
    });
    const cut = await get('/query', { query: 'http_requests_total', time, limit: '1', stats: 'all' });
    expect(cut.body).toMatchObject({
      data: { result: [expect.anything()], stats: { samples: { totalQueryableSamples: 3 } } },
      warnings: ['results truncated due to limit'],
    });
  });

  it.each([
    [
      '/query',
      { query: 'sum(' },
      400,
      'bad_data',
      /^invalid parameter "query": 1:5: parse error: unclosed left parenthesis$/,
    ],
    ['/query', {}, 400, 'bad_data', /no expression found in input/],
    ['/query', { query: 'up', time: 'noon' }, 400, 'bad_data', /cannot parse "noon" to a valid timestamp/],
    ['/query', { query: 'up', timeout: '0' }, 400, 'bad_data', /timeout must be positive, got 0s/],
    ['/query', { query: 'up', limit: '-1' }, 400, 'bad_data', /limit must be non-negative/],
    [
      '/query_range',
      { query: 'up[1m]', start: '0', end: '1', step: '1' },
      400,
      'bad_data',
      /invalid expression type "range vector"/,
    ],
    [
      '/query_range',
      { query: 'up', start: '0', end: '1', step: '' },
      400,
      'bad_data',
      /cannot parse "" to a valid duration/,
    ],
    ['/query', { query: 'topk(NaN, http_requests_total)', time: String(T0) }, 422, 'execution', /NaN/],
    ['/series', {}, 400, 'bad_data', /^no match\[\] parameter provided$/],
    ['/series', { 'match[]': '{job=~".*"}' }, 400, 'bad_data', /match/],
    ['/series', { 'match[]': 'a b' }, 400, 'bad_data', /^invalid parameter "match\[\]": 1:3: parse error/],
    ['/labels', { 'match[]': 'a b' }, 400, 'bad_data', /^1:3: parse error/],
    [
      '/query_exemplars',
      { query: 'up', start: '2', end: '1' },
      400,
      'bad_data',
      /^end timestamp must not be before start/,
    ],
    ['/metadata', { limit: 'x' }, 400, 'bad_data', /^limit must be a number$/],
    ['/rules', { type: 'x' }, 400, 'bad_data', /not supported value/],
  ] as const)('%s with %j is rejected with %i', async (path, params, status, errorType, error) => {
    const answer = await get(path, params);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ status: 'error', errorType, error: expect.stringMatching(error) });
  });

  it('Queries are formatted and parsed', async () => {
    expect((await get('/format_query', { query: 'sum(rate(a[60s]))by(x)' })).body.data).toBe(
      'sum by (x) (rate(a[1m]))',
    );
    expect((await get('/parse_query', { query: '-a{b="c"} > bool 2' })).body.data).toMatchObject({
      type: 'binaryExpr',
      op: '>',
      bool: true,
      lhs: { type: 'unaryExpr', expr: { type: 'vectorSelector', name: 'a' } },
      rhs: { type: 'numberLiteral', val: '2' },
    });
  });
});

describe('Series of the Prometheus API', () => {
  it('Series, labels and values are listed, sorted and limited', async () => {
    const series = await get('/series', { 'match[]': 'http_requests_total{job="shop"}' });
    expect(series.body.data).toEqual([
      { __name__: 'http_requests_total', code: '200', job: 'shop' },
      { __name__: 'http_requests_total', code: '500', job: 'shop' },
    ]);
    expect((await get('/labels')).body.data).toEqual(['__name__', 'code', 'job', 'my.label']);
    expect((await get('/label/job/values')).body.data).toEqual(['other', 'shop']);
    expect((await get('/label/U__my_2e_label/values')).body.data).toEqual(['x']);
    expect((await get('/label/none/values')).body.data).toEqual([]);
    const limited = await get('/label/job/values', { limit: '1' });
    expect(limited.body).toEqual({
      status: 'success',
      data: ['other'],
      warnings: ['results truncated due to limit'],
    });
    const earlier = await get('/labels', { start: '0', end: '1' });
    expect(earlier.body.data).toEqual([]);
  });

  it('A method that a route does not have gets 405 with those that it has', async () => {
    const answer = await lantern.prometheus('/api/v1/label/job/values', { method: 'POST' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
    expect((await lantern.prometheus('/api/v1/nothing')).status).toBe(404);
  });
});

describe('Status of the Prometheus API', () => {
  it('Probes answer one line', async () => {
    for (const path of ['/-/healthy', '/-/ready']) {
      const { status, text } = await lantern.prometheus(path);
      expect([status, text.trim().split('\n')]).toEqual([200, [expect.any(String)]]);
    }
  });

  it.each(['buildinfo', 'config', 'flags', 'runtimeinfo', 'tsdb'])('status/%s is answered', async (name) => {
    expect((await get(`/status/${name}`)).body.status).toBe('success');
  });

  it('tsdb counts series by metric', async () => {
    expect((await get('/status/tsdb')).body.data).toMatchObject({
      headStats: { numSeries: 4 },
      seriesCountByMetricName: [
        { name: 'http_requests_total', value: 3 },
        { name: 'special', value: 1 },
      ],
    });
  });

  it('Without rules and targets their lists are empty', async () => {
    expect((await get('/rules')).body.data).toEqual({ groups: [] });
    expect((await get('/alerts')).body.data).toEqual({ alerts: [] });
    expect((await get('/targets')).body.data).toMatchObject({ activeTargets: [] });
    expect((await get('/alertmanagers')).body.data).toMatchObject({ activeAlertmanagers: [] });
  });

  it('OTLP metrics are accepted here and on the OTLP port, and have metadata and exemplars', async () => {
    const time = `${Date.now()}000000`;
    const point = {
      timeUnixNano: time,
      asInt: '7',
      exemplars: [{ timeUnixNano: time, asDouble: 1, traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) }],
    };
    const orders = {
      name: 'orders',
      description: 'Orders',
      sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] },
    };
    const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [orders] }] }] });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    expect((await lantern.prometheus('/api/v1/otlp/v1/metrics', init)).status).toBe(200);
    expect((await lantern.otlp('/v1/metrics', init)).text).toBe('{}');
    const { body: found } = await get('/query', { query: 'orders_total' });
    expect(found.data).toMatchObject({ result: [{ metric: { __name__: 'orders_total' } }] });
    expect((await get('/metadata', { metric: 'orders_total' })).body.data).toEqual({
      orders_total: [{ type: 'counter', help: 'Orders', unit: '' }],
    });
    expect((await get('/query_exemplars', { query: 'rate(orders_total[5m])' })).body.data).toEqual([
      {
        seriesLabels: { __name__: 'orders_total' },
        exemplars: [
          {
            labels: { span_id: 'cd'.repeat(8), trace_id: 'ab'.repeat(16) },
            value: '1',
            timestamp: Math.round(Number(time) / 1e6) / 1e3,
          },
        ],
      },
    ]);
  });
});

describe('The port of the web UI', () => {
  it('The port of the web UI answers queries of the Prometheus API, which its pages send to their own origin', async () => {
    const path = `/api/v1/query?query=${encodeURIComponent('special')}&time=${T0 + 6}`;
    const [own, prometheus] = await Promise.all([lantern.jaeger(path), lantern.prometheus(path)]);
    expect([own.status, own.json()]).toEqual([200, prometheus.json()]);
    expect((await lantern.jaeger('/api/v1/query?query=sum(')).status).toBe(400);
    expect((await lantern.jaeger('/api/v1/nothing')).status).toBe(404);
  });
});
