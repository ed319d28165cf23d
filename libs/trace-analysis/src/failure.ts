import { attributeText, attributeValue, stringAttribute, type Span } from '@lantern/telemetry-model';
import type { TraceFacts } from './trace-facts.js';

/** Origin of the failure, as far as the spans show it. */
export interface FailureOrigin {
  readonly row: number;
  /** Error message. Empty if the sender gave none. */
  readonly message: string;
  /** Number of other failed spans without failed descendants. */
  readonly others: number;
}

/**
 * Returns the failed span without failed descendants that ended first: its ancestors usually only report its error.
 * Undefined if no span failed.
 */
export const originOfFailure = (facts: TraceFacts): FailureOrigin | undefined => {
  const { table } = facts;
  if (table.errorCount === 0) return undefined;
  let first = -1;
  let count = 0;
  for (let row = 0; row < table.length; row++) {
    if (!facts.isError(row) || (table.errorsBelow[row] ?? 0) > 0) continue;
    count++;
    if (first === -1 || facts.end(row) < facts.end(first)) first = row;
  }
  const span = facts.spans[first]?.span;
  return span && { row: first, message: errorMessageOf(span), others: count - 1 };
};

const HTTP_STATUS = ['http.response.status_code', 'http.status_code'];

/** Returns the status message, else the message of the last exception, else the HTTP status. */
export const errorMessageOf = (span: Pick<Span, 'status' | 'events' | 'attributes'>): string => {
  if (span.status.message !== '') return span.status.message;
  const exception = span.events.findLast(({ name }) => name === 'exception')?.attributes ?? [];
  const said =
    stringAttribute(exception, 'exception.message') ?? stringAttribute(exception, 'exception.type');
  if (said !== undefined) return said;
  for (const key of HTTP_STATUS) {
    const status = attributeValue(span.attributes, key);
    if (status !== undefined) return `HTTP status ${attributeText(status)}`;
  }
  return '';
};
