import { extremeDuration, extremeNumber, extremeText, extremeTime } from './extremes.ts';
import { sharedTraceId } from './payloads.ts';
import type { Random } from './random.ts';

/** A trace that `one trace` requests send spans of, or one that does not exist. */
const traceIds = (random: Random): string =>
  random.chance(0.7) ? sharedTraceId(random) : random.hex(random.below(40));

/** Reads of the HTTP APIs: the port, the path, and what each parameter holds. */
interface Route {
  readonly port: 'jaeger' | 'loki' | 'prometheus' | 'sampling' | 'otlp';
  readonly method?: 'POST';
  readonly path: string | ((random: Random) => string);
  readonly params?: Readonly<Record<string, (random: Random) => string>>;
}

const services = (random: Random): string =>
  random.chance(0.7) ? `shop-${random.below(5)}` : extremeText(random);

const yes = (): string => 'true';

const shortDuration = (random: Random): string =>
  random.chance(0.7) ? random.pick(['0s', '10ms', '2s'] as const) : extremeDuration(random);

const SELECTORS = [
  '{service=~".+"}',
  '{service="shop-0"}',
  '{service="fuzz"}',
  '{service_name=~"shop.*"}',
] as const;

const STAGES = [
  '',
  ' | json',
  ' | logfmt',
  ' |= "line"',
  ' |~ "(a|b)*c"',
  ' | json | logfmt',
  ' | label_format a="{{ repeat 100000 `x` }}"',
  ' | label_format a="{{ repeat 20000 `x` }}{{ __timestamp__ }}"',
  ' | line_format "{{ repeat 100000 __line__ }}"',
  ' | line_format "{{ range $i, $e := (fromJson __line__) }}{{ $i }}{{ end }}"',
  ' | regexp "(?P<a>.*)(?P<b>.*)(?P<c>.*)"',
  ' | pattern "<a> <b> <_>"',
  ' | decolorize',
  ' | unpack',
  ' | level="error" or user!="" and status>=500',
] as const;

const logQuery = (random: Random): string =>
  random.chance(0.1)
    ? extremeText(random)
    : random.pick(SELECTORS) + random.pick(STAGES) + random.pick(STAGES);

const metricQuery = (random: Random): string => {
  const log = random.pick(SELECTORS) + random.pick(STAGES);
  const window = random.pick(['1s', '5m', '1h', '999999d', '0s', '-1h'] as const);
  const offset = random.chance(0.2) ? ` offset ${extremeDuration(random)}` : '';
  const range = random.pick([
    `count_over_time(${log} [${window}]${offset})`,
    `rate(${log} [${window}]${offset})`,
    `bytes_over_time(${log} [${window}]${offset})`,
    `quantile_over_time(0.99, ${log} | unwrap status [${window}]${offset}) by (service)`,
    `absent_over_time(${log} [${window}]${offset})`,
  ] as const);
  return random.pick([
    range,
    `sum(${range})`,
    `sum by (a, b, c, user) (${range})`,
    `topk(${extremeNumber(random)}, ${range})`,
    `${range} / on () group_left () sum(${range})`,
    `${range} or vector(0)`,
    `sort_desc(${range})`,
    `label_replace(${range}, "dst", "${'$1'.repeat(random.below(500))}", "service", "(.*)")`,
  ] as const);
};

const anyQuery = (random: Random): string => (random.chance(0.5) ? logQuery(random) : metricQuery(random));

const direction = (random: Random): string => random.pick(['forward', 'backward', 'sideways'] as const);

const RANGE = { start: extremeTime, end: extremeTime, since: extremeDuration };
const LINES = { query: logQuery, ...RANGE, limit: extremeNumber, line_limit: extremeNumber };
const SEARCH_V3 = {
  'query.serviceName': services,
  'query.operationName': extremeText,
  'query.startTimeMin': extremeTime,
  'query.startTimeMax': extremeTime,
  'query.durationMin': extremeDuration,
  'query.durationMax': extremeDuration,
  'query.searchDepth': extremeNumber,
  'query.filter': (random: Random) =>
    random.pick([
      'span.duration > 1ms',
      '('.repeat(1_000),
      'a = "b" and '.repeat(200),
      'name =~ "(a+)+b"',
    ] as const),
  'lantern.pageToken': extremeText,
  'lantern.total': yes,
};
const OWN_RANGE = { startTime: extremeTime, endTime: extremeTime, service: services };
const METRICS = {
  service: services,
  endTs: extremeTime,
  lookback: extremeNumber,
  step: extremeNumber,
  ratePer: extremeNumber,
  groupByOperation: yes,
  quantile: extremeNumber,
  spanKind: (random: Random) => random.pick(['server', 'client', 'x'] as const),
};

const PROM_STEPS = {
  start: () => String(Date.now() / 1000 - 3_600),
  end: () => String(Date.now() / 1000),
  step: (random: Random) => random.pick(['1', '15', '60', '1ms'] as const),
};

/** Queries in PromQL, most of them sound, and some that are expensive, deep or broken. */
const promQuery = (random: Random): string =>
  random.pick([
    'fuzz_metric',
    'sum by (label) (rate(fuzz_metric[5m]))',
    'rate({__name__=~".+"}[1h])',
    'histogram_quantile(0.9, sum by (le) (rate(fuzz_bucket[5m])))',
    'topk(3, fuzz_metric) or absent(none)',
    'max_over_time(fuzz_metric[1h:1s])',
    'quantile_over_time(0.9, fuzz_metric[1d:10s])',
    'fuzz_metric * on (label) group_left () fuzz_metric',
    'count_values("v", fuzz_metric)',
    'label_replace(fuzz_metric, "a", "$1", "label", "(.*)+x")',
    `${'('.repeat(2_000)}1${')'.repeat(2_000)}`,
    `${'-'.repeat(20_000)}1`,
    '1 + '.repeat(5_000),
    'sum(',
    '{',
    extremeText(random),
  ] as const);

const ROUTES: readonly [Route, ...Route[]] = [
  { port: 'jaeger', path: '/api/services' },
  {
    port: 'jaeger',
    path: (random) => `/api/services/${encodeURIComponent(services(random).toWellFormed())}/operations`,
  },
  { port: 'jaeger', path: '/api/operations', params: { service: services, spanKind: extremeText } },
  {
    port: 'jaeger',
    path: '/api/traces',
    params: {
      service: services,
      operation: extremeText,
      start: extremeTime,
      end: extremeTime,
      limit: extremeNumber,
      minDuration: extremeDuration,
      maxDuration: extremeDuration,
      tags: (random) =>
        random.pick(['{}', '{"error":"true"}', '{"user.id":"value-1"}', '['.repeat(2_000)] as const),
      lookback: extremeText,
    },
  },
  { port: 'jaeger', path: '/api/traces', params: { service: services, limit: () => '1500' } },
  {
    port: 'jaeger',
    path: (random) => `/api/traces/${traceIds(random)}`,
    params: { raw: yes, prettyPrint: (random) => random.pick(['', 'true'] as const) },
  },
  { port: 'jaeger', method: 'POST', path: (random) => `/api/archive/${traceIds(random)}` },
  { port: 'jaeger', path: '/api/dependencies', params: { endTs: extremeTime, lookback: extremeNumber } },
  { port: 'jaeger', path: '/api/metrics/calls', params: METRICS },
  { port: 'jaeger', path: '/api/metrics/errors', params: METRICS },
  { port: 'jaeger', path: '/api/metrics/latencies', params: METRICS },
  { port: 'jaeger', path: '/api/v3/services' },
  { port: 'jaeger', path: '/api/v3/operations', params: { service: services, span_kind: extremeText } },
  { port: 'jaeger', path: '/api/v3/traces', params: SEARCH_V3 },
  { port: 'jaeger', path: '/api/v3/trace-summaries', params: SEARCH_V3 },
  {
    port: 'jaeger',
    path: (random) => `/api/v3/traces/${traceIds(random)}`,
    params: { startTime: extremeTime },
  },
  { port: 'jaeger', path: (random) => `/api/v3/lantern/traces/${traceIds(random)}/detections` },
  {
    port: 'jaeger',
    path: (random) => `/api/v3/lantern/traces/${traceIds(random)}/explanation`,
    params: {
      question: (random) => random.pick(['describe', 'slow', 'failed', 'x'] as const),
      limit: extremeNumber,
    },
  },
  {
    port: 'jaeger',
    path: (random) => `/api/v3/lantern/traces/${traceIds(random)}/wait`,
    params: {
      until: (random) => random.pick(['complete', 'quiet', 'x'] as const),
      timeout: shortDuration,
      settle: () => '0s',
    },
  },
  {
    port: 'jaeger',
    path: '/api/v3/lantern/differences',
    params: { ...SEARCH_V3, 'lantern.select': (random) => random.pick(['failed', 'slow', 'x'] as const) },
  },
  { port: 'jaeger', path: '/api/v3/lantern/endpoints' },
  { port: 'jaeger', path: '/api/v3/lantern/dependencies', params: OWN_RANGE },
  { port: 'jaeger', path: '/api/v3/lantern/operations', params: OWN_RANGE },
  {
    port: 'jaeger',
    path: '/api/v3/lantern/attributes',
    params: { ...OWN_RANGE, key: extremeText, prefix: extremeText },
  },
  {
    port: 'jaeger',
    path: (random) => random.pick(['//[/', '/%zz', '/api/../..', '/\\..\\x', '/index.html'] as const),
  },
  {
    port: 'prometheus',
    path: '/api/v1/query',
    params: { query: promQuery, time: extremeTime, limit: extremeNumber },
  },
  { port: 'prometheus', path: '/api/v1/query', params: { query: promQuery } },
  { port: 'prometheus', path: '/api/v1/query_range', params: { query: promQuery, ...PROM_STEPS } },
  {
    port: 'prometheus',
    path: '/api/v1/query_range',
    params: { query: promQuery, start: extremeTime, end: extremeTime, step: extremeDuration },
  },
  { port: 'prometheus', path: '/api/v1/series', params: { 'match[]': promQuery, start: extremeTime } },
  { port: 'prometheus', path: '/api/v1/labels', params: { 'match[]': promQuery } },
  {
    port: 'prometheus',
    path: (random) => `/api/v1/label/U__${random.hex(8)}_/values`,
    params: { limit: extremeNumber },
  },
  { port: 'prometheus', path: '/api/v1/query_exemplars', params: { query: promQuery } },
  { port: 'prometheus', path: '/api/v1/format_query', params: { query: promQuery } },
  { port: 'prometheus', path: '/api/v1/parse_query', params: { query: promQuery } },
  { port: 'prometheus', path: '/api/v1/status/tsdb' },
  { port: 'prometheus', path: '/api/v1/metadata', params: { limit: extremeNumber, metric: extremeText } },
  { port: 'prometheus', path: '/api/v1/targets' },
  { port: 'prometheus', path: '/api/v1/alerts' },
  { port: 'prometheus', path: '/api/v1/rules', params: { type: extremeText } },
  { port: 'loki', path: '/ready' },
  {
    port: 'loki',
    path: '/loki/api/v1/query_range',
    params: {
      query: anyQuery,
      ...RANGE,
      limit: extremeNumber,
      step: extremeDuration,
      interval: extremeDuration,
      direction,
    },
  },
  { port: 'loki', path: '/loki/api/v1/query_range', params: { query: logQuery, limit: () => '5000' } },
  { port: 'loki', path: '/loki/api/v1/query_range', params: { query: metricQuery } },
  {
    port: 'loki',
    path: '/loki/api/v1/query',
    params: { query: metricQuery, time: extremeTime, limit: extremeNumber },
  },
  { port: 'loki', path: '/loki/api/v1/query', params: { query: metricQuery } },
  { port: 'loki', path: '/loki/api/v1/labels', params: RANGE },
  { port: 'loki', path: '/loki/api/v1/label/id/values', params: { query: anyQuery } },
  { port: 'loki', path: '/loki/api/v1/series', params: { 'match[]': logQuery, ...RANGE } },
  { port: 'loki', path: '/loki/api/v1/format_query', params: { query: anyQuery } },
  { port: 'loki', path: '/loki/api/v1/patterns', params: { query: logQuery, step: extremeDuration } },
  { port: 'loki', path: '/loki/api/v1/detected_labels', params: { query: logQuery, ...RANGE } },
  { port: 'loki', path: '/loki/api/v1/detected_fields', params: LINES },
  {
    port: 'loki',
    path: '/loki/api/v1/detected_fields',
    params: { query: logQuery, line_limit: () => '5000' },
  },
  { port: 'loki', path: '/loki/api/v1/detected_field/level/values', params: LINES },
  { port: 'loki', path: '/loki/api/v1/index/stats', params: { query: logQuery, ...RANGE } },
  {
    port: 'loki',
    path: '/loki/api/v1/index/volume',
    params: { query: logQuery, ...RANGE, limit: extremeNumber, targetLabels: extremeText },
  },
  {
    port: 'loki',
    path: '/loki/api/v1/index/volume_range',
    params: { query: logQuery, ...RANGE, limit: extremeNumber, step: extremeDuration },
  },
  { port: 'loki', path: '/loki/api/v1/status/buildinfo' },
  { port: 'loki', path: '/metrics' },
  { port: 'loki', path: '/loki/api/v1/drilldown-limits' },
  { port: 'sampling', path: '/sampling', params: { service: services } },
  { port: 'otlp', path: '/v1/traces' },
];

/** A request that reads. */
export interface Call {
  readonly port: Route['port'];
  readonly method: 'GET' | 'POST';
  /** Path and query, as they are sent. */
  readonly target: string;
  /** A form, for queries by POST. */
  readonly form: string | undefined;
}

export const extremeCall = (random: Random): Call => {
  const { port, path, method = 'GET', params = {} } = random.pick(ROUTES);
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (random.chance(0.35)) continue;
    search.append(name, value(random));
    if (random.chance(0.05)) search.append(name, value(random));
  }
  const own = typeof path === 'string' ? path : path(random);
  const isForm = own.startsWith('/loki/api') && random.chance(0.3);
  const query = search.toString();
  return {
    port,
    method: isForm ? 'POST' : method,
    target: isForm || query === '' ? own : `${own}?${query}`,
    form: isForm ? query : undefined,
  };
};
