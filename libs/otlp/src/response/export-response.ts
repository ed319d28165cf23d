/**
 * Rejected part of a request. If nothing was rejected, the message is a warning; without a message, the request was
 * accepted in full.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success
 */
export interface PartialSuccess {
  readonly rejected: bigint;
  readonly errorMessage: string;
}

export const FULL_SUCCESS: PartialSuccess = { rejected: 0n, errorMessage: '' };

/** Kind of telemetry. Each signal names the number of rejected items differently; the field number is the same. */
export type Signal = 'traces' | 'logs' | 'metrics';

export const REJECTED_FIELD = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
} as const satisfies Record<Signal, string>;
