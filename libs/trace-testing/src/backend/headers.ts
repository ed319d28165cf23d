import { randomBytes } from 'node:crypto';

/** Headers of a request that begins a trace. */
export type TraceHeaders = Readonly<Record<string, string>>;

export interface TestContext {
  readonly traceId: string;
  /** ID that the roots of the trace have as their parent. */
  readonly spanId: string;
  readonly headers: TraceHeaders;
}

/** Baggage key of a test. Its value is the trace ID of the request that began it. */
export const BAGGAGE_KEY = 'lantern.test';

/**
 * Makes the context of a sampled trace, as W3C Trace Context, B3 and baggage.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 * @see https://github.com/openzipkin/b3-propagation
 */
export const makeContext = (baggage: Readonly<Record<string, string>> = {}): TestContext => {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  const members = Object.entries({ [BAGGAGE_KEY]: traceId, ...baggage });
  return {
    traceId,
    spanId,
    headers: {
      traceparent: `00-${traceId}-${spanId}-01`,
      'x-b3-traceid': traceId,
      'x-b3-spanid': spanId,
      'x-b3-sampled': '1',
      baggage: members
        .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
        .join(','),
    },
  };
};
