import type { SpanJson } from '@lantern/otlp/json';
import { httpStatusOf } from './span-badges.js';
import { textOf } from './span-texts.js';

/** Returns the status message, else the message of the last exception, else the HTTP status. */
export const errorMessageOf = (span: Pick<SpanJson, 'status' | 'events' | 'attributes'>): string => {
  if (span.status.message !== undefined && span.status.message !== '') return span.status.message;
  const exception = span.events?.findLast(({ name }) => name === 'exception')?.attributes;
  const status = httpStatusOf(span.attributes);
  return (
    textOf(exception, 'exception.message') ??
    textOf(exception, 'exception.type') ??
    (status === undefined ? '' : `HTTP status ${status}`)
  );
};
