import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { currentTraceId } from '@lantern/observability';
import type { ProblemDetails } from '@lantern/service-contracts';
import { ProblemException } from './problem-type.js';

/** The members of a problem document that follow from the error alone. */
export type Problem = Pick<ProblemDetails, 'type' | 'title' | 'status' | 'detail' | 'errors'>;

/**
 * What an error says to a client. Whatever nobody foresaw is a 500 that says nothing about its cause:
 * messages and stacks of strangers may hold anything.
 */
export function toProblem(error: unknown): Problem {
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
}

/** RFC 9457, section 4.2.1: `about:blank` says no more than the status, and its title is the status' phrase. */
export function plainProblem(status: number, detail?: string): Problem {
  const title = STATUS_CODES[status] ?? 'Unknown error';
  return { type: 'about:blank', title, status, detail: detail ?? `${title}.` };
}

/**
 * The problem document for a request, in the bytes that go out: Fastify would add a charset to text, and this media
 * type has none (RFC 9457, section 6.1). The query is left out of `instance`: it may hold what is nobody else's business.
 */
export function toDocument(problem: Problem, url: string): Buffer {
  return Buffer.from(
    JSON.stringify({ ...problem, instance: url.split('?', 1)[0], trace_id: currentTraceId() }),
  );
}

/** Fastify's errors arrive wrapped by Nest, with their code in the cause. */
function ownMessage(error: HttpException): string {
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
}
