import type { Agent } from 'node:http';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { describeError } from '../redaction/errors.js';
import { parseRetryAfter } from '../delivery/backoff.js';
import { type SendOutcome, failedOutcome } from '../delivery/send-outcome.js';
import { type OtlpAnswer, type OtlpHttpOptions, postOtlp } from './otlp-request.js';

/** Encoding of spans, and decoding of the response. */
export interface SpanEncoding {
  contentType: string;
  encode: (spans: readonly ReadableSpan[]) => Uint8Array | undefined;
  /** Throws if the body is no OTLP response. */
  readAnswer: (body: Uint8Array) => {
    partialSuccess?: { rejectedSpans?: number | string | undefined; errorMessage?: string | undefined };
  };
}

/** Makes one OTLP request. Never rejects. */
export const postSpans = async (
  { options, agent }: { options: OtlpHttpOptions; agent: () => Promise<Agent> },
  { encode, readAnswer }: SpanEncoding,
  spans: readonly ReadableSpan[],
): Promise<SendOutcome> => {
  try {
    const resource = spans[0]?.resource;
    if (resource?.asyncAttributesPending) await resource.waitForAsyncAttributes?.();
    const request = encode(spans);
    if (request === undefined) return { kind: 'refused', reason: 'the spans cannot be encoded' };
    const answer = await postOtlp(options, await agent(), request);
    const { status, statusText, headers } = answer;
    if (status >= 200 && status < 300) return { kind: 'accepted', rejected: rejectedIn(answer, readAnswer) };
    return failedOutcome(`HTTP ${status} ${statusText}`, status, parseRetryAfter(headers['retry-after']));
  } catch (error) {
    return { kind: 'later', reason: describeError(error).message };
  }
};

/** https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
const rejectedIn = (
  { body }: OtlpAnswer,
  readAnswer: SpanEncoding['readAnswer'],
): { count: number; reason: string } | undefined => {
  if (body.length === 0) return undefined;
  try {
    const { partialSuccess } = readAnswer(body);
    // JSON writes numbers of 64 bits as text.
    const count = Number(partialSuccess?.rejectedSpans ?? 0);
    return count > 0 ? { count, reason: partialSuccess?.errorMessage ?? 'no reason given' } : undefined;
  } catch {
    // The request was accepted, by a receiver with a response format of its own.
    return undefined;
  }
};
