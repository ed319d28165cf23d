import {
  StatusCode,
  serviceCalls,
  type DurationNano,
  type ResourceSpans,
  type ScopeSpans,
  type ServiceCall,
  type Span,
  type SpanInContext,
  type Trace,
  type TraceId,
  type UnixNano,
} from '@lantern/telemetry-model';
import { copyResource, copyScope, copySpan } from '../copy.js';
import { MAP_SLOT, SMALL_MAP, bytesOfObject, bytesOfSpan, bytesOfText } from './heap-bytes.js';
import type { SpanOrigin } from './span-origins.js';

interface StoredSpan extends SpanInContext {
  readonly origin: SpanOrigin;
}

/** In the list of traces and in the order of arrival; three times, and what holds the spans. */
const EMPTY_TRACE_BYTES = 2 * MAP_SLOT + bytesOfObject(10) + SMALL_MAP;

/** All spans of one trace, in the order of arrival. */
export class StoredTrace {
  bytes = EMPTY_TRACE_BYTES;
  earliestStart: UnixNano;
  latestStart: UnixNano;
  latestEnd: UnixNano;
  /** Spans with status ERROR. */
  errorCount = 0;

  private readonly spans = new Map<string, StoredSpan>();
  private knownCalls: readonly ServiceCall[] | undefined;

  constructor(
    readonly traceId: TraceId,
    firstStart: UnixNano,
  ) {
    this.earliestStart = firstStart;
    this.latestStart = firstStart;
    this.latestEnd = firstStart;
  }

  get durationNano(): DurationNano {
    return this.latestEnd - this.earliestStart;
  }

  get spanCount(): number {
    return this.spans.size;
  }

  /** False when the span is there already. */
  add(span: Span, origin: SpanOrigin): boolean {
    // The two halves of a call may share their id, see `serviceCalls`; the kind tells them apart.
    const key = span.spanId + String(span.kind);
    if (this.spans.has(key)) return false;
    const { scope, resource, scopeSchemaUrl, resourceSchemaUrl } = origin;
    this.spans.set(key, { span, scope, resource, scopeSchemaUrl, resourceSchemaUrl, origin });
    this.bytes += MAP_SLOT + bytesOfText(key) + bytesOfObject(6) + bytesOfSpan(span);
    if (span.startUnixNano < this.earliestStart) this.earliestStart = span.startUnixNano;
    if (span.startUnixNano > this.latestStart) this.latestStart = span.startUnixNano;
    if (span.endUnixNano > this.latestEnd) this.latestEnd = span.endUnixNano;
    if (span.status.code === StatusCode.error) this.errorCount++;
    this.knownCalls = undefined;
    return true;
  }

  [Symbol.iterator](): IterableIterator<StoredSpan> {
    return this.spans.values();
  }

  newestStart(matches: (candidate: SpanInContext) => boolean): UnixNano | undefined {
    let newest: UnixNano | undefined;
    for (const stored of this) {
      const { startUnixNano } = stored.span;
      if ((newest === undefined || startUnixNano > newest) && matches(stored)) newest = startUnixNano;
    }
    return newest;
  }

  calls(): readonly ServiceCall[] {
    return (this.knownCalls ??= serviceCalls(this));
  }

  /** A copy, with one group for each distinct resource and, in it, for each distinct scope. */
  toTrace(): Trace {
    const groups = new Map<string, ResourceSpans & { scopeSpans: ScopeSpans[] }>();
    const scopeGroups = new Map<string, Span[]>();
    for (const { span, origin } of this) {
      let spans = scopeGroups.get(origin.key);
      if (!spans) {
        scopeGroups.set(origin.key, (spans = []));
        let group = groups.get(origin.resourceKey);
        if (!group) {
          group = {
            resource: copyResource(origin.resource),
            schemaUrl: origin.resourceSchemaUrl,
            scopeSpans: [],
          };
          groups.set(origin.resourceKey, group);
        }
        group.scopeSpans.push({ scope: copyScope(origin.scope), schemaUrl: origin.scopeSchemaUrl, spans });
      }
      spans.push(copySpan(span));
    }
    return { traceId: this.traceId, resourceSpans: [...groups.values()] };
  }
}
