import { type Context, SpanStatusCode, TraceFlags, diag } from '@opentelemetry/api';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { countLostSpans } from '../delivery/losses.js';
import type { KeepRules } from './keep-rules.js';

/** Attribute on the first span of a kept part with the reason: `error` or `slow`. Such spans are no fair sample. */
export const KEPT_ATTRIBUTE = 'lantern.kept';

/** Limits on the spans that are held until the decision on their part of a trace. */
export interface KeepLimits {
  /** Maximum number of parts in progress. */
  parts: number;
  /** Maximum number of spans in one part. */
  spansOfPart: number;
  /** Maximum number of spans in all parts. */
  spans: number;
}

const defaultLimits: KeepLimits = { parts: 2048, spansOfPart: 512, spans: 16_384 };

/** Part of a trace: the spans of this process below one span that has no parent in it. */
interface Part {
  root: string;
  /** Ids of its spans, by which their children find it. */
  members: string[];
  ended: ReadableSpan[];
  dropped: number;
  open: number;
  kept: boolean;
}

/**
 * Holds the spans that the sampler rejected (see `RecordingSampler`) until the first span of their part of the
 * trace ends, and forwards them when it ended as an error or took too long. Other spans pass.
 *
 * Only spans of this process are kept: the decision comes too late for the services that it called, and its callers may
 * have decided otherwise. Spans beyond the limits are dropped, oldest part first, and counted.
 */
export class KeptTraces implements SpanProcessor {
  private readonly parts = new Map<string, Part>();
  /** The part of each span that may still get children. */
  private readonly partOf = new Map<string, Part>();
  private held = 0;

  constructor(
    private readonly next: SpanProcessor,
    private readonly rules: KeepRules,
    private readonly limits: KeepLimits = defaultLimits,
  ) {}

  onStart(span: Span, parent: Context): void {
    this.next.onStart(span, parent);
    if (isSampled(span)) return;
    const { spanId } = span.spanContext();
    const part = hasLocalParent(span)
      ? this.partOf.get(span.parentSpanContext?.spanId ?? '')
      : this.begin(spanId);
    // A child that starts after its part was rejected or dropped.
    if (!part) return;
    part.open++;
    part.members.push(spanId);
    this.partOf.set(spanId, part);
  }

  onEnding(span: Span): void {
    this.next.onEnding?.(span);
  }

  onEnd(span: ReadableSpan): void {
    if (isSampled(span)) {
      this.next.onEnd(span);
      return;
    }
    const { spanId } = span.spanContext();
    const part = this.partOf.get(spanId);
    if (!part) return;
    part.open--;
    if (part.kept) this.next.onEnd(asSampled(span));
    else if (spanId === part.root) this.decide(part, span);
    else this.hold(part, span);
    if (part.kept && part.open === 0) this.forget(part);
  }

  private begin(root: string): Part {
    const oldest = this.parts.values().next().value;
    if (oldest && this.parts.size >= this.limits.parts) this.giveUp(oldest);
    const part: Part = { root, members: [], ended: [], dropped: 0, open: 0, kept: false };
    this.parts.set(root, part);
    return part;
  }

  private decide(part: Part, root: ReadableSpan): void {
    const reason = this.reasonToKeep(root);
    this.held -= part.ended.length;
    if (reason === undefined) {
      this.forget(part);
      return;
    }
    part.kept = true;
    if (part.dropped > 0) countLostSpans('keep_limit', part.dropped);
    for (const span of part.ended) this.next.onEnd(asSampled(span));
    part.ended = [];
    this.next.onEnd(asSampled(root, reason));
  }

  private reasonToKeep({ status, duration }: ReadableSpan): 'error' | 'slow' | undefined {
    const { errors, slowerThanMillis } = this.rules;
    if (errors && status.code === SpanStatusCode.ERROR) return 'error';
    if (slowerThanMillis !== undefined && hrTimeToMilliseconds(duration) >= slowerThanMillis) return 'slow';
    return undefined;
  }

  private hold(part: Part, span: ReadableSpan): void {
    if (part.ended.length >= this.limits.spansOfPart) {
      part.dropped++;
      return;
    }
    part.ended.push(span);
    this.held++;
    while (this.held > this.limits.spans) {
      const oldest = this.parts.values().next().value;
      if (!oldest) break;
      this.giveUp(oldest);
    }
  }

  /** Drops a part without a decision on whether to keep it. */
  private giveUp(part: Part): void {
    if (!part.kept) {
      this.held -= part.ended.length;
      countLostSpans('keep_limit', part.ended.length + part.dropped);
      diag.warn(
        'Traces under way exceed what is held until it is known whether to keep them (OBSERVABILITY_KEEP_*); the oldest are given up',
      );
    }
    this.forget(part);
  }

  private forget(part: Part): void {
    this.parts.delete(part.root);
    for (const member of part.members) this.partOf.delete(member);
  }

  forceFlush(): Promise<void> {
    return this.next.forceFlush();
  }

  shutdown(): Promise<void> {
    this.parts.clear();
    this.partOf.clear();
    return this.next.shutdown();
  }
}

const isSampled = (span: ReadableSpan): boolean => (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;

const hasLocalParent = ({ parentSpanContext }: ReadableSpan): boolean =>
  parentSpanContext !== undefined && parentSpanContext.isRemote !== true;

/** Returns the span with the flag that makes processors send it. */
const asSampled = (span: ReadableSpan, reason?: string): ReadableSpan => {
  const decided = span.spanContext();
  const spanContext = { ...decided, traceFlags: decided.traceFlags | TraceFlags.SAMPLED };
  return Object.create(span, {
    spanContext: { value: () => spanContext },
    ...(reason === undefined
      ? {}
      : { attributes: { value: { ...span.attributes, [KEPT_ATTRIBUTE]: reason }, enumerable: true } }),
  }) as ReadableSpan;
};
