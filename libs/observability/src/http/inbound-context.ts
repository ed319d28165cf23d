import type { IncomingMessage } from 'node:http';
import { type Context, type Link, ROOT_CONTEXT, diag, propagation, trace } from '@opentelemetry/api';
import { getCorrelationId, newCorrelationId } from '../propagation/correlation.js';

/** Whether the trace headers of a request are believed: of all, of none, or of those that the function picks. */
export type InboundTrust = boolean | ((request: IncomingMessage) => boolean);

let trust: InboundTrust = true;

/** Valid for the whole process. */
export const setInboundTrust = (value: InboundTrust): void => {
  trust = value;
};

/** Where the span of a request belongs. */
export interface InboundContext {
  parent: Context;
  /** The one that the caller sent, or a new one. */
  correlationId: string;
  /** The caller's span, where it is not to be the parent. */
  links?: Link[];
}

/**
 * Reads the caller's context. One that is not trusted becomes a link, as
 * https://www.w3.org/TR/trace-context/#restarting-trace foresees for the edge of a network: the trace begins here, its
 * sampling is decided here, and the caller's baggage stays outside. The correlation id is taken in any case: it decides
 * nothing, and what is no safe text has been refused.
 */
export const inboundContext = (request: IncomingMessage): InboundContext => {
  const extracted = propagation.extract(ROOT_CONTEXT, request.headers);
  const correlationId = getCorrelationId(extracted) ?? newCorrelationId();
  if (trust === true || isTrusted(request)) return { parent: extracted, correlationId };
  const caller = trace.getSpanContext(extracted);
  return { parent: ROOT_CONTEXT, correlationId, ...(caller ? { links: [{ context: caller }] } : {}) };
};

const isTrusted = (request: IncomingMessage): boolean => {
  if (typeof trust === 'boolean') return trust;
  try {
    return trust(request);
  } catch (error) {
    diag.warn('trustInboundContext failed, so the context of this request is not trusted', error);
    return false;
  }
};
