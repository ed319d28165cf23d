import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { groupBy } from '../group-by.js';

export interface SpanTreeOptions {
  /** Attributes to write behind each span that has them. */
  attributes?: readonly string[];
}

/**
 * Draws spans as text for `expect`, children below their parent in the order in which they started:
 *
 *     POST /orders [server]
 *       validate_user [internal]
 *         GET [client] ERROR
 *
 * A span whose parent is not among them is a root. Traces are drawn one after another.
 */
export const spanTree = (spans: readonly ReadableSpan[], options: SpanTreeOptions = {}): string => {
  const known = new Set(spans.map(spanId));
  const children = groupBy([...spans].sort(byStart), (span) => {
    const parent = span.parentSpanContext?.spanId;
    return parent !== undefined && known.has(parent) ? parent : undefined;
  });
  const draw = (parent: string | undefined, indent: string): string[] =>
    (children.get(parent) ?? []).flatMap((span) => [
      indent + describe(span, options),
      ...draw(spanId(span), `${indent}  `),
    ]);
  return draw(undefined, '').join('\n');
};

const spanId = (span: ReadableSpan): string => span.spanContext().spanId;

const byStart = (a: ReadableSpan, b: ReadableSpan): number =>
  a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1];

const describe = (span: ReadableSpan, { attributes = [] }: SpanTreeOptions): string => {
  const shown = attributes
    .filter((key) => span.attributes[key] !== undefined)
    .map((key) => `${key}=${JSON.stringify(span.attributes[key])}`);
  return [
    span.name,
    `[${SpanKind[span.kind].toLowerCase()}]`,
    ...(span.status.code === SpanStatusCode.ERROR ? ['ERROR'] : []),
    ...shown,
  ].join(' ');
};
