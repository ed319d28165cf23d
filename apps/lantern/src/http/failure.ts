import { LogqlParseError } from '@lantern/logql';
import { MalformedOtlpError } from '@lantern/otlp';
import { BadRequest } from '@lantern/query-api';
import { ArchiveFullError, WriteError } from '@lantern/telemetry-store';

/** Tells whoever runs Lantern what happened. */
export type Report = (message: string) => void;

/** An answer other than success. Each API writes it in its own format. */
export interface Failure {
  readonly status: number;
  readonly message: string;
}

/**
 * What to answer for whatever a handler threw: the caller's faults are 4xx, Fastify's own errors keep their
 * status, what cannot be written now is 503, and what nobody foresaw is 500 and reported.
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
  // The sender keeps what could not be written, and tries again.
  if (error instanceof WriteError) return { status: 503, message };
  // Trying again changes nothing: the message says what would.
  if (error instanceof ArchiveFullError) return { status: 507, message };
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status <= 599) return { status, message };
  report(`A request failed: ${error instanceof Error ? (error.stack ?? message) : message}`);
  return { status: 500, message };
};
