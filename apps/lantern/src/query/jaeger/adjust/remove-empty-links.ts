import { addWarning, NO_TRACE_ID } from '@lantern/telemetry-model';
import { eachSpan } from '../../../edit-spans.js';

/** A link that points to no trace cannot be followed. */
export const removeEmptyLinks = eachSpan((span) => {
  if (span.links.length === 0) return span;
  const links = span.links.filter(({ traceId }) => traceId !== NO_TRACE_ID);
  return links.length === span.links.length
    ? span
    : addWarning({ ...span, links }, 'Invalid span link removed');
});
