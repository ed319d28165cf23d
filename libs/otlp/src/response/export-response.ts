/**
 * The part of a request that a receiver did not take. With nothing rejected the message is a warning, and
 * without a message too the whole request was taken.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success
 */
export interface PartialSuccess {
  readonly rejected: bigint;
  readonly errorMessage: string;
}

export const FULL_SUCCESS: PartialSuccess = { rejected: 0n, errorMessage: '' };

/** Each signal has a name of its own for what it counts, and the same field number. */
export type Signal = 'traces' | 'logs' | 'metrics';

export const REJECTED_FIELD = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
} as const satisfies Record<Signal, string>;
