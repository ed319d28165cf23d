import { SpanKind, spansOf, type SpanId } from '@lantern/telemetry-model';
import { eachSpan } from '../../../edit-spans.js';
import type { Adjuster } from './adjuster.js';

/**
 * Zipkin's libraries may let the two halves of a call share one id. Here every span gets one of its own:
 *
 * ```
 * as sent                             as read
 * CLIENT   id=2  parent=1             CLIENT   id=2  parent=1
 * SERVER   id=2  parent=1             SERVER   id=3  parent=2
 * INTERNAL id=5  parent=2             INTERNAL id=5  parent=3
 * ```
 *
 * New ids are the smallest that are free, so that the same spans always get the same ones.
 */
export const separateSharedSpanIds: Adjuster = (groups) => {
  const ids = new Set<SpanId>();
  const ofClients = new Set<SpanId>();
  let spanCount = 0;
  for (const { span } of spansOf(groups)) {
    spanCount++;
    ids.add(span.spanId);
    if (span.kind === SpanKind.client) ofClients.add(span.spanId);
  }
  if (ids.size === spanCount) return groups;

  let lastId = 0n;
  const freeId = (): SpanId => {
    for (;;) {
      const id = (++lastId).toString(16).padStart(16, '0') as SpanId;
      if (!ids.has(id)) return id;
    }
  };
  const serverIds = new Map<SpanId, SpanId>();
  const separated = eachSpan((span) => {
    if (span.kind !== SpanKind.server || !ofClients.has(span.spanId)) return span;
    const spanId = freeId();
    serverIds.set(span.spanId, spanId);
    return { ...span, spanId, parentSpanId: span.spanId };
  })(groups);

  return eachSpan((span) => {
    const parentSpanId = span.parentSpanId && serverIds.get(span.parentSpanId);
    // The server half itself has just become a child of the client half.
    return parentSpanId === undefined || parentSpanId === span.spanId ? span : { ...span, parentSpanId };
  })(separated);
};
