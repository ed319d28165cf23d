import { HttpException } from '@nestjs/common';
import type { InvalidField } from '@lantern/service-contracts';

/** Members of one occurrence of a problem. */
export interface ProblemOccurrence {
  /** Cause of the problem, for the log and the span; never part of the response. */
  cause?: unknown;
  errors?: InvalidField[];
}

/**
 * Type of problem that clients can recognize (RFC 9457, section 3.1.1). URI, status and title are the same for every
 * occurrence.
 *
 * @example
 * const unknownUser = new ProblemType('unknown-user', 422, 'Unknown user');
 * throw unknownUser.occurred('No user has the id "42".');
 */
export class ProblemType {
  readonly uri: string;

  constructor(
    slug: string,
    readonly status: number,
    readonly title: string,
  ) {
    this.uri = `urn:lantern:problem:${slug}`;
  }

  occurred(detail: string, occurrence: ProblemOccurrence = {}): ProblemException {
    return new ProblemException(this, detail, occurrence);
  }
}

/** Expected problem: the filter responds with it and logs nothing. */
export class ProblemException extends HttpException {
  override readonly name = 'ProblemException';
  readonly errors: InvalidField[] | undefined;

  constructor(
    readonly type: ProblemType,
    detail: string,
    { cause, errors }: ProblemOccurrence,
  ) {
    super(detail, type.status, { cause });
    this.errors = errors;
  }
}
