import { HttpException, Logger } from '@nestjs/common';
import { messageOf } from '../errors/message-of.js';
import { ProblemType } from '../problems/problem-type.js';

export const downstreamTimeout = new ProblemType('downstream-timeout', 504, 'Downstream timeout');
export const downstreamUnavailable = new ProblemType('downstream-unavailable', 502, 'Downstream unavailable');

/** nginx's status for a client that closed the connection. Only the access log and the trace show it. */
const CLIENT_CLOSED_REQUEST = 499;

export interface DownstreamCall {
  /** `service.name` of the called service. */
  service: string;
  /** Timeout of the whole call, from connecting to the last byte of the response. */
  timeoutMillis: number;
  /** Aborted when the client closes its connection. */
  clientGone?: AbortSignal;
}

const logger = new Logger('Downstream');

/**
 * Calls another service. The call must end when its signal is aborted. Failures become problems with the name of the
 * service: 504 after the timeout, 502 if the service cannot be reached or closes the connection. A response with an error
 * status is not a failure.
 */
export const callDownstream = async <Answer>(
  { service, timeoutMillis: timeoutMillis, clientGone }: DownstreamCall,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> => {
  const deadline = AbortSignal.timeout(timeoutMillis);
  try {
    return await call(clientGone ? AbortSignal.any([deadline, clientGone]) : deadline);
  } catch (cause) {
    if (clientGone?.aborted) {
      throw new HttpException('The client closed the connection.', CLIENT_CLOSED_REQUEST, { cause });
    }
    const reason = deadline.aborted ? `no answer within ${timeoutMillis} ms` : messageOf(cause);
    logger.warn(`A call to ${service} failed`, { downstream: service, reason });
    throw deadline.aborted
      ? downstreamTimeout.occurred(`${service} did not answer within ${timeoutMillis} ms.`, { cause })
      : downstreamUnavailable.occurred(`${service} gave no answer.`, { cause });
  }
};
