import { HttpException } from '@nestjs/common';
import type { InvalidField } from '@lantern/service-contracts';

/** What one occurrence of a problem says besides its type. */
export interface ProblemOccurrence {
  /** What led to it; for the log and the span, never for the answer. */
  cause?: unknown;
  errors?: InvalidField[];
}

/**
 * A kind of problem that a client may want to tell from others (RFC 9457, section 3.1.1):
 * its URI, status and title are the same wherever it occurs.
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

/** A problem that somebody foresaw: the filter answers with it and has nothing to add to the log. */
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
