import { NO_TRACE_ID } from '@lantern/telemetry-model';
import { addWarning } from '../../../span-warnings.js';
import { eachSpan } from './adjuster.js';

/** A link that points to no trace cannot be followed. */
export const removeEmptyLinks = eachSpan((span) => {
  const links = span.links.filter(({ traceId }) => traceId !== NO_TRACE_ID);
  return links.length === span.links.length
    ? span
    : addWarning({ ...span, links }, 'Invalid span link removed');
});
