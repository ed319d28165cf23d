import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { encodeRpcStatus } from '@lantern/otlp';
import { failureOf, type Report } from '../../../transport/errors/failure.js';
import { RETRY_AFTER_SECONDS } from '../../../transport/requests/in-flight-bytes.js';

const CODES: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  413: status.RESOURCE_EXHAUSTED,
  503: status.UNAVAILABLE,
};

/**
 * Returns the gRPC status for an error. A status that allows a retry carries the delay.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-throttling
 */
export const grpcStatusOf = (error: unknown, report: Report): StatusObject => {
  const { status: httpStatus, message } = failureOf(error, report);
  const code = CODES[httpStatus] ?? status.INTERNAL;
  const metadata = new Metadata();
  if (code === status.UNAVAILABLE) {
    const details = encodeRpcStatus({ code, message, retryDelaySeconds: RETRY_AFTER_SECONDS });
    metadata.set('grpc-status-details-bin', Buffer.from(details));
  }
  return { code, details: message, metadata };
};
