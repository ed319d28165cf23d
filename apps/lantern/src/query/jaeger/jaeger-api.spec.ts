import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { formatTraceRequestJson } from '@lantern/otlp';
import { SpanKind, StatusCode, TRACE_ORDERS } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  resourceSpans,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import { RunningLantern, useLantern, type Answer } from '../../testing/running-lantern.js';

const lantern = useLantern();

const T0_MICROS = T0 / 1_000n;
const AROUND_T0 = `start=${T0_MICROS - 1_000_000n}&end=${T0_MICROS + 1_000_000n}`;
const V3_AROUND_T0 = 'query.startTimeMin=2025-12-31T00:00:00Z&query.startTimeMax=2026-01-02T00:00:00.5Z';

const ORDER = traceId(0xa);
const USERS = traceId(0xb);

/**
 * ```
 * ORDER  gateway  POST /orders   server  0 … 40 ms
 *        orders     POST /orders server  5 … 30 ms   ERROR
 * USERS  gateway  GET /users     server  20 … 21 ms
 * ```
 */
beforeAll(async () => {
  await lantern.send(
    resourceSpans(
      'gateway',
      span({ traceId: ORDER, name: 'POST /orders', endUnixNano: T0 + millis(40) }),
      span({
        traceId: USERS,
        name: 'GET /users',
        startUnixNano: T0 + millis(20),
        attributes: attributes({ 'user.id': '1', retries: 2n }),
      }),
      span({
        traceId: traceId(0xc),
        name: 'tick',
        kind: SpanKind.unspecified,
        startUnixNano: T0 - millis(500),
      }),
    ),
    resourceSpans(
      'orders',
      span({
        traceId: ORDER,
        spanId: spanId(2),
        parentSpanId: spanId(1),
        name: 'POST /orders',
        startUnixNano: T0 + millis(5),
        endUnixNano: T0 + millis(30),
        status: { code: StatusCode.error, message: 'no' },
      }),
    ),
  );
});

/** Requests and what Jaeger v2.20 answers to them, byte by byte. */
const expectAnswer = (answer: Answer, status: number, contentType: string, text: string) =>
  expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([
    status,
    contentType,
    text,
  ]);

const JSON_TYPE = 'application/json';
const TEXT = 'text/plain; charset=utf-8';

const legacyError = (code: number, msg: string) =>
  `{"data":null,"total":0,"limit":0,"offset":0,"errors":[{"code":${code},"msg":${JSON.stringify(msg)}}]}\n`;

const idsOf = (answer: Answer): string[] =>
  (answer.json() as { data: { traceID: string }[] }).data.map(({ traceID }) => traceID);

describe('the legacy API', () => {
  it.each([
    ['/api/services', '{"data":["gateway","orders"],"total":2,"limit":0,"offset":0,"errors":null}'],
    [
      '/api/services/gateway/operations',
      '{"data":["GET /users","POST /orders","tick"],"total":3,"limit":0,"offset":0,"errors":null}',
    ],
    ['/api/services/no%2Fbody/operations', '{"data":null,"total":0,"limit":0,"offset":0,"errors":null}'],
    [
      '/api/operations?service=gateway',
      '{"data":[{"name":"GET /users","spanKind":"server"},{"name":"POST /orders","spanKind":"server"},' +
        '{"name":"tick","spanKind":""}],"total":3,"limit":0,"offset":0,"errors":null}',
    ],
    [
      '/api/operations?service=gateway&spanKind=client',
      '{"data":[],"total":0,"limit":0,"offset":0,"errors":null}',
    ],
    [
      `/api/dependencies?endTs=${T0_MICROS / 1_000n + 1_000n}`,
      '{"data":[{"parent":"gateway","child":"orders","callCount":1}],"total":0,"limit":0,"offset":0,"errors":null}',
    ],
    [
      `/api/dependencies?endTs=${T0_MICROS / 1_000n + 1_000n}&service=other`,
      '{"data":[],"total":0,"limit":0,"offset":0,"errors":null}',
    ],
    [
      `/api/dependencies?endTs=${T0_MICROS / 1_000n - 1_000n}&lookback=1000`,
      '{"data":[],"total":0,"limit":0,"offset":0,"errors":null}',
    ],
    ['/api/traces?service=gateway', '{"data":[],"total":0,"limit":0,"offset":0,"errors":null}'],
    [
      '/api/services?prettyPrint=true',
      '{\n    "data": [\n        "gateway",\n        "orders"\n    ],\n    "total": 2,\n    "limit": 0,\n' +
        '    "offset": 0,\n    "errors": null\n}',
    ],
    [
      '/api/services?prettyPrint=false',
      '{"data":["gateway","orders"],"total":2,"limit":0,"offset":0,"errors":null}',
    ],
  ])('answers %s', async (path, text) => {
    expectAnswer(await lantern.jaeger(path), 200, JSON_TYPE, text);
  });

  it.each([
    ['/api/operations', 400, "parameter 'service' is required"],
    ['/api/traces', 400, "parameter 'service' is required"],
    [
      '/api/traces?service=a&start=x',
      400,
      'unable to parse param \'start\': strconv.ParseInt: parsing "x": invalid syntax',
    ],
    [
      '/api/traces?service=a&minDuration=1',
      400,
      'unable to parse param \'minDuration\': time: missing unit in duration "1"',
    ],
    [
      '/api/traces?service=a&minDuration=2s&maxDuration=1s',
      400,
      "'maxDuration' should be greater than 'minDuration'",
    ],
    ['/api/traces?service=a&limit=0', 400, 'search depth must be greater than 0 and less than max traces'],
    ['/api/traces?service=a&limit=ten', 400, 'strconv.ParseInt: parsing "ten": invalid syntax'],
    ['/api/traces?service=a&tag=x', 400, "malformed 'tag' parameter, expecting key:value, received: x"],
    [
      '/api/traces?service=a&raw=maybe',
      400,
      'unable to parse param \'raw\': strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      '/api/traces?traceID=x.z',
      400,
      'cannot parse traceID param: strconv.ParseUint: parsing "x.z": invalid syntax',
    ],
    ['/api/traces/x.z', 400, 'strconv.ParseUint: parsing "x.z": invalid syntax'],
    ['/api/traces/abc123', 404, 'trace not found'],
    ['/api/traces/0', 404, 'trace not found'],
    [
      '/api/dependencies?endTs=now',
      400,
      'unable to parse param \'endTs\': strconv.ParseInt: parsing "now": invalid syntax',
    ],
  ])('answers %s with %i: %s', async (path, status, message) => {
    expectAnswer(await lantern.jaeger(path), status, TEXT, legacyError(status, message));
  });

  it('finds traces newest first, each one whole', async () => {
    const answer = await lantern.jaeger(`/api/traces?service=gateway&${AROUND_T0}`);
    expect(idsOf(answer)).toEqual(['000000000000000b', '000000000000000a', '000000000000000c']);
    expect(answer.json()).toMatchObject({
      data: [{ spans: [{}] }, { spans: [{ processID: 'p1' }, { processID: 'p2' }] }, {}],
    });
  });

  it.each([
    ['operation=POST%20%2Forders', ['000000000000000a']],
    ['tag=user.id:1', ['000000000000000b']],
    ['tags={"user.id":"1","retries":"2"}', ['000000000000000b']],
    ['tags={"user.id":"2"}&tag=user.id:1', []],
    ['minDuration=2ms', ['000000000000000a']],
    ['maxDuration=1ms', ['000000000000000b', '000000000000000c']],
    ['limit=1', ['000000000000000b']],
    ['tag=error:true', []],
  ])('searches by %s', async (condition, ids) => {
    expect(idsOf(await lantern.jaeger(`/api/traces?service=gateway&${AROUND_T0}&${condition}`))).toEqual(ids);
  });

  it('finds an error in any service of the trace', async () => {
    const answer = await lantern.jaeger(`/api/traces?service=orders&tags={"error":"true"}&${AROUND_T0}`);
    expect(idsOf(answer)).toEqual(['000000000000000a']);
  });

  it('returns several traces by their ids, and names the unknown ones', async () => {
    const answer = await lantern.jaeger('/api/traces?traceID=a&traceID=00c&traceID=ff&traceID=ff');
    expect(answer.status).toBe(200);
    expect(idsOf(answer)).toEqual(['000000000000000a', '000000000000000c']);
    expect(answer.json()).toMatchObject({
      errors: [{ msg: 'trace not found', traceID: '00000000000000ff' }],
    });
    expect(answer.text).not.toContain('"code"');
  });

  it.each([['a'], ['A'], ['0000000000000000000000000000000a'], ['AAAAAAAAAAAAAAAAAAAACg==']])(
    'gives a trace by the id %s',
    async (id) => {
      const answer = await lantern.jaeger(`/api/traces/${id}`);
      expect(idsOf(answer)).toEqual(['000000000000000a']);
    },
  );

  it('returns a trace unadjusted for raw=true', async () => {
    const keysOf = async (query: string) => {
      const answer = await lantern.jaeger(`/api/traces/b${query}`);
      const { data } = answer.json() as { data: { spans: { tags: { key: string }[] }[] }[] };
      return data[0]?.spans[0]?.tags.map(({ key }) => key);
    };
    expect(await keysOf('')).toEqual(['retries', 'user.id', 'span.kind']);
    expect(await keysOf('?raw=true')).toEqual(['user.id', 'retries', 'span.kind']);
  });
});

describe('API v3', () => {
  it.each([
    ['/api/v3/services', '{"services":["gateway","orders"]}'],
    [
      '/api/v3/operations?service=gateway',
      '{"operations":[{"name":"GET /users","spanKind":"server"},{"name":"POST /orders","spanKind":"server"},' +
        '{"name":"tick","spanKind":"internal"}]}',
    ],
    ['/api/v3/operations?service=gateway&span_kind=client', '{"operations":[]}'],
    ['/api/v3/operations', '{"operations":[]}'],
    [
      `/api/v3/trace-summaries?query.serviceName=orders&${V3_AROUND_T0}`,
      '{"summaries":[{"traceId":"0000000000000000000000000000000a","rootServiceName":"gateway",' +
        '"rootOperationName":"POST /orders","minStartTimeUnixNano":"1767225600000000000",' +
        '"maxEndTimeUnixNano":"1767225600040000000","spanCount":2,"errorSpanCount":1,"orphanSpanCount":0,' +
        '"services":[{"name":"gateway","spanCount":1,"errorSpanCount":0},' +
        '{"name":"orders","spanCount":1,"errorSpanCount":1}]}]}',
    ],
    [`/api/v3/trace-summaries?query.serviceName=nobody&${V3_AROUND_T0}`, '{"summaries":[]}'],
  ])('answers %s', async (path, text) => {
    expectAnswer(await lantern.jaeger(path), 200, JSON_TYPE, text);
  });

  it('returns a trace as OTLP JSON', async () => {
    const answer = await lantern.jaeger(`/api/v3/traces/${USERS}`);
    expectAnswer(
      answer,
      200,
      JSON_TYPE,
      '{"result":{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"gateway"}}]},' +
        '"scopeSpans":[{"scope":{},"spans":[{"traceId":"0000000000000000000000000000000b","spanId":"0000000000000001",' +
        '"flags":1,"name":"GET /users","kind":2,"startTimeUnixNano":"1767225600020000000",' +
        '"endTimeUnixNano":"1767225600021000000","attributes":[{"key":"retries","value":{"intValue":"2"}},' +
        '{"key":"user.id","value":{"stringValue":"1"}}],"status":{}}]}]}]}}',
    );
  });

  it('searches without a service, in either spelling of the parameters', async () => {
    const found = async (query: string) => {
      const answer = await lantern.jaeger(`/api/v3/trace-summaries?${query}`);
      const { summaries } = answer.json() as { summaries: { traceId: string }[] };
      return summaries.map(({ traceId: id }) => id);
    };
    expect(await found(V3_AROUND_T0)).toEqual([USERS, ORDER, traceId(0xc)]);
    expect(await found(`${V3_AROUND_T0}&query.durationMin=2ms`)).toEqual([ORDER]);
    expect(
      await found(
        'query.start_time_min=2025-12-31T00:00:00Z&query.start_time_max=2026-01-02T00:00:00Z' +
          '&query.operation_name=GET%20%2Fusers&query.num_traces=5&query.attributes={"retries":"2"}',
      ),
    ).toEqual([USERS]);
  });

  it('returns all traces of a search in one answer, and 404 when none is found', async () => {
    const answer = await lantern.jaeger(
      `/api/v3/traces?query.operationName=POST%20%2Forders&${V3_AROUND_T0}`,
    );
    const { result } = answer.json() as { result: { resourceSpans: unknown[] } };
    expect(result.resourceSpans).toHaveLength(2);
    expectAnswer(
      await lantern.jaeger(`/api/v3/traces?query.serviceName=nobody&${V3_AROUND_T0}`),
      404,
      TEXT,
      '{"error":{"httpCode":404,"message":"No traces found"}}\n',
    );
  });

  it.each([
    ['/api/v3/traces/ff', 404, 'No traces found'],
    [
      '/api/v3/traces/x.z',
      400,
      'malformed parameter trace_id: strconv.ParseUint: parsing "x.z": invalid syntax',
    ],
    ['/api/v3/traces', 400, 'query.startTimeMin and query.startTimeMax are required'],
    [
      '/api/v3/traces?query.startTimeMin=2026-01-02T00:00:00Z&query.startTimeMax=2026-01-02T00:00:00Z',
      400,
      'query.startTimeMin must be before query.startTimeMax',
    ],
    [
      '/api/v3/traces?query.startTimeMin=yesterday&query.startTimeMax=2026-01-02T00:00:00Z',
      400,
      'malformed parameter query.startTimeMin: parsing time "yesterday" as ' +
        '"2006-01-02T15:04:05.999999999Z07:00": cannot parse "yesterday" as "2006"',
    ],
    [
      `/api/v3/traces?query.durationMin=soon&${V3_AROUND_T0}`,
      400,
      'malformed parameter query.durationMin: time: invalid duration "soon"',
    ],
    [
      `/api/v3/traces?query.search_depth=many&${V3_AROUND_T0}`,
      400,
      'malformed parameter query.search_depth: strconv.Atoi: parsing "many": invalid syntax',
    ],
    [
      `/api/v3/trace-summaries?query.filter={"op":"eq"}&${V3_AROUND_T0}`,
      400,
      'malformed parameter query.filter: operator "eq" takes 2 argument(s), got 0',
    ],
    [
      `/api/v3/traces?query.filter={"op":"exists","args":[{"attr":{"key":"a"}}]}&query.serviceName=a&query.durationMin=1s&${V3_AROUND_T0}`,
      400,
      'invalid query filter: it cannot be combined with [service_name duration_min]; ' +
        'express those predicates in the filter instead',
    ],
    [
      `/api/v3/traces?lantern.pageToken=x&${V3_AROUND_T0}`,
      400,
      'malformed parameter lantern.pageToken: it is no token that a search has given',
    ],
    [
      `/api/v3/trace-summaries?lantern.orderBy=fastest&${V3_AROUND_T0}`,
      400,
      'malformed parameter lantern.orderBy: expected one of recent, oldest, longest, shortest, mostSpans, ' +
        'fewestSpans, mostErrors, received: fastest',
    ],
    ['/api/v3/lantern/dependencies', 400, 'startTime and endTime are required'],
    [
      `/api/v3/traces?lantern.traceDurationMin=1&${V3_AROUND_T0}`,
      400,
      'malformed parameter lantern.traceDurationMin: time: missing unit in duration "1"',
    ],
  ])('answers %s with %i: %s', async (path, httpCode, message) => {
    expectAnswer(
      await lantern.jaeger(path),
      httpCode,
      TEXT,
      `${JSON.stringify({ error: { httpCode, message } })}\n`,
    );
  });
});

describe('a search over API v3 with parameters that Jaeger does not have', () => {
  const summaries = async (query: string) => {
    const answer = await lantern.jaeger(`/api/v3/trace-summaries?${V3_AROUND_T0}&${query}`);
    const { summaries: found, ...page } = answer.json() as {
      summaries: { traceId: string }[];
      nextPageToken?: string;
      total?: number;
    };
    return { ids: found.map(({ traceId: id }) => id), ...page };
  };

  it('applies a structured filter', async () => {
    const filter = JSON.stringify({
      op: 'and',
      args: [
        {
          call: {
            op: 'eq',
            args: [{ field: { level: 'resource', name: 'service' } }, { scalar: { value: 'gateway' } }],
          },
        },
        {
          call: {
            op: 'gt',
            args: [{ field: { level: 'span', name: 'duration' } }, { scalar: { value: '30ms' } }],
          },
        },
      ],
    });
    expect(await summaries(`query.filter=${encodeURIComponent(filter)}`)).toEqual({ ids: [ORDER] });
  });

  it('filters by the duration of the whole trace', async () => {
    expect(await summaries('query.serviceName=orders&lantern.traceDurationMin=40ms')).toEqual({
      ids: [ORDER],
    });
    expect(await summaries('lantern.traceDurationMin=40.1ms')).toEqual({ ids: [] });
    expect(await summaries('lantern.traceDurationMax=1ms')).toEqual({ ids: [USERS, traceId(0xc)] });
  });

  it('returns pages, with the number of all traces', async () => {
    const first = await summaries('query.searchDepth=2&lantern.total=true');
    expect(first).toEqual({ ids: [USERS, ORDER], total: 3, nextPageToken: expect.any(String) });
    const token = `lantern.pageToken=${first.nextPageToken ?? ''}`;
    expect(await summaries(`query.searchDepth=2&${token}`)).toEqual({ ids: [traceId(0xc)] });
    // The last page has no token even when it is full; the size of a page may change.
    expect(await summaries(`query.searchDepth=1&${token}`)).toEqual({ ids: [traceId(0xc)] });
    const other = await lantern.jaeger(
      `/api/v3/trace-summaries?${V3_AROUND_T0}&query.serviceName=gateway&${token}`,
    );
    expect([other.status, other.text]).toEqual([
      400,
      '{"error":{"httpCode":400,"message":"malformed parameter lantern.pageToken: ' +
        'it belongs to a search with other conditions"}}\n',
    ]);
  });

  it.each(TRACE_ORDERS)('orders all matches by %s, page by page', async (order) => {
    const orderBy = `lantern.orderBy=${order}`;
    const { ids } = await summaries(orderBy);
    expect(ids.toSorted()).toEqual([ORDER, USERS, traceId(0xc)].toSorted());
    const paged: string[] = [];
    for (let token: string | undefined = ''; token !== undefined;) {
      const page = await summaries(`query.searchDepth=1&${orderBy}${token && `&lantern.pageToken=${token}`}`);
      paged.push(...page.ids);
      token = page.nextPageToken;
    }
    expect(paged).toEqual(ids);
  });

  it('puts the longest trace, and the one with the most spans, first of all that match', async () => {
    const first = async (order: string) =>
      (await summaries(`query.searchDepth=1&lantern.orderBy=${order}`)).ids;
    expect(await first('recent')).toEqual([USERS]);
    expect(await first('longest')).toEqual([ORDER]);
    expect(await first('mostSpans')).toEqual([ORDER]);
    expect(await first('mostErrors')).toEqual([ORDER]);
  });

  it('rejects a page token of another order', async () => {
    const { nextPageToken = '' } = await summaries('query.searchDepth=1&lantern.orderBy=longest');
    const answer = await lantern.jaeger(
      `/api/v3/trace-summaries?${V3_AROUND_T0}&lantern.orderBy=shortest&lantern.pageToken=${nextPageToken}`,
    );
    expect([answer.status, answer.text]).toEqual([
      400,
      expect.stringContaining('it belongs to a search with other conditions'),
    ]);
  });

  it('returns whole traces in pages too', async () => {
    const answer = await lantern.jaeger(`/api/v3/traces?${V3_AROUND_T0}&query.searchDepth=1`);
    expect(answer.json()).toEqual({
      result: { resourceSpans: [expect.anything()] },
      nextPageToken: expect.any(String),
    });
  });

  it('returns the calls between services with their errors and latencies', async () => {
    const range = 'startTime=2025-12-31T00:00:00Z&endTime=2026-01-02T00:00:00Z';
    const answer = await lantern.jaeger(`/api/v3/lantern/dependencies?${range}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, JSON_TYPE]);
    // Latencies are accurate to 4 %.
    const latency = expect.closeTo(25, 0);
    expect(answer.json()).toEqual({
      dependencies: [
        {
          parent: 'gateway',
          child: 'orders',
          callCount: 1,
          errorCount: 1,
          latencyMs: { p50: latency, p95: latency, p99: latency },
        },
      ],
    });
    const none = await lantern.jaeger(`/api/v3/lantern/dependencies?${range}&service=other`);
    expect(none.text).toBe('{"dependencies":[]}');
  });
});

describe('POST /api/archive', () => {
  const archive = (at: RunningLantern, id: string) => at.jaeger(`/api/archive/${id}`, { method: 'POST' });

  it('answers as Jaeger does: for a trace, for none, and for what is no id', async () => {
    expectAnswer(
      await archive(lantern, 'a'),
      200,
      JSON_TYPE,
      '{"data":[],"total":0,"limit":0,"offset":0,"errors":[]}',
    );
    expectAnswer(await archive(lantern, 'dead'), 404, TEXT, legacyError(404, 'trace not found'));
    expectAnswer(await archive(lantern, '0'), 404, TEXT, legacyError(404, 'trace not found'));
    expect((await archive(lantern, 'x.z')).status).toBe(400);
  });

  it('keeps the trace when all that is as old makes room for new ones', async () => {
    const small = new RunningLantern({}, { maxTraceBytes: 1024 * 1024 });
    await small.start();
    try {
      // The store compresses spans: only random text keeps its size.
      const filler = (bytes: number) => attributes({ filler: randomBytes(bytes).toString('base64') });
      const wide = (n: number) => span({ traceId: traceId(n), attributes: filler(50_000) });
      await small.send(resourceSpans('web', wide(1), wide(2)));
      expect((await archive(small, '1')).status).toBe(200);
      for (let n = 10; n < 60; n++) await small.send(resourceSpans('web', wide(n)));
      expect((await small.jaeger('/api/traces/2')).status).toBe(404);
      expect((await small.jaeger('/api/traces/1')).status).toBe(200);
      // Half of what spans may take is for the archive.
      const full = await small
        .send(resourceSpans('web', span({ traceId: traceId(3), attributes: filler(600_000) })))
        .then(() => archive(small, '3'));
      expect([full.status, full.text]).toEqual([
        507,
        expect.stringContaining('The trace cannot be archived: it needs'),
      ]);
    } finally {
      await small.stop();
    }
  });
});

describe('POST /api/transform', () => {
  const transform = (body: string) =>
    lantern.jaeger('/api/transform', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });

  it('converts OTLP to the format of the legacy API, unadjusted, and stores nothing', async () => {
    const one = span({ traceId: traceId(0x77), attributes: attributes({ b: 'x', a: true }) });
    const two = span({ traceId: traceId(0x88), kind: SpanKind.internal });
    const answer = await transform(
      JSON.stringify(formatTraceRequestJson([resourceSpans('web', one, two, one)])),
    );
    const spanJson = (id: string, tags: string) =>
      `{"traceID":"${id}","spanID":"0000000000000001","operationName":"GET /","references":[],` +
      `"startTime":1767225600000000,"duration":1000,"tags":[${tags}],"logs":[],"processID":"p1","warnings":null}`;
    const traceJson = (id: string, ...spans: string[]) =>
      `{"traceID":"${id}","spans":[${spans.join(',')}],"processes":{"p1":{"serviceName":"web","tags":[]}},"warnings":null}`;
    const first = spanJson(
      '0000000000000077',
      '{"key":"b","type":"string","value":"x"},{"key":"a","type":"bool","value":true},' +
        '{"key":"span.kind","type":"string","value":"server"}',
    );
    const second = spanJson('0000000000000088', '{"key":"span.kind","type":"string","value":"internal"}');
    expectAnswer(
      answer,
      200,
      JSON_TYPE,
      `{"data":[${traceJson('0000000000000077', first, first)},${traceJson('0000000000000088', second)}],` +
        '"total":0,"limit":0,"offset":0,"errors":null}',
    );
    expect((await lantern.jaeger('/api/traces/77')).status).toBe(404);
  });

  it('rejects a body that is not OTLP', async () => {
    const { status, text } = await transform('{"resourceSpans":5}');
    expect([status, text]).toEqual([400, expect.stringContaining('"msg":"cannot unmarshal OTLP : ')]);
  });
});

describe('paths that nobody serves', () => {
  it.each([
    ['GET', '/api/unknown'],
    ['GET', '/api/'],
    ['POST', '/api/services'],
    ['DELETE', '/api/traces/a'],
    ['GET', '/api/v3/dependencies'],
    // Jaeger answers these two with made-up samples.
    ['GET', '/api/quality-metrics'],
    ['GET', '/api/deep-dependencies'],
    ['GET', '/api/archive/a'],
    ['GET', '/api/transform'],
    ['GET', '/api/metrics/minstep'],
    ['GET', '/loki/api/v2/labels'],
  ])('%s %s is 404 in the words of Go', async (method, path) => {
    expectAnswer(await lantern.jaeger(path, { method }), 404, TEXT, '404 page not found\n');
  });
});
