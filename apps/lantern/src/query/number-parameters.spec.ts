import { beforeAll, describe, expect, it } from '@jest/globals';
import { T0, resourceSpans, span } from '@lantern/telemetry-model/testing';
import { useLantern } from '../testing/running-lantern.js';

const lantern = useLantern();

beforeAll(async () => {
  await lantern.send(resourceSpans('web', span()));
  const push = await lantern.push({
    streams: [{ stream: { service: 'web' }, values: [[String(T0), 'a line']] }],
  });
  expect(push.status).toBe(204);
});

interface Route {
  readonly port: 'jaeger' | 'loki';
  /** With every parameter that the route requires. */
  readonly path: string;
  /** All that are read as a number, a time or a duration. */
  readonly parameters: readonly string[];
}

const V3_RANGE = 'query.startTimeMin=2025-12-31T00:00:00Z&query.startTimeMax=2026-01-02T00:00:00Z';
const OWN_RANGE = 'startTime=2025-12-31T00:00:00Z&endTime=2026-01-02T00:00:00Z';
const V3_SEARCH = [
  'query.startTimeMin',
  'query.startTimeMax',
  'query.searchDepth',
  'query.numTraces',
  'query.durationMin',
  'query.durationMax',
  'lantern.traceDurationMin',
  'lantern.traceDurationMax',
  'lantern.pageToken',
  'lantern.orderBy',
];
const METRICS = ['endTs', 'lookback', 'step', 'ratePer'];
const LINES = 'query={service="web"}';
const NUMBERS = 'query=sum(count_over_time({service="web"}[1m]))';
const LOKI_RANGE = ['start', 'end', 'since'];

const ROUTES: readonly Route[] = [
  {
    port: 'jaeger',
    path: '/api/traces?service=web',
    parameters: ['start', 'end', 'limit', 'minDuration', 'maxDuration', 'traceID'],
  },
  { port: 'jaeger', path: '/api/traces/a?', parameters: ['start', 'end'] },
  { port: 'jaeger', path: '/api/dependencies?', parameters: ['endTs', 'lookback'] },
  { port: 'jaeger', path: '/api/metrics/calls?service=web', parameters: METRICS },
  { port: 'jaeger', path: '/api/metrics/errors?service=web', parameters: METRICS },
  {
    port: 'jaeger',
    path: '/api/metrics/latencies?service=web&quantile=0.5',
    parameters: [...METRICS, 'quantile'],
  },
  { port: 'jaeger', path: '/api/v3/traces/a?', parameters: ['startTime', 'endTime'] },
  { port: 'jaeger', path: `/api/v3/traces?${V3_RANGE}`, parameters: V3_SEARCH },
  { port: 'jaeger', path: `/api/v3/trace-summaries?${V3_RANGE}`, parameters: V3_SEARCH },
  {
    port: 'jaeger',
    path: `/api/v3/lantern/dependencies?${OWN_RANGE}`,
    parameters: ['startTime', 'endTime'],
  },
  { port: 'jaeger', path: `/api/v3/lantern/operations?${OWN_RANGE}`, parameters: ['startTime', 'endTime'] },
  { port: 'jaeger', path: `/api/v3/lantern/attributes?${OWN_RANGE}`, parameters: ['startTime', 'endTime'] },
  ...[LINES, NUMBERS].map((query): Route => ({
    port: 'loki',
    path: `/loki/api/v1/query_range?${query}`,
    parameters: [...LOKI_RANGE, 'limit', 'step', 'interval'],
  })),
  { port: 'loki', path: `/loki/api/v1/query?${NUMBERS}`, parameters: ['time', 'limit'] },
  { port: 'loki', path: '/loki/api/v1/query?query=vector(1)', parameters: ['time', 'limit'] },
  { port: 'loki', path: '/loki/api/v1/labels?', parameters: LOKI_RANGE },
  { port: 'loki', path: '/loki/api/v1/label/service/values?', parameters: LOKI_RANGE },
  { port: 'loki', path: `/loki/api/v1/series?match[]={service="web"}`, parameters: LOKI_RANGE },
  { port: 'loki', path: `/loki/api/v1/index/stats?${LINES}`, parameters: LOKI_RANGE },
  { port: 'loki', path: `/loki/api/v1/index/volume?${LINES}`, parameters: [...LOKI_RANGE, 'limit'] },
  {
    port: 'loki',
    path: `/loki/api/v1/index/volume_range?${LINES}`,
    parameters: [...LOKI_RANGE, 'limit', 'step'],
  },
  { port: 'loki', path: '/loki/api/v1/detected_labels?', parameters: LOKI_RANGE },
  {
    port: 'loki',
    path: `/loki/api/v1/detected_fields?${LINES}`,
    parameters: [...LOKI_RANGE, 'limit', 'line_limit', 'step'],
  },
  {
    port: 'loki',
    path: `/loki/api/v1/detected_field/a/values?${LINES}`,
    parameters: [...LOKI_RANGE, 'limit', 'line_limit'],
  },
  { port: 'loki', path: `/loki/api/v1/patterns?${LINES}`, parameters: [...LOKI_RANGE, 'step'] },
  { port: 'loki', path: `/loki/api/v1/tail?${LINES}`, parameters: ['start', 'limit', 'delay_for'] },
];

const EXTREMES: readonly string[] = [
  '',
  '0',
  '-0',
  '-1',
  '1',
  '1e308',
  '-1e308',
  '1e400',
  '0.0000000001',
  'NaN',
  'Infinity',
  '-Infinity',
  '99999999999999',
  '-99999999999999',
  '2147483648',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '18446744073709551616',
  '9'.repeat(400),
  `${'9'.repeat(400)}.5`,
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '292y',
  '999999999h',
];

/** Loki's and Jaeger's own texts that name what is wrong in other words than the parameter's. */
const OTHER_WORDS =
  /search depth|time range|timestamp|resolution|valid duration|malformed parameter|max entries limit|positive value|service=web|ParseInt|ParseUint|Atoi|TraceID/;

const answerTo = async ({ port, path }: Route, more: string) => {
  const answer = await (port === 'jaeger' ? lantern.jaeger(path + more) : lantern.loki(path + more));
  return { status: answer.status, text: answer.text };
};

describe.each(ROUTES)('$path', (route) => {
  const read = async (parameter: string, text: string) => {
    // The first of a repeated parameter counts: what the path has would hide the extreme.
    const given = new RegExp(`(?<=[?&])${parameter.replaceAll('.', '\\.')}=[^&]*`);
    const path = route.path.replace(given, '');
    return answerTo({ ...route, path }, `&${parameter}=${encodeURIComponent(text)}`);
  };

  it.each(route.parameters)('answers any number in %s, or names what it allows', async (parameter) => {
    for (const text of EXTREMES) {
      const { status, text: answer } = await read(parameter, text);
      // 404: there is no such trace, and no tail without a WebSocket.
      if (![200, 400, 404].includes(status)) throw new Error(`${parameter}=${text}: ${status} ${answer}`);
      if (status !== 400) continue;
      if (!answer.includes(parameter)) expect(answer).toMatch(OTHER_WORDS);
    }
    for (const [first, second] of [
      ['0', '99999999999999'],
      ['99999999999999', 'NaN'],
    ]) {
      const { status } = await answerTo(
        route,
        `&${parameter}=${first ?? ''}&${parameter}=${second ?? ''}`.repeat(3),
      );
      expect(status).toBeLessThan(500);
    }
  });
});

describe('a list in a request', () => {
  it.each([
    ['jaeger', '/api/traces?', 'traceID=a&', 1_501, 'must be given at most 1500 times, received: 1501'],
    [
      'jaeger',
      '/api/metrics/calls?',
      'service=a&',
      1_001,
      'must be given at most 1000 times, received: 1001',
    ],
    [
      'loki',
      '/loki/api/v1/series?',
      'match[]={a="b"}&',
      101,
      'must be given at most 100 times, received: 101',
    ],
    [
      'loki',
      `/loki/api/v1/index/volume?${LINES}&targetLabels=`,
      'a,',
      101,
      'must be given at most 100 times, received: 101',
    ],
  ] as const)('has a limit: %s%s', async (port, path, item, count, message) => {
    const { status, text } = await answerTo({ port, path, parameters: [] }, item.repeat(count));
    expect([status, text]).toEqual([400, expect.stringContaining(message)]);
  });
});
