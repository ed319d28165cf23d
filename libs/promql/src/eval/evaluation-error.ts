/**
 * Kind of a failed evaluation, as Prometheus' API names it: `bad_data` for a query that cannot be asked in this way, `execution`
 * for one that cannot be answered.
 */
export type EvaluationErrorKind = 'bad_data' | 'execution' | 'timeout' | 'canceled';

/** A well-formed query cannot be answered. The message is Prometheus'. */
export class PromqlEvaluationError extends Error {
  override readonly name = 'PromqlEvaluationError';

  constructor(
    message: string,
    readonly kind: EvaluationErrorKind = 'execution',
  ) {
    super(message);
  }
}

export const sameLabelsetError = (): PromqlEvaluationError =>
  new PromqlEvaluationError('vector cannot contain metrics with the same labelset');
