import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { currentTraceId } from '@lantern/observability';
import type { ProblemDetails } from '@lantern/service-contracts';
import { ProblemException } from './problem-type.js';

/** Members of problem details that depend only on the error. */
export type Problem = Pick<ProblemDetails, 'type' | 'title' | 'status' | 'detail' | 'errors'>;

/**
 * Converts an error to problem details. An unexpected error becomes a 500 without its message and stack, which may contain
 * secrets.
 */
export const toProblem = (error: unknown): Problem => {
  if (error instanceof ProblemException) {
    const { type, message, errors } = error;
    return {
      type: type.uri,
      title: type.title,
      status: type.status,
      detail: message,
      ...(errors && { errors }),
    };
  }
  if (error instanceof HttpException && error.getStatus() < 500) {
    return plainProblem(error.getStatus(), ownMessage(error));
  }
  if (error instanceof HttpException) return plainProblem(error.getStatus());
  return plainProblem(500, 'Something went wrong here. It has been logged under the trace id.');
};

/** Problem without further semantics than its status; the title is the status phrase: RFC 9457, section 4.2.1. */
export const plainProblem = (status: number, detail?: string): Problem => {
  const title = STATUS_CODES[status] ?? 'Unknown error';
  return { type: 'about:blank', title, status, detail: detail ?? `${title}.` };
};

/**
 * Serializes problem details for a request as bytes: Fastify would add a charset to text, and this media type has none
 * (RFC 9457, section 6.1). `instance` omits the query, which may contain personal data.
 */
export const toDocument = (problem: Problem, url: string): Buffer => {
  return Buffer.from(
    JSON.stringify({ ...problem, instance: url.split('?', 1)[0], trace_id: currentTraceId() }),
  );
};

/** Nest wraps Fastify's errors; their code is in the cause. */
const ownMessage = (error: HttpException): string => {
  switch ((error.cause as { code?: unknown } | undefined)?.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return 'The body is larger than this service accepts.';
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'The body must be application/json.';
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return 'The body is not valid JSON.';
    default:
      return error.message;
  }
};
