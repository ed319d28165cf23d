/** Outcome of a request with log lines or spans. */
export type SendOutcome =
  /** All of it except a number of `rejected` lines or spans, which the receiver does not identify. */
  | { kind: 'accepted'; rejected?: { count: number; reason: string } | undefined }
  /** The receiver will never accept this request as it is, but perhaps a part of it. */
  | { kind: 'refused'; reason: string }
  /** A retry may succeed, but not before `retryAfterMillis` if the receiver sent that. */
  | { kind: 'later'; reason: string; retryAfterMillis?: number | undefined };

/** Returns whether a part of the request might be accepted. Other statuses concern the client, the URL or the time. */
const aboutTheRequest = (status: number): boolean =>
  status >= 400 && status < 500 && ![401, 403, 404, 405, 407, 408, 425, 429].includes(status);

/**
 * Returns the outcome of a failed request. A wrong token, path or proxy (401, 403, 404, 405, 407) concerns every line
 * alike and ends when an operator fixes it, so the request is retried as in an outage.
 */
export const failedOutcome = (
  reason: string,
  status: number | undefined,
  retryAfterMillis: number | undefined,
): SendOutcome => {
  return status !== undefined && aboutTheRequest(status)
    ? { kind: 'refused', reason }
    : { kind: 'later', reason, retryAfterMillis };
};
