import { HttpException, Logger } from '@nestjs/common';
import { messageOf } from '../errors/message-of.js';
import { ProblemType } from '../problems/problem-type.js';

export const downstreamTimeout = new ProblemType('downstream-timeout', 504, 'Downstream timeout');
export const downstreamUnavailable = new ProblemType('downstream-unavailable', 502, 'Downstream unavailable');

/** Nobody reads this status; it tells the access log and the trace that the client left, as nginx does. */
const CLIENT_CLOSED_REQUEST = 499;

export interface DownstreamCall {
  /** The service that is called, as it calls itself. */
  service: string;
  /** For the whole call, from connecting to the last byte of the answer. */
  timeoutMs: number;
  /** Aborted when nobody waits for the answer any more. */
  clientGone?: AbortSignal;
}

const logger = new Logger('Downstream');

/**
 * Runs a call to another service, which has to stop when its signal is aborted, and turns what goes wrong on
 * the way into problems that name the service: 504 when it takes too long, 502 when it cannot be reached or
 * breaks off. An answer is an answer, whatever its status.
 */
export async function callDownstream<Answer>(
  { service, timeoutMs, clientGone }: DownstreamCall,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await call(clientGone ? AbortSignal.any([deadline, clientGone]) : deadline);
  } catch (cause) {
    if (clientGone?.aborted) {
      throw new HttpException('The client closed the connection.', CLIENT_CLOSED_REQUEST, { cause });
    }
    const reason = deadline.aborted ? `no answer within ${timeoutMs} ms` : messageOf(cause);
    logger.warn(`A call to ${service} failed`, { downstream: service, reason });
    throw deadline.aborted
      ? downstreamTimeout.occurred(`${service} did not answer within ${timeoutMs} ms.`, { cause })
      : downstreamUnavailable.occurred(`${service} gave no answer.`, { cause });
  }
}
