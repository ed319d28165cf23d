import { LogqlParseError } from '@lantern/logql';
import { MalformedOtlpError } from '@lantern/otlp';
import { BadRequest } from '@lantern/query-api';
import { ArchiveFullError, WriteError } from '@lantern/telemetry-store';

/** Reports an event to the operator of Lantern. */
export type Report = (message: string) => void;

/** Error response. Each API writes it in its own format. */
export interface Failure {
  readonly status: number;
  readonly message: string;
}

/**
 * Returns the answer for an error that a handler threw: invalid requests get 4xx, Fastify's own errors keep their
 * status, failed writes get 503, and unexpected errors get 500 and are reported to the operator.
 */
export const failureOf = (error: unknown, report: Report): Failure => {
  const message = error instanceof Error ? error.message : String(error);
  if (
    error instanceof BadRequest ||
    error instanceof LogqlParseError ||
    error instanceof MalformedOtlpError
  ) {
    return { status: 400, message };
  }
  // The exporter keeps the data and retries.
  if (error instanceof WriteError) return { status: 503, message };
  // A retry would fail as well: the message names what the operator can do.
  if (error instanceof ArchiveFullError) return { status: 507, message };
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status <= 599) return { status, message };
  report(`A request failed: ${error instanceof Error ? (error.stack ?? message) : message}`);
  return { status: 500, message };
};
