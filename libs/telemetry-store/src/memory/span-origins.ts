import { formatTraceRequestJson } from '@lantern/otlp';
import {
  serviceNameOf,
  type InstrumentationScope,
  type Resource,
  type ResourceSpans,
  type ScopeSpans,
} from '@lantern/telemetry-model';
import { MAP_SLOT, bytesOfObject, bytesOfResource, bytesOfScope, bytesOfText } from './heap-bytes.js';

/** Where spans come from: all that a span inherits, kept once however many spans and requests share it. */
export interface SpanOrigin {
  /** Equal for equal resources with equal schema URLs. */
  readonly resourceKey: string;
  /** Equal for equal origins. */
  readonly key: string;
  readonly service: string;
  readonly resource: Resource;
  readonly resourceSchemaUrl: string;
  readonly scope: InstrumentationScope;
  readonly scopeSchemaUrl: string;
  readonly bytes: number;
}

/** All origins that have spans; each one goes with its last span. */
export class SpanOrigins {
  private readonly entries = new Map<string, { origin: SpanOrigin; spanCount: number }>();
  private totalBytes = 0;

  get bytes(): number {
    return this.totalBytes;
  }

  /** One entry for all that looks the same. Without {@link hold} it is not kept. */
  originOf(group: ResourceSpans, scopeGroup: ScopeSpans): SpanOrigin {
    const { resource, schemaUrl: resourceSchemaUrl } = group;
    const { scope, schemaUrl: scopeSchemaUrl } = scopeGroup;
    const resourceKey = keyOf({ resource, schemaUrl: resourceSchemaUrl, scopeSpans: [] });
    const key = keyOf({ resource, schemaUrl: resourceSchemaUrl, scopeSpans: [{ ...scopeGroup, spans: [] }] });
    return (
      this.entries.get(key)?.origin ?? {
        resourceKey,
        key,
        service: serviceNameOf(resource),
        resource,
        resourceSchemaUrl,
        scope,
        scopeSchemaUrl,
        bytes:
          MAP_SLOT +
          bytesOfObject(10) +
          bytesOfText(resourceKey) +
          bytesOfText(key) +
          bytesOfResource(resource) +
          bytesOfScope(scope),
      }
    );
  }

  /** Once for each span that is kept. */
  hold(origin: SpanOrigin): void {
    const entry = this.entries.get(origin.key);
    if (entry) {
      entry.spanCount++;
      return;
    }
    this.entries.set(origin.key, { origin, spanCount: 1 });
    this.totalBytes += origin.bytes;
  }

  /** Once for each span that goes. */
  release(origin: SpanOrigin): void {
    const entry = this.entries.get(origin.key);
    if (!entry || --entry.spanCount > 0) return;
    this.entries.delete(origin.key);
    this.totalBytes -= origin.bytes;
  }
}

/** OTLP's JSON is a faithful key: it tells an integer from a double and from a text. */
const keyOf = (group: ResourceSpans): string =>
  JSON.stringify(formatTraceRequestJson([group]).resourceSpans[0]);
