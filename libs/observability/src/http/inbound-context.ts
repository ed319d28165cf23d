import type { IncomingMessage } from 'node:http';
import { type Context, type Link, ROOT_CONTEXT, diag, propagation, trace } from '@opentelemetry/api';
import { correlationIdIn, getCorrelationId, newCorrelationId } from '../propagation/correlation.js';
import { type MessageHeaders, messageContext } from '../propagation/message-headers.js';

/** Callers whose trace headers are trusted: all, none, or those that the function accepts. */
export type InboundTrust = boolean | ((request: IncomingMessage) => boolean);

let trust: InboundTrust = true;

/** Valid for the whole process. */
export const setInboundTrust = (value: InboundTrust): void => {
  trust = value;
};

/** Parent context, correlation id and links for the server span of a request. */
export interface InboundContext {
  parent: Context;
  /** Correlation id from the caller, or a new one. */
  correlationId: string;
  /** Link to the caller's span when that span is not the parent. */
  links?: Link[];
}

/**
 * Reads the caller's context. An untrusted context becomes a link, as
 * https://www.w3.org/TR/trace-context/#restarting-trace describes for the edge of a network: the trace begins here, its
 * sampling is decided here, and the caller's baggage is discarded. The correlation id is always accepted: it decides
 * nothing, and unsafe values have been rejected already.
 */
export const inboundContext = (request: IncomingMessage): InboundContext => {
  const extracted = propagation.extract(ROOT_CONTEXT, request.headers);
  // The propagator may be another tracer's, which does not know the header.
  const id = getCorrelationId(extracted) ?? correlationIdIn(request.headers);
  return entering(extracted, trust === true || isTrusted(request), id);
};

/**
 * Reads the context that a message carries. A function that judges requests cannot judge messages, which come from brokers
 * and services inside the system: messages are untrusted only where nothing is trusted.
 */
export const inboundMessageContext = (headers: MessageHeaders | undefined): InboundContext =>
  entering(messageContext(headers), trust !== false);

const entering = (
  extracted: Context,
  trusted: boolean,
  correlationId = getCorrelationId(extracted) ?? newCorrelationId(),
): InboundContext => {
  if (trusted) return { parent: extracted, correlationId };
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
