import { type Attributes, type Histogram, ROOT_CONTEXT, TraceFlags, metrics } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_SCHEME,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import { semanticMethod } from '../http/method.js';
import type { RequestOutcome, ServedRequest } from '../http/served-request.js';
import { METER_NAME } from './meter-name.js';
import { scrapeReader } from './meter.js';
import {
  type DurationSeries,
  boundaries,
  DESCRIPTION,
  offerRequestDurations,
  UNIT,
} from './request-duration-producer.js';

/** Status of a failure that each declared route shows at zero before its first request. */
const FIRST_FAILURE = 500;

/** Statuses of failures that a route shows at zero from its first request on. */
const furtherFailures = [502, 503, 504];

/** Series for which each declared route raises the limit: its routine answers and failures. */
const SERIES_PER_ROUTE = 4;

/** Series beyond these share one, which carries only this attribute, as the SDK's own limit has it. */
const overflow: Attributes = { 'otel.metric.overflow': true };

/** Request that has a trace. */
export interface Exemplar {
  traceId: string;
  spanId: string;
  seconds: number;
  /** Time at which it ended, in milliseconds since 1970. */
  timestamp: number;
}

export interface Series extends DurationSeries {
  readonly counts: number[];
  count: number;
  sum: number;
  min: number;
  max: number;
  /** The latest sampled request of each bucket. */
  readonly exemplars: (Exemplar | undefined)[];
}

type Scheme = 'http' | 'https';

/**
 * `http.server.request.duration`, with at most `maxSeries` combinations of attributes. It does not use an instrument of
 * the SDK, which serializes the attributes for each request and takes longer for that than for everything else. A
 * counter that starts at one never rises, so the first failure of a route would raise no `rate()`: its failures are
 * shown at zero, by their `_count` alone, from the moment at which the route is known. Series at zero do not count
 * against the limit. A declared route raises it, because the application and not its callers makes those.
 */
export class RequestDuration {
  /** Instrument of another SDK, if this process has one; that SDK keeps the data then. */
  private readonly foreign: Histogram | undefined;
  private readonly known = new Map<string, Series>();
  /** Attributes of the series that are shown at zero until a request is recorded in them. */
  private readonly expected = new Map<string, Attributes>();

  constructor(private maxSeries = 1000) {
    if (scrapeReader()) offerRequestDurations(this);
    else {
      this.foreign = metrics.getMeter(METER_NAME).createHistogram(METRIC_HTTP_SERVER_REQUEST_DURATION, {
        unit: UNIT,
        description: DESCRIPTION,
        advice: { explicitBucketBoundaries: boundaries },
      });
    }
  }

  /** Shows the route's failures at zero, and makes room for its requests. */
  declare(method: string, route: string, scheme: Scheme): void {
    this.expect(method, route, scheme, FIRST_FAILURE);
    this.maxSeries += SERIES_PER_ROUTE;
  }

  record(request: ServedRequest, { status, durationMillis }: RequestOutcome, scheme: Scheme): void {
    const seconds = durationMillis / 1000;
    const series = this.series(semanticMethod(request.method).attribute, request.route, scheme, status);
    const bucket = bucketOf(seconds);
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.count++;
    series.sum += seconds;
    if (seconds < series.min) series.min = seconds;
    if (seconds > series.max) series.max = seconds;
    // An SDK makes nothing of the context, and finding the active one costs.
    this.foreign?.record(seconds, series.attributes, ROOT_CONTEXT);
    const { traceId, spanId, traceFlags } = request.span.spanContext();
    if (traceFlags & TraceFlags.SAMPLED) {
      series.exemplars[bucket] = { traceId, spanId, seconds, timestamp: Date.now() };
    }
  }

  /** The series that requests were recorded in. */
  recorded(): Series[] {
    return [...this.known.values()].filter(({ count }) => count > 0);
  }

  /** The recorded series by the text of their attributes. */
  seriesByAttributes(): ReadonlyMap<string, Series> {
    return new Map([...this.known.values()].map((series) => [attributesKey(series.attributes), series]));
  }

  /** Attributes of the failures that are shown at zero. */
  untouched(): Attributes[] {
    return [...this.expected].filter(([key]) => !this.known.has(key)).map(([, attributes]) => attributes);
  }

  private expect(method: string, route: string, scheme: Scheme, status: number): void {
    const key = keyOf(method, route, scheme, status);
    if (!this.expected.has(key)) this.expected.set(key, attributesOf(method, route, scheme, status));
  }

  private series(
    method: string,
    route: string | undefined,
    scheme: Scheme,
    status: number | undefined,
  ): Series {
    const key = keyOf(method, route, scheme, status);
    let series = this.known.get(key);
    if (!series) {
      if (this.known.size >= this.maxSeries) return this.overflowing();
      series = emptySeries(attributesOf(method, route, scheme, status));
      this.known.set(key, series);
      // HEAD and @All() are in no registry: their first failure is expected from their first request on.
      if (route !== undefined) {
        for (const failure of [FIRST_FAILURE, ...furtherFailures])
          this.expect(method, route, scheme, failure);
      }
    }
    return series;
  }

  private overflowing(): Series {
    const series = this.known.get('') ?? emptySeries(overflow);
    this.known.set('', series);
    return series;
  }
}

const emptySeries = (attributes: Attributes): Series => ({
  attributes,
  exemplars: [],
  counts: new Array<number>(boundaries.length + 1).fill(0),
  count: 0,
  sum: 0,
  min: Infinity,
  max: -Infinity,
});

export const attributesKey = (attributes: Attributes): string =>
  JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));

const keyOf = (
  method: string,
  route: string | undefined,
  scheme: string,
  status: number | undefined,
): string => `${method} ${status ?? ''} ${scheme} ${route ?? ''}`;

const attributesOf = (
  method: string,
  route: string | undefined,
  scheme: string,
  status: number | undefined,
): Attributes => {
  const attributes: Attributes = { [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_URL_SCHEME]: scheme };
  // Without a route the attribute is omitted: the path would make a series for each id and each scanner's guess.
  if (route !== undefined) attributes[ATTR_HTTP_ROUTE] = route;
  if (status === undefined) attributes[ATTR_ERROR_TYPE] = 'aborted';
  else {
    attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = status;
    // The specification allows the status or the error's class. With the status, the series is known before a failure.
    if (status >= 500) attributes[ATTR_ERROR_TYPE] = String(status);
  }
  return attributes;
};

const bucketOf = (seconds: number): number => {
  let at = 0;
  for (const boundary of boundaries) {
    if (seconds <= boundary) break;
    at++;
  }
  return at;
};
