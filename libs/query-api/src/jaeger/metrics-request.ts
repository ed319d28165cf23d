import { parseGoBool, parseGoFloat } from '@lantern/go-syntax';
import {
  NANOS_PER_SECOND,
  SpanKind,
  type DurationNano,
  type TimeRange,
  type UnixNano,
} from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { messageOf } from '../message-of.js';
import { within } from '../number-range.js';
import { milliDuration, milliInterval, milliTime, read, readAll } from './legacy-params.js';

const DEFAULT_LOOKBACK = 3_600n * NANOS_PER_SECOND;
const DEFAULT_STEP = 5n * NANOS_PER_SECOND;
const DEFAULT_RATE_PER = 600n * NANOS_PER_SECOND;

/** As many points as Prometheus, which Jaeger asks, gives of one series. */
const MAX_POINTS = 11_000n;

/** More do not fit into the URL that the HTTP parser accepts, unless their names are shorter than usual. */
const MAX_SERVICES = 1_000;
const MAX_KINDS = 100;

/** `GET /api/metrics/*`. */
export interface MetricsRequest {
  readonly services: readonly string[];
  readonly kinds: readonly SpanKind[];
  readonly groupByOperation: boolean;
  readonly range: TimeRange;
  /** From one point to the next. */
  readonly stepNano: DurationNano;
  /** Each point covers this time before it. */
  readonly ratePerNano: DurationNano;
}

/** @throws {BadRequest} in the words of Jaeger */
export const parseMetricsRequest = (params: URLSearchParams, now: UnixNano): MetricsRequest => {
  const services = readAll(params, 'service', MAX_SERVICES);
  if (services.length === 0) {
    throw new BadRequest("unable to parse param 'service': please provide at least one service name");
  }
  const groupByOperation = read(params, 'groupByOperation', parseGoBool, false);
  const kinds = params.has('spanKind')
    ? readAll(params, 'spanKind', MAX_KINDS).map(parseKind)
    : [SpanKind.server];
  const endUnixNano = read(params, 'endTs', milliTime, now);
  const lookback = read(params, 'lookback', milliDuration, DEFAULT_LOOKBACK);
  const stepNano = read(params, 'step', milliInterval, DEFAULT_STEP);
  const ratePerNano = read(params, 'ratePer', milliInterval, DEFAULT_RATE_PER);
  if (lookback / stepNano >= MAX_POINTS) {
    throw new BadRequest(
      `unable to parse param 'step': exceeded maximum resolution of ${MAX_POINTS} points per timeseries`,
    );
  }
  return {
    services,
    kinds,
    groupByOperation,
    range: { startUnixNano: endUnixNano - lookback, endUnixNano },
    stepNano,
    ratePerNano,
  };
};

/** @throws {BadRequest} */
export const parseQuantile = (params: URLSearchParams): number => {
  try {
    return within({ min: 0, max: 1 }, parseGoFloat)(params.get('quantile') ?? '');
  } catch (error) {
    throw new BadRequest(`unable to parse param 'quantile': ${messageOf(error)}`);
  }
};

const parseKind = (text: string): SpanKind => {
  const name = text.toLowerCase();
  if (Object.hasOwn(SpanKind, name)) return SpanKind[name as keyof typeof SpanKind];
  throw new BadRequest(`unable to parse param 'spanKind': unsupported span kind: '${text}'`);
};
