import {
  addWarning,
  attributeText,
  attributeValue,
  spansOf,
  type DurationNano,
  type Resource,
  type Span,
  type SpanId,
} from '@lantern/telemetry-model';
import { eachSpan } from '../../../edit-spans.js';
import type { Adjuster } from './adjuster.js';
import { NO_PARENT, clockSkews, isTooFar, missingParentWarning, skewWarning } from './clock-skew.js';

/**
 * Corrects the times of spans on hosts whose clocks differ from their callers', see {@link clockSkews}. A span whose
 * correction exceeds `maxDelta` keeps its times and gets a warning.
 */
export const correctClockSkew =
  (maxDelta: DurationNano): Adjuster =>
  (groups) => {
    const spans: Span[] = [];
    const hosts: string[] = [];
    const indexOfId = new Map<SpanId, number>();
    const repeated = new Set<Span>();
    const hostOfResource = new Map<Resource, string>();
    for (const { span, resource } of spansOf(groups)) {
      if (indexOfId.has(span.spanId)) {
        repeated.add(span);
        continue;
      }
      let host = hostOfResource.get(resource);
      if (host === undefined) hostOfResource.set(resource, (host = hostOf(resource)));
      indexOfId.set(span.spanId, spans.length);
      spans.push(span);
      hosts.push(host);
    }
    const parents = Int32Array.from(
      spans,
      ({ parentSpanId }) => (parentSpanId && indexOfId.get(parentSpanId)) ?? NO_PARENT,
    );
    const deltas = clockSkews(
      {
        parents,
        startOf: (span) => spans[span]?.startUnixNano ?? 0n,
        endOf: (span) => spans[span]?.endUnixNano ?? 0n,
        hostOf: (span) => hosts[span] ?? '',
      },
      maxDelta,
    );

    return eachSpan((span) => {
      if (repeated.has(span)) {
        return addWarning(span, 'duplicate span IDs; skipping clock skew adjustment');
      }
      const index = indexOfId.get(span.spanId) ?? 0;
      const isOrphan = span.parentSpanId !== undefined && parents[index] === NO_PARENT;
      return correctSpan(span, isOrphan, deltas[index] ?? 0n, maxDelta);
    })(groups);
  };

/** @param isOrphan whether its parent is missing in the trace */
export const correctSpan = (
  span: Span,
  isOrphan: boolean,
  delta: DurationNano,
  maxDelta: DurationNano,
): Span => {
  if (isOrphan) return addWarning(span, missingParentWarning(span.parentSpanId ?? ''));
  if (delta === 0n) return span;
  const moved = isTooFar(delta, maxDelta)
    ? span
    : {
        ...span,
        startUnixNano: span.startUnixNano + delta,
        endUnixNano: span.endUnixNano + delta,
        events: span.events.map((event) => ({ ...event, timeUnixNano: event.timeUnixNano + delta })),
      };
  return addWarning(moved, skewWarning(delta, maxDelta));
};

/** @see https://opentelemetry.io/docs/specs/semconv/resource/host/ */
export const hostOf = ({ attributes }: Resource): string => {
  const text = (key: string): string | undefined => {
    const value = attributeValue(attributes, key);
    if (value === undefined) return undefined;
    return typeof value === 'string' ? value : '';
  };
  const id = text('host.id');
  if (id !== undefined) return id;
  const address = attributeValue(attributes, 'host.ip');
  if (typeof address === 'string') return address;
  if (Array.isArray(address) && address.length > 0) return attributeText(address[0] as string);
  return text('host.name') ?? '';
};
