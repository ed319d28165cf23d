import { beforeAll, describe, expect, it } from '@jest/globals';
import { SpanKind, StatusCode, type Span } from '@lantern/telemetry-model';
import { T0, millis, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { useLantern } from '../../testing/running-lantern.js';

const lantern = useLantern();

/**
 * ```
 * seconds   0         10        20        30
 * web       5 ms ×2   80 ms !                     GET /
 *                               5 ms              POST /
 * orders    5 ms
 * ```
 */
beforeAll(async () => {
  const at = (n: number, second: number, duration: number, fields: Partial<Span> = {}) =>
    span({
      traceId: traceId(n),
      spanId: spanId(n),
      startUnixNano: T0 + millis(second * 1_000),
      endUnixNano: T0 + millis(second * 1_000 + duration),
      ...fields,
    });
  await lantern.send(
    resourceSpans(
      'web',
      at(1, 0, 5),
      at(2, 9, 5),
      at(3, 10, 80, { status: { code: StatusCode.error, message: '' } }),
      at(4, 20, 5, { name: 'POST /' }),
      at(5, 20, 5, { kind: SpanKind.client }),
    ),
    resourceSpans('orders', at(6, 0, 5)),
  );
});

const END_MILLIS = T0 / 1_000_000n + 30_000n;
const RANGE = `endTs=${END_MILLIS}&lookback=20000&step=10000&ratePer=10000`;

const ask = async (path: string) => {
  const answer = await lantern.jaeger(`/api/metrics/${path}`);
  return { status: answer.status, type: answer.headers.get('content-type'), text: answer.text };
};

const valuesOf = async (path: string) => {
  const { metrics = [] } = JSON.parse((await ask(path)).text) as {
    metrics?: { labels: { value: string }[]; metricPoints: { gaugeValue: { doubleValue: unknown } }[] }[];
  };
  return Object.fromEntries(
    metrics.map(({ labels, metricPoints }) => [
      labels.map(({ value }) => value).join(' '),
      metricPoints.map(({ gaugeValue }) => gaugeValue.doubleValue),
    ]),
  );
};

describe('GET /api/metrics', () => {
  it('answers in the shape of Jaeger, without an envelope', async () => {
    expect(await ask(`calls?service=orders&${RANGE}`)).toEqual({
      status: 200,
      type: 'application/json',
      text:
        '{"name":"service_call_rate","type":"GAUGE","help":"calls/sec, grouped by service","metrics":[' +
        '{"labels":[{"name":"service_name","value":"orders"}],"metricPoints":[' +
        '{"gaugeValue":{"doubleValue":0.1},"timestamp":"2026-01-01T00:00:10Z"},' +
        '{"gaugeValue":{"doubleValue":0},"timestamp":"2026-01-01T00:00:20Z"},' +
        '{"gaugeValue":{"doubleValue":0},"timestamp":"2026-01-01T00:00:30Z"}]}]}',
    });
    expect((await ask(`calls?service=nobody&${RANGE}`)).text).toBe(
      '{"name":"service_call_rate","type":"GAUGE","help":"calls/sec, grouped by service","metrics":[]}',
    );
  });

  it('returns calls per second of server spans, over the window of each point', async () => {
    expect(await valuesOf(`calls?service=web&service=orders&${RANGE}`)).toEqual({
      web: [0.2, 0.1, 0.1],
      orders: [0.1, 0, 0],
    });
    expect(await valuesOf(`calls?service=web&${RANGE.replace('ratePer=10000', 'ratePer=20000')}`)).toEqual({
      web: [0.1, 0.15, 0.1],
    });
    expect(await valuesOf(`calls?service=web&${RANGE}&spanKind=client&spanKind=server`)).toEqual({
      web: [0.2, 0.1, 0.2],
    });
  });

  it('returns calls per second for each operation', async () => {
    expect(await valuesOf(`calls?service=web&groupByOperation=true&${RANGE}`)).toEqual({
      'web GET /': [0.2, 0.1, 0],
      'web POST /': [0, 0, 0.1],
    });
    const { text } = await ask(`calls?service=web&groupByOperation=true&${RANGE}`);
    expect(text).toContain(
      '"name":"service_operation_call_rate","type":"GAUGE","help":"calls/sec, grouped by service & operation"',
    );
    expect(text).toContain('[{"name":"service_name","value":"web"},{"name":"operation","value":"GET /"}]');
  });

  it('returns latencies in milliseconds, and NaN where there were no calls', async () => {
    expect(await valuesOf(`latencies?quantile=0.95&service=web&service=orders&${RANGE}`)).toEqual({
      web: [5, 80, 5],
      orders: [5, 'NaN', 'NaN'],
    });
    expect((await ask(`latencies?quantile=0.5&service=web&${RANGE}`)).text).toContain(
      '"name":"service_latencies","type":"GAUGE","help":"0.50th quantile latency, grouped by service"',
    );
  });

  it('returns the share of errors, 0 throughout when no call failed', async () => {
    expect(await valuesOf(`errors?service=web&service=orders&${RANGE}`)).toEqual({
      web: [0, 1, 0],
      orders: [0, 0, 0],
    });
    expect((await ask(`errors?service=web&${RANGE}`)).text).toContain(
      '"help":"error rate, computed as a fraction of errors/sec over calls/sec, grouped by service"',
    );
  });

  it('adds up all calls for a window that is longer than all that is stored', async () => {
    const forever = RANGE.replace('ratePer=10000', 'ratePer=9000000000000');
    expect(await valuesOf(`calls?service=web&${forever}`)).toEqual({
      web: [2 / 9e9, 3 / 9e9, 4 / 9e9],
    });
    expect(await valuesOf(`latencies?quantile=1&service=web&${forever}`)).toEqual({
      web: [5, 80, 80],
    });
  });

  it('looks back one hour from now in steps of 5 s by default', async () => {
    const end = `endTs=${END_MILLIS}`;
    const values = (await valuesOf(`calls?service=web&${end}`)).web ?? [];
    expect(values).toHaveLength(721);
    expect(values.at(-1)).toBe(4 / 600);
  });

  it.each([
    ['calls', "unable to parse param 'service': please provide at least one service name"],
    [
      'latencies?service=web',
      'unable to parse param \'quantile\': strconv.ParseFloat: parsing "": invalid syntax',
    ],
    ['calls?service=web&spanKind=x', "unable to parse param 'spanKind': unsupported span kind: 'x'"],
    [
      'calls?service=web&step=1m',
      'unable to parse param \'step\': strconv.ParseInt: parsing "1m": invalid syntax',
    ],
    [
      'errors?service=web&step=0',
      "unable to parse param 'step': must be from 1 to 9223372036854, received: 0",
    ],
    [
      'calls?service=web&ratePer=99999999999999',
      "unable to parse param 'ratePer': must be from 1 to 9223372036854, received: 99999999999999",
    ],
    [
      'latencies?service=web&quantile=NaN',
      "unable to parse param 'quantile': must be from 0 to 1, received: NaN",
    ],
    [
      'errors?service=web&lookback=3600000&step=1',
      "unable to parse param 'step': exceeded maximum resolution of 11000 points per timeseries",
    ],
    [
      'calls?service=web&groupByOperation=x',
      'unable to parse param \'groupByOperation\': strconv.ParseBool: parsing "x": invalid syntax',
    ],
  ])('refuses %s', async (path, msg) => {
    expect(await ask(path)).toEqual({
      status: 400,
      type: 'text/plain; charset=utf-8',
      text: `${JSON.stringify({ data: null, total: 0, limit: 0, offset: 0, errors: [{ code: 400, msg }] })}\n`,
    });
  });
});
