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
import { meterName } from './meter.js';

/** Upper bounds in seconds, as https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ advises. */
export const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Statuses by which requests commonly fail; for these a route has series before the first failure. */
const failures = [500, 502, 503, 504];

/** Series beyond these share one, which carries only this attribute, as the SDK's own limit has it. */
const overflow: Attributes = { 'otel.metric.overflow': true };

/** A request that a trace can be found for. */
export interface Exemplar {
  traceId: string;
  spanId: string;
  seconds: number;
  /** When it ended, in milliseconds since 1970. */
  timestamp: number;
}

export interface Series {
  attributes: Attributes;
  /** The latest sampled request of each bucket, the last one being without upper bound. */
  exemplars: (Exemplar | undefined)[];
}

type Scheme = 'http' | 'https';

/**
 * `http.server.request.duration`, with at most `maxSeries` combinations of attributes. A counter that is born at one
 * never rises, so the first failure of a route would raise no `rate()`: series of its failures exist at zero from the
 * moment at which the route is known.
 */
export class RequestDuration {
  private readonly histogram: Histogram;
  private readonly known = new Map<string, Series>();

  constructor(private readonly maxSeries = 1000) {
    this.histogram = metrics.getMeter(meterName).createHistogram(METRIC_HTTP_SERVER_REQUEST_DURATION, {
      unit: 's',
      description: 'Duration of HTTP server requests.',
      advice: { explicitBucketBoundaries: boundaries },
    });
  }

  /** Makes the series of a route's failures. */
  declare(method: string, route: string, scheme: Scheme): void {
    for (const status of failures) this.series(method, route, scheme, status);
  }

  record(request: ServedRequest, { status, durationMillis }: RequestOutcome, scheme: Scheme): void {
    const seconds = durationMillis / 1000;
    const series = this.series(semanticMethod(request.method).attribute, request.route, scheme, status);
    // The SDK makes nothing of the context, and finding the active one costs.
    this.histogram.record(seconds, series.attributes, ROOT_CONTEXT);
    const { traceId, spanId, traceFlags } = request.span.spanContext();
    if (traceFlags & TraceFlags.SAMPLED) {
      series.exemplars[bucketOf(seconds)] = { traceId, spanId, seconds, timestamp: Date.now() };
    }
  }

  /** All series by the text of their attributes, recorded or not. */
  allSeries(): ReadonlyMap<string, Series> {
    return new Map([...this.known.values()].map((series) => [attributesKey(series.attributes), series]));
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
      series = { attributes: attributesOf(method, route, scheme, status), exemplars: [] };
      this.known.set(key, series);
      // HEAD and @All() are in no registry: they are declared by their first request, this one.
      if (route !== undefined) this.declare(method, route, scheme);
    }
    return series;
  }

  private overflowing(): Series {
    const series = this.known.get('') ?? { attributes: overflow, exemplars: [] };
    this.known.set('', series);
    return series;
  }
}

export const attributesKey = (attributes: Attributes): string =>
  JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));

const keyOf = (
  method: string,
  route: string | undefined,
  scheme: string,
  status: number | undefined,
): string => `${method} ${status ?? ''} ${scheme} ${route ?? ''}`;

function attributesOf(
  method: string,
  route: string | undefined,
  scheme: string,
  status: number | undefined,
): Attributes {
  const attributes: Attributes = { [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_URL_SCHEME]: scheme };
  // Without a route none is said: the path would be a series for each id and each scanner's guess.
  if (route !== undefined) attributes[ATTR_HTTP_ROUTE] = route;
  if (status === undefined) attributes[ATTR_ERROR_TYPE] = 'aborted';
  else {
    attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = status;
    // Of what the specification allows here the status, not the class: the series is known before the failure is.
    if (status >= 500) attributes[ATTR_ERROR_TYPE] = String(status);
  }
  return attributes;
}

function bucketOf(seconds: number): number {
  const at = boundaries.findIndex((boundary) => seconds <= boundary);
  return at === -1 ? boundaries.length : at;
}
