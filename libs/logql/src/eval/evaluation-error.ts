/** A query that is well-formed cannot be answered. The message is Loki's where Loki has one. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';

  constructor(
    message: string,
    /** HTTP status of Loki's answer. */
    readonly statusCode: 400 | 500 = 400,
  ) {
    super(message);
  }
}
