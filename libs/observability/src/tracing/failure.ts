import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import {
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
} from '@opentelemetry/semantic-conventions';
import { describeError, httpStatusOf } from '../redaction/errors.js';

/**
 * Marks a span as failed by a thrown value: status ERROR and an exception event. A 4xx HttpException is the
 * response to a wrong request, not a failure of this service, and leaves the span as it is.
 */
export const recordFailure = (span: Span, thrown: unknown): void => {
  const status = httpStatusOf(thrown);
  if (status !== undefined && status >= 400 && status < 500) return;
  span.setStatus({ code: SpanStatusCode.ERROR, message: recordException(span, thrown) });
};

/**
 * Adds the exception event and returns the message of the thrown value. `Span.recordException()` drops
 * `null` and causes, and writes an error's code where the semantic conventions require its class:
 * https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/
 */
export const recordException = (span: Span, thrown: unknown): string => {
  const { name, message, stack } = describeError(thrown);
  const attributes: Attributes = { [ATTR_EXCEPTION_TYPE]: name, [ATTR_EXCEPTION_MESSAGE]: message };
  if (stack !== undefined) attributes[ATTR_EXCEPTION_STACKTRACE] = stack;
  span.addEvent('exception', attributes);
  return message;
};
